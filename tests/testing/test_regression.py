"""A test from a correction: it passes at once, and fails when its coaching is broken, gone or shadowed."""

import json
import shlex

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import AIMessage
from langchain_openai import ChatOpenAI
from langgraph.graph import START, StateGraph

from langgraph_coaching import Action, Coach, CoachingState, Process, Reply, coached
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError, RecordingError

pytest_plugins = "pytester"

BROKEN = "I just opened my parcel and the glass bowl in it is broken."
INTENT = "something in a customer's parcel is broken or damaged"
ASK = "Say sorry and ask for a photo of the damage."
SHIPPING = "how much is shipping to Canada?"


def add_two(coach):
    coach.add(
        id="damaged",
        intent=INTENT,
        behavior=Reply(ASK),
        examples=[BROKEN],
        never=["the screen of my phone is broken, do you repair phones?"],
    )
    coach.add(
        id="shipping", intent="a customer asks what shipping costs", behavior=Reply("Ask where to."),
        examples=[SHIPPING],
    )  # fmt: skip


@pytest.fixture
def shop(tmp_path, embeddings, pytester, monkeypatch, written_once):
    """A store with one correction and one other coaching; `run()` exports, and runs the test that was written."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    written_once(add_two, tmp_path / "store")
    with Coach(tmp_path / "store", embeddings=embeddings) as coach:
        coach.path = tmp_path / "tests" / "test_damaged.py"

        def run(*options):
            if (files := coach.path.parent / "coachings").exists():
                coach.export(files)  # as a person does after a change; the test itself reads the files only
            plugin = ("-p", "langgraph_coaching.pytest_plugin", "-p", "no:cacheprovider", "--tb=native", "-q")
            return pytester.runpytest_inprocess(*plugin, f"--rootdir={tmp_path}", coach.path, *options)

        coach.run = run
        yield coach


def graph(coach, model):
    """A coached agent that calls a model, or enters a node where the model says so."""

    def agent(state):
        return {"messages": [model.invoke(coached(state))]}

    def exchange(state):
        return {"messages": [AIMessage("The exchange has begun.")]}

    builder = StateGraph(CoachingState)
    builder.add_node("coach", coach.node())
    builder.add_node("agent", agent)
    builder.add_node("exchange", exchange)
    builder.add_edge(START, "coach")
    builder.add_edge("coach", "agent")
    builder.add_conditional_edges("agent", lambda s: ["exchange"] if "EXCHANGE" in s["messages"][-1].text else [])
    return builder.compile()


def ran(coach, model, said=BROKEN):
    graph(coach, model).invoke({"messages": [("user", said)]}, {"callbacks": [coach.callback()]})
    coach.flush()


CHANGES = {
    "edited": lambda coach: coach.edit("damaged", behavior=Reply("Tell them that it is their fault.")),
    "intent edited": lambda coach: coach.edit("damaged", intent="something is broken"),
    "archived": lambda coach: coach.archive("damaged"),
    "deleted": lambda coach: coach.delete("damaged"),
    "never there": lambda coach: coach.edit("damaged", examples=[], never=[BROKEN]),
    "expired": lambda coach: coach.edit("damaged", expires_at="2020-01-01T00:00:00Z"),
    "shadowed": lambda coach: coach.add_many(
        [
            {
                "id": f"other-{n}",
                "intent": INTENT,
                "behavior": Reply(f"Do {n} instead."),
                "examples": [BROKEN],
                "priority": 9,
            }
            for n in range(3)
        ]
    ),
}


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        *((change, "alone") for change in CHANGES),
        *((change, "by a trace") for change in ("edited", "shadowed")),
        *((change, "live") for change in ("edited", "deleted", "shadowed")),
    ],
)
def test_it_passes_at_once_and_fails_after(change, shown, shop, scripted):
    if shown == "by a trace":
        ran(shop, scripted("I am sorry! Please send us a photo."))
    written = shop.write_test("damaged", shop.path, live=shown == "live")
    assert (written.recording is not None) is (shown == "by a trace")
    assert (shop.path.parent / "coachings").exists() is (shown != "live")
    passed = 4 if written.recording else 3
    shop.run().assert_outcomes(passed=passed)
    CHANGES[change](shop)
    result = shop.run()
    assert result.ret == 1
    assert "FAILED" in result.stdout.str()


def test_another_coaching_beside_it_breaks_the_recording(shop, scripted):
    ran(shop, scripted("I am sorry! Please send us a photo."))
    shop.write_test("damaged", shop.path)
    shop.add(id="also", intent=INTENT, behavior=Reply("Never ask for a photo."), examples=[BROKEN])
    shop.run().assert_outcomes(passed=3, failed=1)


def test_a_change_that_changes_nothing_there_passes(shop):
    shop.write_test("damaged", shop.path)
    shop.edit("damaged", notes="looked at it again", author="Kim")
    shop.add(id="hours", intent="a customer asks when the shop opens", behavior=Reply("At nine."))
    shop.run().assert_outcomes(passed=3)


def test_it_is_silent_where_it_never_applies_and_nearby(shop):
    shop.write_test("damaged", shop.path)
    text = shop.path.read_text()
    assert "do you repair phones?" in text
    assert SHIPPING in text
    shop.edit("damaged", examples=[BROKEN, SHIPPING], never=[])
    shop.run().assert_outcomes(passed=2, failed=1)


def test_the_source_and_the_agents_instructions_come_from_its_trace(shop, scripted, provider):
    given = {"messages": [("system", "You help at Fernhill."), ("user", BROKEN)]}
    graph(shop, scripted("Bad luck.")).invoke(given, {"callbacks": [shop.callback()]})
    shop.flush()
    (trace,) = shop.traces.list()
    step = next(step for step in trace.steps if step.type == "message")
    draft = shop.draft(step).when("a customer's bowl arrived broken").reply("Offer a new bowl.")
    coaching = shop.save(draft)
    shop.archive("damaged")
    shop.write_test(coaching, shop.path, model=served(provider))
    assert '"its source": [' in shop.path.read_text()
    assert provider.asked[0]["messages"][0]["content"].startswith("You help at Fernhill.\n\n<coaching>")
    shop.run().assert_outcomes(passed=3)


def test_a_model_is_recorded_once_and_then_replayed(shop, provider):
    model = served(provider)
    written = shop.write_test("damaged", shop.path, model=model, expect="answer [0-9]")
    assert written.recording.name == "followed.yaml"
    text = shop.path.read_text()
    assert 'model="small"' in text
    assert "sk-proj" not in text + written.recording.read_text()
    assert len(provider.asked) == 1
    assert provider.asked[0]["messages"][0]["content"].count(ASK) == 1
    shop.run("--coaching-unused=error").assert_outcomes(passed=4)
    assert len(provider.asked) == 1
    shop.edit("damaged", behavior=Reply("Say nothing."))
    result = shop.run()
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["*the coaching block differs*"])


def served(provider, **options):
    base_url = f"http://127.0.0.1:{provider.server_port}/v1"
    return ChatOpenAI(
        model="small", base_url=base_url, api_key="sk-proj-abcdefghijklmnopqrstuvwx", temperature=0.5, **options
    )


def test_a_model_with_tools_is_recorded_too(shop, provider):
    shop.edit("damaged", behavior=Action("find", {"what": "lamp"}))
    find = {"type": "function", "function": {"name": "find", "description": "Finds.", "parameters": {"type": "object"}}}
    shop.write_test("damaged", shop.path, model=served(provider).bind_tools([find]))
    shop.run().assert_outcomes(passed=4)
    shop.edit("damaged", behavior=Action("find", {"what": "bowl"}))
    with pytest.raises(RecordingError, match=r"no test was written: .* damaged: .*another what"):
        shop.write_test("damaged", shop.path, model=served(provider).bind_tools([find]), force=True)


def test_what_a_model_says_must_hold_what_is_expected(shop, provider):
    with pytest.raises(RecordingError, match="does not hold 'photo'"):
        shop.write_test("damaged", shop.path, model=served(provider), expect=["photo"])
    assert not shop.path.exists()


def test_an_action_is_shown_by_the_newest_trace_in_which_it_was_done(shop, scripted):
    call = {"name": "open_case", "args": {"kind": "damage"}, "id": "call_1"}
    shop.edit("damaged", behavior=Action("open_case", {"kind": "damage"}))
    ran(shop, scripted(AIMessage("", tool_calls=[call])))
    ran(shop, scripted("No."))
    written = shop.write_test("damaged", shop.path)
    turn = json.loads(written.recording.read_text())
    assert [step["name"] for step in turn["steps"]] == ["open_case"]
    assert written.notes == ()
    shop.run().assert_outcomes(passed=4)
    turn["steps"][0]["arguments"] = {"kind": "delay"}
    written.recording.write_text(json.dumps(turn))
    shop.run().assert_outcomes(passed=3, failed=1)


def test_a_process_is_shown_by_the_node_that_was_entered(shop, scripted):
    shop.edit("damaged", behavior=Process("exchange"))
    ran(shop, scripted("EXCHANGE"))
    assert shop.write_test("damaged", shop.path).recording is not None
    shop.run().assert_outcomes(passed=4)


def test_a_trace_in_which_it_was_not_done_shows_nothing_and_says_how_to_get_one(shop, scripted):
    shop.edit("damaged", behavior=Action("open_case"))
    ran(shop, scripted("No."))
    written = shop.write_test("damaged", shop.path)
    assert written.recording is None
    assert "run the agent once more, with coach.callback()" in str(written)
    shop.run().assert_outcomes(passed=3)


def test_secrets_said_in_a_trace_are_not_written(shop, scripted):
    ran(shop, scripted("Your key is sk-abcdefghijklmnopqrstuvwxyz, and send us a photo."))
    written = shop.write_test("damaged", shop.path, expect="photo")
    assert "sk-abc" not in written.recording.read_text() + shop.path.read_text()
    shop.run().assert_outcomes(passed=4)


def test_a_file_is_never_written_over_unless_told_so(shop):
    shop.path.parent.mkdir()
    shop.path.write_text("mine")
    with pytest.raises(InvalidCoachingError, match="is there already; give --force"):
        shop.write_test("damaged", shop.path)
    assert shop.path.read_text() == "mine"
    shop.write_test("damaged", shop.path, force=True)
    shop.run().assert_outcomes(passed=3)


def test_a_recording_that_is_there_counts_as_well(shop):
    old = shop.path.parent / "cassettes" / "test_damaged" / "followed.yaml"
    old.parent.mkdir(parents=True)
    old.write_text("mine")
    with pytest.raises(InvalidCoachingError, match=r"followed\.yaml is there already"):
        shop.write_test("damaged", shop.path)
    shop.write_test("damaged", shop.path, force=True)
    assert not old.exists()


@pytest.mark.parametrize("name", ["damaged.py", "test_damaged.txt", "test_damaged"])
def test_a_file_that_pytest_would_not_run_is_refused(name, shop):
    with pytest.raises(InvalidCoachingError, match="pytest runs files such as test_"):
        shop.write_test("damaged", shop.path.with_name(name))


def test_what_fires_nowhere_has_no_test(shop):
    shop.archive("damaged")
    with pytest.raises(InvalidCoachingError, match=r"fires nowhere .* restore it, or give it examples"):
        shop.write_test("damaged", shop.path)
    with pytest.raises(NotFoundError):
        shop.write_test("nobody", shop.path)


def test_a_model_that_no_file_can_name_is_refused(shop, scripted):
    with pytest.raises(InvalidCoachingError, match="ScriptedModel cannot be written"):
        shop.write_test(
            "damaged", shop.path, model=type("ScriptedModel", (type(scripted()),), {"__module__": "__main__"})()
        )


def test_a_model_that_asks_nobody_over_http_is_refused_in_words(shop):
    model = FakeListChatModel(responses=["Sorry! A photo of the damage, please."])
    with pytest.raises(RecordingError, match="FakeListChatModel made no HTTP request"):
        shop.write_test("damaged", shop.path, model=model)
    assert not shop.path.exists()
    assert not (shop.path.parent / "cassettes").exists()


def test_a_draft_is_to_be_promoted_first(shop):
    shop.edit("damaged", status="draft")
    with pytest.raises(InvalidCoachingError, match=r"fires nowhere .* coach\.promote\('damaged', to='active'\), or"):
        shop.write_test("damaged", shop.path)


def test_scope_namespace_and_limits_are_those_of_the_coach(tmp_path, embeddings, pytester, monkeypatch):
    from langgraph_coaching import Limits

    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    path = tmp_path / "test_one.py"
    with Coach(tmp_path / "store", embeddings=embeddings, namespace='an "odd" one', limits=Limits(items=1)) as coach:
        coach.add(
            id="one",
            intent=INTENT,
            behavior=Reply('Say "sorry"\n\nand C:\\new.'),
            examples=[BROKEN],
            agent="a",
            tags=["x", "y"],
        )
        coach.write_test("one", path)
        coach.flush()
        assert coach.receipts() == []
        result = pytester.runpytest_inprocess("-p", "langgraph_coaching.pytest_plugin", "-p", "no:cacheprovider", path)
        result.assert_outcomes(passed=1)
        coach.flush()
        assert coach.receipts() == []


@pytest.mark.slow
def test_it_runs_from_anywhere_in_a_process_of_its_own(shop, scripted, pytester):
    ran(shop, scripted("I am sorry! Please send us a photo."))
    shop.write_test("damaged", shop.path)
    pytester.runpytest_subprocess("-q", "-p", "langgraph_coaching.pytest_plugin", shop.path).assert_outcomes(passed=4)


def test_the_command_writes_the_same(shop, monkeypatch, capsys, tmp_path):
    import sys

    from langgraph_coaching.cli import app

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["langgraph-coaching", *map(str, arguments)])
        code = app.run()
        return int(code), *capsys.readouterr()

    options = ("test", "new", "damaged", shop.path, "--store", tmp_path / "store")
    code, out, _ = command(*options)
    assert code == 0
    assert "run the agent once more" in " ".join(out.split())
    first = shop.path.read_text()
    assert command(*options)[0] == 2
    code, out, _ = command(*options, "--force", "--json")
    assert (code, json.loads(out)["recording"]) == (0, None)
    assert shop.path.read_text() == first
    shop.run().assert_outcomes(passed=3)
    assert command(*options, "--force", "--model", "nonsense")[0] == 2
    code, _, err = command(*options, "--force", "--model", "json:nothing")
    assert (code, "cannot be loaded" in err) == (2, True)


HOSTILE = 'x"""+open("ran", "w").write("1")+"""'
"""Closes a docstring, and runs something."""


def test_an_id_and_a_file_name_are_texts_in_a_test_and_run_nothing(shop, pytester, monkeypatch):
    monkeypatch.chdir(pytester.path)
    with pytest.raises(InvalidCoachingError, match="letters, digits and the signs"):
        shop.add(id=HOSTILE, intent=INTENT, behavior=Reply(ASK))
    for module in ("coaching.compose", "authoring.repository"):  # as an earlier version has stored it
        monkeypatch.setattr(f"langgraph_coaching.{module}.refuse_id", lambda _: None)
    shop.archive("damaged")
    shop.add(id=HOSTILE, intent=f"{INTENT} {HOSTILE} \\", behavior=Reply(f"{ASK} {HOSTILE}"), examples=[BROKEN])
    shop.path = shop.path.with_name('test_x"""+exit(7)+""".py')
    shop.write_test(HOSTILE, shop.path, live=True)  # a file with such an id is not read
    assert shop.path.exists()
    shop.run("--collect-only").assert_outcomes()
    shop.run().assert_outcomes(passed=2)
    assert not [*pytester.path.rglob("ran"), *shop.path.parent.rglob("ran")]
    again = shop.path.read_text().split("`")[1]
    words = shlex.split(eval(f'"{again}"'))  # noqa: S307 - a text of our own
    assert words == ["langgraph-coaching", "test", "new", HOSTILE, shop.path.name, "--live", "--force"]


def test_secrets_said_by_a_user_are_not_written_either(shop, scripted, provider):
    key = "sk-proj-abcdefghijklmnopqrstuvwx"
    said = f"{BROKEN} By the way, my key is {key}."
    shop.edit("damaged", add_examples=[said])
    ran(shop, scripted("Please send us a photo."), said)
    written = shop.write_test("damaged", shop.path, expect="photo")
    assert key not in shop.path.read_text() + written.recording.read_text()
    shop.run().assert_outcomes(passed=5)
    shop.write_test("damaged", shop.path, model=served(provider, default_headers={"X-Api-Key": key}), force=True)
    assert key not in shop.path.read_text()


def test_a_coaching_that_is_a_secret_itself_has_no_test(shop):
    shop.edit("damaged", behavior=Action("login", {"password": "hunter2-hunter2"}))
    with pytest.raises(InvalidCoachingError, match="itself holds what looks like a password"):
        shop.write_test("damaged", shop.path)
    assert not shop.path.exists()
