"""`langgraph-coaching impact` and `preview`: what a coaching would do, before it is saved."""

import sys

import pytest

from langgraph_coaching import Coach, Limits, Reply, import_traces

ASKED = ["can I swap the lamp I got yesterday", "what would delivery to France cost", "price of postage abroad"]
WHEN = "a customer asks to swap a delivered item"


@pytest.fixture
def there(folder, embeddings):
    """A store with three recorded runs."""
    said = [{"role": "assistant", "content": "Sorry, [bold]no[/bold]."}]
    rows = [{"id": f"t-{n}", "messages": [{"role": "user", "content": text}, *said]} for n, text in enumerate(ASKED)]
    with Coach(folder, embeddings=embeddings, limits=Limits(deadline=60)) as coach:
        coach.traces.add(import_traces(rows, format="openai"))
        yield coach


@pytest.fixture
def place(there):
    """The step that answers the first of them."""
    (trace,) = there.traces.list(text=ASKED[0])
    return f"{trace.id}:1"


def test_impact_of_a_step_is_that_of_the_draft(command, there, place):
    done = command("impact", place, "--when", WHEN, "--reply", "Offer it.", "--json")
    assert (done.code, done.err) == (0, "")
    trace_id, _, number = place.rpartition(":")
    draft = there.draft(there.traces.get(trace_id).steps[int(number)]).when(WHEN).reply("Offer it.")
    expected = draft.impact().to_json()
    assert done.json | {"coaching_id": ""} == expected | {"coaching_id": ""}
    assert [one["words"] for one in expected["steps"]] == ASKED[:1]
    assert there.list() == []


def test_impact_prints_the_steps_to_go_on_with(command, place):
    done = command("impact", place, "--when", WHEN)
    assert done.code == 0
    assert "of 3 model calls in 3 recorded runs" in done.out
    assert f"{place}  " in done.out
    assert ASKED[0] in done.out


def test_impact_of_what_is_saved(command, there):
    there.add(id="swap:1", intent=WHEN, behavior=Reply("x"), examples=ASKED[:1], status="archived")
    done = command("impact", "swap:1", "--json")
    assert (done.code, done.json["coaching_id"], done.json["new"]) == (0, "swap:1", 1)


def test_impact_with_nothing_recorded_ends_with_1(command, folder, embeddings):
    with Coach(folder, embeddings=embeddings) as coach:
        coach.add(id="swap", intent=WHEN, behavior=Reply("x"))
    done = command("impact", "swap")
    assert (done.code, done.out) == (1, "")
    assert "nothing is recorded" in done.err


def test_preview_shows_the_prompt_and_the_recorded_answer_as_it_was(command, place):
    done = command("preview", place, "--when", WHEN, "--action", "exchange", "--instruction", "Ask [first].")
    assert done.code == 0
    assert "+   Do this: Call the tool `exchange`. Ask [first]." in done.out
    assert "effect: the tool exchange must be called" in done.out
    assert "Sorry, [bold]no[/bold]." in done.out
    assert "after: not asked" in done.out


def test_preview_asks_the_model_that_is_named(command, place, monkeypatch, tmp_path):
    source = "from langchain_core.language_models.fake_chat_models import FakeListChatModel\n"
    (tmp_path / "my_preview_models.py").write_text(source + 'model = FakeListChatModel(responses=["Of course."])\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "my_preview_models", raising=False)
    done = command(
        "preview", place, "--when", WHEN, "--reply", "Offer it.", "--model", "my_preview_models:model", "--json"
    )
    assert (done.code, done.json["after"]["text"], done.json["after"]["answered_by"]) == (0, "Of course.", "model")


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["impact", "c-none"], 1, "no coaching 'c-none'"),
        (["impact", "t-none:3", "--reply", "x"], 1, "no trace 't-none'"),
        (["impact", "{trace}:99", "--reply", "x"], 2, "has the steps 0 to 1"),
        (["impact", "{trace}:0", "--reply", "x"], 2, "cannot be coached"),
        (["impact", "{trace}:1", "--reply", "x", "--handoff", "y"], 2, "choose exactly one of"),
        (["preview", "{trace}:1"], 2, "choose exactly one of"),
        (["preview", "swap"], 2, "written from no recorded step"),
        (["impact", "swap", "--reply", "x"], 2, "is saved already"),
        (["preview", "{trace}:1", "--reply", "x", "--model", "nothing:here"], 2, "--model nothing:here"),
    ],
)
def test_what_is_not_acceptable_is_said_in_one_message(command, there, place, options, code, said):
    there.add(id="swap", intent=WHEN, behavior=Reply("x"))
    trace = place.rpartition(":")[0]
    done = command(*(one.replace("{trace}", trace) for one in options))
    assert done.code == code
    assert said in " ".join(done.err.split())
    assert "Traceback" not in done.err


def test_an_impact_speaks_of_commands(folder, command, monkeypatch):
    from langgraph_coaching.authoring.impact import Impact

    monkeypatch.setattr(Impact, "__str__", lambda _: "the same twice: coach.archive('c-1') keeps one of the two")
    with Coach(folder) as coach:
        coach.add(id="c-1", intent="a refund", behavior=Reply("r"))
        coach.advise_batch([[("user", "my money back")]], keep=True)
    assert "`langgraph-coaching archive c-1` keeps one" in command("impact", "c-1").out
