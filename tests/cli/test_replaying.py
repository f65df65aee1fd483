"""`langgraph-coaching replay`."""

import pytest

from langgraph_coaching import Coach, Reply, import_traces

BROKEN = "my order arrived broken"


@pytest.fixture
def stored(folder):
    with Coach(folder) as coach:
        rows = [{"messages": [{"role": "user", "content": BROKEN}, {"role": "assistant", "content": "Too bad."}]}]
        (name,) = coach.traces.add(import_traces(rows, format="openai"))
        coaching = coach.add(intent="an order arrived broken", behavior=Reply("Ask for a photo."))
    return name, coaching


def test_it_says_what_today_s_coaching_would_change(command, stored):
    name, coaching = stored
    done = command("replay", name)
    assert done.code == 0
    assert f"+ {coaching.id}" in done.out
    assert "Ask for a photo." in done.out


def test_without_it_nothing_changes(command, stored):
    name, coaching = stored
    assert command("replay", name, "--without", coaching.id, "--json").json["same"] == 1
    assert command("replay", name, "--as-of", "2020-01-01", "--json").json["same"] == 1
    assert command("replay", name, "--as-of", "recorded", "--json").json["same"] == 1


def test_it_ranks_coachings(command, stored):
    name, coaching = stored
    ranked = command("replay", name, "--ablate", "--json").json["ablation"]
    assert [(one["coaching_id"], one["calls"]) for one in ranked] == [(coaching.id, 1)]
    assert "1 of 1 prompts differ" in command("replay", name, "--ablate").out
    assert command("replay", name, "--ablate", "--as-of", "2020-01-01").code == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["t-none"], 1, "t-none"),
        (["{name}", "--without", "c-none"], 1, "c-none"),
        (["{name}", "--as-of", "soon"], 2, "2030-01-31"),
    ],
)
def test_nonsense_is_answered_with_what_to_do(command, stored, arguments, code, said):
    done = command("replay", *(part.format(name=stored[0]) for part in arguments))
    assert (done.code, said in done.err) == (code, True)


def test_a_coaching_is_supposed_from_the_store_a_revision_or_a_file(command, stored, folder, tmp_path):
    name, coaching = stored
    with Coach(folder) as coach:
        coach.edit(coaching.id, behavior=Reply("Send a new one."))
        coach.archive(coaching.id)
    assert command("replay", name, "--json").json["same"] == 1
    assert "Send a new one." in command("replay", name, "--using", coaching.id[:6]).out
    assert "Ask for a photo." in command("replay", name, "--using", f"{coaching.id}:1").out
    file = tmp_path / "tried.jsonl"
    file.write_text('{"intent": "an order arrived broken", "behavior": {"type": "handoff", "target": "care"}}\n')
    assert '"care"' in command("replay", name, "--using", file).out
    for given, code in ((f"{coaching.id}:99", 1), (f"{coaching.id}:x", 2), ("c-none", 1), ("none.jsonl", 2)):
        assert command("replay", name, "--using", given).code == code


def test_a_model_answers_what_is_not_recorded(command, stored, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = (
        "from langchain_core.language_models.fake_chat_models import FakeListChatModel",
        "model = FakeListChatModel(responses=['Please send a photo.'])",
    )
    (tmp_path / "answering_model.py").write_text("\n".join(lines))
    done = command("replay", stored[0], "--model", "answering_model:model")
    assert (done.code, "Please send a photo." in done.out) == (0, True)
    assert "give --model to have it answered" in command("replay", stored[0]).out


def test_a_graph_that_is_not_there_is_said(command, stored):
    done = command("replay", stored[0], "--graph", "no_such_module:graph")
    assert (done.code, "--graph no_such_module:graph cannot be loaded" in done.err) == (2, True)
    assert "write --graph MODULE:NAME" in command("replay", stored[0], "--graph", "graph").err
