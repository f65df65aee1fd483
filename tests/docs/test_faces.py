"""The face of each room is run: the snippets in its docstring, with what a reader has at hand."""

import ast
from pathlib import Path

import pytest
from langgraph.graph import START, MessagesState, StateGraph
from snippets import run_snippets, snippets_in

import langgraph_coaching
from langgraph_coaching import Coach, Limits
from scripted_model import ScriptedModel

SOURCE = Path(langgraph_coaching.__file__).parent
FACES = {
    ".".join(path.parent.relative_to(SOURCE).parts) or "langgraph_coaching": path
    for path in sorted(SOURCE.rglob("__init__.py"))
}
SNIPPETS = {
    room: snippets_in(ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "")
    for room, path in FACES.items()
}
PROPOSED = '{"intent": "a customer asks what shipping costs", "phrasings": ["what is the postage?"], "near_misses": []}'


def at_hand(room):
    """What a snippet of a room may use: what is public there, and what somebody has who got as far as to read it."""
    names = {name: getattr(langgraph_coaching, name) for name in ("Coach", "Reply")}
    package = __import__(f"langgraph_coaching.{room}", fromlist=["__all__"])
    names |= {name: getattr(package, name) for name in package.__all__}
    model = ScriptedModel(answers=["That is 4.90."])

    def call_model(state: MessagesState):
        return {"messages": [model.invoke(state["messages"])]}

    coach = Coach("./coaching", limits=Limits(deadline=30))
    builder = StateGraph(MessagesState)
    builder.add_node("agent", coach.node(call_model))
    builder.add_edge(START, "agent")
    graph = builder.compile()
    asked = {"messages": [("user", "How much is shipping for a pair of boots?")]}
    graph.invoke(asked, {"callbacks": [coach.callback()]})
    coach.flush()
    (trace,) = coach.traces.list()
    step = trace.coachable_steps()[-1]
    draft = coach.draft(step).when("a customer asks what shipping costs")
    draft = draft.reply("Ask which country it goes to before quoting a price.")
    coaching = coach.save(draft)
    advice = coach.advise("How much would delivery cost me for two jackets?")
    helper = ScriptedModel(answers=[PROPOSED]) if room == "authoring" else model
    return names | {
        "coach": coach, "graph": graph, "trace": trace, "step": step, "draft": draft, "coaching": coaching,
        "advice": advice, "model": helper,
    }  # fmt: skip


@pytest.mark.parametrize("room", [room for room, snippets in SNIPPETS.items() if snippets])
def test_every_snippet_of_a_face_prints_what_is_shown_under_it(room, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = at_hand(room)
    try:
        run_snippets(SNIPPETS[room], room, names)
    finally:
        for coach in [one for one in names.values() if isinstance(one, Coach)]:
            coach.close()


def test_the_faces_that_users_read_have_snippets():
    assert {"agent", "recall", "traces.capture", "traces.importers", "authoring", "refining", "replay", "testing"} <= {
        room for room, snippets in SNIPPETS.items() if snippets
    }


def test_the_commands_of_the_command_line_exist():
    from typer.main import get_command

    from langgraph_coaching import cli
    from langgraph_coaching.cli.app import app

    known = set(get_command(app).commands)
    named = {line.split()[1] for line in cli.__doc__.splitlines() if line.startswith("langgraph-coaching ")}
    assert named <= known
    assert {name for name in known if f"`{name}`" not in cli.__doc__ and name not in named} == set()
