"""The command `chat`, piped and on a terminal: turns, commands, and the circle from a wrong answer to a right one."""

import io
import os
import re
import sys
from pathlib import Path

import pytest

from langgraph_coaching import Coach, Limits
from langgraph_coaching.chat.question import answer_of, question_lines
from langgraph_coaching.cli.chat.flow import Flow
from langgraph_coaching.errors import InvalidCoachingError

SHOP = '''
from langchain.agents import create_agent
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import MessagesState, StateGraph
from langgraph.types import interrupt
from langgraph_coaching import Coach, Limits
from scripted_model import ScriptedModel

coach = Coach({folder!r}, limits=Limits(deadline=30))


@tool
def refund(order_id: str) -> str:
    """Pays back."""
    return "[b]paid[/b] back" if interrupt("Pay back " + order_id + "?") == "yes" else "not paid back"


def answer(prompt):
    asked = str(prompt[-1].content)
    if "money back" in asked and prompt[-1].type == "human":
        return AIMessage("", tool_calls=[dict(name="refund", args=dict(order_id="W1"), id="c%d" % len(prompt))])
    if "explode" in asked:
        raise RuntimeError("the line is dead\\nat all")
    told = any("which country" in str(message.content) for message in prompt[:1])
    return "To which country does it go?" if told else "It is [red]4.90[/red] to anywhere."


graph = create_agent(
    ScriptedModel(answers=[answer]), [refund], middleware=[coach.middleware()], checkpointer=InMemorySaver()
)


def make():
    return graph


async def respond(state: MessagesState):
    return {{"messages": [await ScriptedModel(answers=[answer]).ainvoke(state["messages"])]}}


waiting = StateGraph(MessagesState).add_node("respond", coach.node(respond)).add_edge("__start__", "respond").compile()
bare = StateGraph(MessagesState).add_node("respond", respond).add_edge("__start__", "respond").compile()
'''
ASKED = "How much is shipping for a pair of boots?"


@pytest.fixture
def chat(command, folder, tmp_path, monkeypatch):
    """Pipes lines into `langgraph-coaching chat`, with the shop's module in the folder it runs in."""
    (tmp_path / "shop_of_chat.py").write_text(SHOP.format(folder=str(folder)), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def run(*lines, graph="shop_of_chat:graph", options=()):
        sys.modules.pop("shop_of_chat", None)
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return command("chat", graph, *options)

    return run


def test_the_circle_from_a_wrong_answer_to_a_right_one(chat, folder):
    done = chat(ASKED, "/coach Ask which country it goes to.", "/again")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == f"a test conversation with shop_of_chat:graph, coached from {folder}"
    assert lines[1:4] == [
        f"you: {ASKED}",
        "agent: It is [red]4.90[/red] to anywhere.",
        "coaching: there is none here yet; /coach writes one",
    ]
    assert "  do this: Ask which country it goes to." in lines
    again = lines.index(f"again: {ASKED}")
    assert lines[again + 1] == "agent: To which country does it go?"
    with Coach(folder) as coach:
        (saved,) = coach.list()
        assert lines[again + 2].startswith(f"coaching: applied {saved.id} ")
        assert lines[again + 2].endswith(f": {saved.intent}")
        assert [f"  {trace.id}" for trace in reversed(coach.traces.list(simulated=True))] == lines[-2:]


@pytest.mark.parametrize("graph", ["shop_of_chat:waiting", "shop_of_chat:make"])
def test_async_graphs_and_functions_that_make_one(chat, graph):
    done = chat(ASKED, "/coach reply Ask which country it goes to.", "/again", graph=graph)
    assert len(re.findall(r"^(agent|respond): To which country does it go\?$", done.out, re.MULTILINE)) == 1


def test_wrong_and_again_is_silent_and_should_and_again_is_not(chat, folder):
    with Coach(folder, limits=Limits(deadline=30)) as coach:
        saved = coach.add(
            intent="a customer asks what shipping costs", behavior={"type": "reply", "text": "Ask which country."}
        )
    asked = "what would it cost to ship this to my office?"
    out = chat(asked, f"/wrong {saved.id[:6]} the office is known", "/again").out
    assert re.findall(r"^coaching: (applied|none applied|left out)", out, re.MULTILINE) == [
        "applied", "none applied", "left out",
    ]  # fmt: skip
    out = chat("what is the postman's fee?", f"/should {saved.id}", "/again", "/right 1").out
    assert re.findall(r"^coaching: (applied|none applied|left out)", out, re.MULTILINE) == [
        "none applied", "left out", "applied",
    ]  # fmt: skip
    assert f"{saved.id} was right here" in out
    with Coach(folder) as coach:
        assert {verdict.comment for verdict in coach.verdicts()} == {"the office is known", ""}


@pytest.mark.parametrize(("show", "shown"), [("none", 0), ("applied", 1), ("all", 1)])
def test_how_much_coaching_is_shown(chat, folder, show, shown):
    with Coach(folder) as coach:
        coach.add(intent="a customer asks what shipping costs", behavior={"type": "reply", "text": "Ask the country."})
    out = chat(ASKED, options=("--show", show)).out
    assert out.count("coaching: applied") == shown


def test_a_question_of_the_graph_is_answered_with_the_next_line(chat):
    lines = chat("I want my money back", "yes", "Thanks").out.splitlines()
    asked = lines.index("the graph asks: Pay back W1?")
    assert '  calls refund(order_id="W1")' in lines[:asked]
    assert lines[asked + 3 : asked + 6] == [
        "you: yes", "  refund gave [b]paid[/b] back", "agent: It is [red]4.90[/red] to anywhere.",
    ]  # fmt: skip


def test_nothing_that_goes_wrong_ends_it(chat, folder):
    huge = "x" * 30_000
    commands = ["/wring", "/nonsense", "/wrong", "/why", "/coach", "/should", "/should c-none", "/again"]
    rest = ["//path?", "ünï ✓ \x1b[2J[bold]", huge, "/show", "/new", "/help", "/quit", "never said"]
    done = chat("", "   ", "explode", *commands, *rest)
    out = done.out
    assert done.code == 0
    assert "Traceback" not in out + done.err
    assert out.count("the graph failed: RuntimeError: the line is dead at all") == 2
    assert "there is no command /wring; did you mean /wrong or /right?" in out
    assert "there is no command /nonsense; /help lists them" in out
    assert "no coaching was applied in the last turn" in out
    assert "there is nothing to coach in the last turn" in out
    assert "say which coaching should have been applied" in out
    assert "you: //path?" in out
    assert "you: ünï ✓ [2J[bold]\n" in out
    assert "\x1b" not in out
    assert huge in out
    assert "a new thread: chat-" in out
    assert "never said" not in out
    with Coach(folder) as coach:
        assert coach.list() == []
        said = [step.text for trace in coach.traces.list(limit=None) for step in trace.steps if step.type == "user"]
        assert {"/path?", huge} <= set(said)


def test_an_uncoached_graph_and_a_state_without_such_a_field(chat):
    assert (
        "note: no coaching was looked up in this run: the graph has no door"
        in chat(ASKED, graph="shop_of_chat:bare").out
    )
    done = chat(ASKED, graph="shop_of_chat:bare", options=("--input", "talk"))
    assert (done.code, "it has messages" in done.err) == (2, True)
    done = chat(ASKED, graph="shop_of_chat:none")
    assert (done.code, "cannot be loaded" in done.err) == (2, True)
    assert chat(ASKED, options=("--config", "user")).code == 2


def test_the_store_is_the_graphs_own_unless_another_is_named(chat, folder, tmp_path, monkeypatch):
    monkeypatch.delenv("LANGGRAPH_COACHING_STORE")
    assert f"coached from {folder}" in chat(ASKED).out
    out = chat(ASKED, options=(str(tmp_path / "other"),)).out
    assert f"the graph looks coaching up in {folder}" in out


def test_what_is_coached_here_may_be_for_one_agent_and_of_any_type(chat, folder):
    chat(ASKED, "/coach action refund only if it is late", "/coach handoff", "billing", "/coach", "",
         options=("--agent", "shop"))  # fmt: skip
    with Coach(folder) as coach:
        first, second = coach.list()
    assert (first.behavior.tool, first.behavior.instruction, first.scope.agent) == (
        "refund", "only if it is late", "shop",
    )  # fmt: skip
    assert (second.behavior.type, second.behavior.target) == ("handoff", "billing")


def test_on_a_terminal_words_are_wrapped_and_nobody_is_obeyed():
    from rich.console import Console

    screen = Console(file=io.StringIO(), force_terminal=True, width=24, color_system=None)
    flow = Flow(screen)
    flow.begin("agent:")
    for piece in ("It is del", "ivered on\nMon", "day, the third, ", "\x1b[2Jor so", " 日本語日本語日本語."):
        flow.add(piece)
    flow.end()
    assert screen.file.getvalue() == (
        "agent: It is delivered\n  on\n  Monday, the third,\n  [2Jor so\n  日本語日本語日本語.\n"
    )


def test_what_a_middleware_asks_is_answered_as_it_takes_it():
    asked = {"action_requests": [{"name": "refund", "args": {"order_id": "W1"}}], "review_configs": []}
    assert question_lines(asked, "…")[0] == 'the graph asks whether it may call refund(order_id="W1")'
    assert answer_of(asked, "Yes") == {"decisions": [{"type": "approve"}]}
    assert answer_of(asked, "no, it is too old") == {"decisions": [{"type": "reject", "message": "it is too old"}]}
    assert answer_of(asked, '{"decisions": []}') == {"decisions": []}
    with pytest.raises(InvalidCoachingError, match="answer yes"):
        answer_of(asked, "perhaps")
    assert answer_of("Sure?", "true") is True
    assert answer_of("Sure?", "yes") == "yes"
    assert answer_of("Sure?", "{not json") == "{not json"


@pytest.mark.slow
def test_it_can_be_piped_into_as_a_process(chat, run_python, tmp_path, monkeypatch):
    chat()  # writes the shop's module
    (tmp_path / "turns.txt").write_text(f"{ASKED}\n/coach Ask which country.\n/again", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent.parent), *sys.path]))
    with (tmp_path / "turns.txt").open() as turns:
        done = run_python("-m", "langgraph_coaching", "chat", "shop_of_chat:graph", stdin=turns)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("agent: To which country does it go?") == 1


def test_simulated_runs_are_listed_or_left_out(chat, command):
    chat(ASKED)
    assert len(command("traces", "--simulated").out.splitlines()) == 1
    assert command("traces", "--no-simulated").code == 1
