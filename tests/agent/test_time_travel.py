"""Replay sees the coaching of then; a fork that asks something else is looked up anew."""

from __future__ import annotations

import pytest
from agents import ASKED, DOORS, EDITED, OTHER, THREAD, TOLD, asking, coached_on, leaked, node_builder, receipts
from langchain_core.messages import HumanMessage, SystemMessage
from langgraph.graph import START, MessagesState, StateGraph

from langgraph_coaching import Coach, Reply


@pytest.fixture(params=[("memory", "same process"), ("sqlite", "other process")])
def archive(request, run, tmp_path, coach, embeddings):
    """A checkpointer, and the coach of the replay."""
    kind, process = request.param

    def later():
        if process == "same process":
            return coach
        coach.flush()
        other = Coach(coach.uri, embeddings=embeddings, limits=coach.limits)
        request.addfinalizer(other.close)
        return other

    return run.saver(kind, tmp_path), later


@pytest.fixture(params=list(DOORS))
def door(request):
    return DOORS[request.param]


def before(history, node):
    """The latest checkpoint from which a node goes on."""
    return next(state for state in history if node in state.next)


@pytest.mark.parametrize("start", ["__start__", "first", "last"])
def test_a_replay_sees_the_coaching_of_then(coach, coaching, run, model, archive, door, start):
    saver, later = archive
    graph = door(coach, run, model, checkpointer=saver)
    run(graph, asking(), THREAD)
    coach.edit(coaching.id, behavior=Reply(EDITED))

    history = run.history(graph, THREAD)
    places = {"__start__": history[-1], "first": history[-2], "last": history[1]}
    state = run(door(later(), run, model, checkpointer=saver), None, places[start].config)

    assert model.blocks == [1, 1]
    assert model.told[0] == model.told[1]
    assert TOLD in model.told[1]
    assert leaked(state) == []
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]


def test_a_replay_of_an_archived_coaching(coach, coaching, run, model, archive, door):
    saver, later = archive
    graph = door(coach, run, model, checkpointer=saver)
    run(graph, asking(), THREAD)
    coach.archive(coaching.id)
    first = run.history(graph, THREAD)[-2]
    run(door(later(), run, model, checkpointer=saver), None, first.config)

    assert model.blocks == [1, 1]


def test_a_replay_sees_what_its_own_thread_saw(coach, coaching, run, model, archive, door):
    saver, later = archive
    other = {"configurable": {"thread_id": "2"}}
    graph = door(coach, run, model, checkpointer=saver)
    run(graph, asking(), THREAD)
    coach.edit(coaching.id, behavior=Reply(EDITED))
    run(graph, asking(), other)
    coach.archive(coaching.id)
    graph = door(later(), run, model, checkpointer=saver)
    run(graph, None, run.history(graph, other)[-2].config)
    run(graph, None, run.history(graph, THREAD)[-2].config)

    assert [TOLD in told for told in model.told] == [True, False, False, True]
    assert [EDITED in told for told in model.told] == [False, True, True, False]


def test_a_replay_goes_on_in_later_supersteps(coach, coaching, run, model, archive):
    """LangGraph says that it resumes for the first superstep only."""
    saver, later = archive

    def build(coach):
        def passing(state):
            return {}

        builder = StateGraph(MessagesState).add_node("first", passing).add_node("second", passing)
        builder.add_node("agent", coach.node(lambda state: {"messages": [model.invoke(state["messages"])]}))
        builder.add_edge(START, "first").add_edge("first", "second").add_edge("second", "agent")
        return builder.compile(checkpointer=saver)

    graph = build(coach)
    run(graph, asking(), THREAD)
    coach.edit(coaching.id, behavior=Reply(EDITED))
    run(build(later()), None, before(run.history(graph, THREAD), "first").config)

    assert model.told[0] == model.told[1]


def test_a_replay_within_a_subgraph(coach, coaching, run, model, archive, door):
    saver, later = archive

    def build(coach):
        builder = StateGraph(MessagesState).add_node("child", door(coach, run, model)).add_edge(START, "child")
        return builder.compile(checkpointer=saver)

    graph = build(coach)
    run(graph, asking(), THREAD)
    coach.edit(coaching.id, behavior=Reply(EDITED))
    run(build(later()), None, before(run.history(graph, THREAD), "child").config)

    assert model.blocks == [1, 1]
    assert model.told[0] == model.told[1]


def test_a_fork_that_asks_something_else_is_looked_up_anew(coach, coaching, run, model, saver, door):
    graph = door(coach, run, model, checkpointer=saver)
    run(graph, asking(OTHER, id="m1"), THREAD)
    assert model.blocks == [0]

    first = run.history(graph, THREAD)[-2]
    forked = run.update(graph, first.config, {"messages": [HumanMessage(ASKED, id="m1")]}, as_node="__start__")
    state = run(graph, None, forked)

    assert model.blocks == [0, 1]
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]


def test_a_fork_that_asks_the_same_sees_the_coaching_of_then(coach, coaching, run, model, saver, door):
    graph = door(coach, run, model, checkpointer=saver)
    run(graph, asking(id="m1"), THREAD)
    coach.edit(coaching.id, behavior=Reply(EDITED))

    first = run.history(graph, THREAD)[-2]
    forked = run.update(graph, first.config, {"messages": [HumanMessage(ASKED, id="m1")]}, as_node="__start__")
    run(graph, None, forked)

    assert model.told[0] == model.told[1]


def test_a_counterfactual_run_with_other_coaching(coach, coaching, run, model, saver):
    """`update_state` on the channel, as the coach node, is the public way to ask what would have happened."""
    graph = node_builder(coach, run, model).compile(checkpointer=saver)
    run(graph, asking(), THREAD)
    first = before(run.history(graph, THREAD), "coach")
    run(graph, None, run.update(graph, first.config, {"coaching": []}, as_node="coach"))

    assert model.blocks == [1, 0]


def test_where_nothing_was_looked_at_replay_sees_todays(coach, run, model, saver, door):
    graph = door(coach, run, model, checkpointer=saver)
    run(graph, asking(), THREAD)
    coached_on(coach)
    run(graph, None, run.history(graph, THREAD)[-2].config)

    assert model.blocks == [0, 1]


def test_a_new_turn_after_a_replay_sees_what_holds_now(coach, coaching, run, model, saver, door):
    graph = door(coach, run, model, checkpointer=saver)
    run(graph, asking(), THREAD)
    coach.edit(coaching.id, behavior=Reply(EDITED))
    run(graph, None, run.history(graph, THREAD)[-2].config)
    run(graph, asking(), THREAD)

    assert [TOLD in told for told in model.told] == [True, True, False]


def test_a_system_message_in_the_state_survives_all_of_it(coach, coaching, run, model, saver, door):
    graph = door(coach, run, model, checkpointer=saver)
    run(graph, {"messages": [SystemMessage("Be kind.", id="s"), HumanMessage(ASKED)]}, THREAD)
    run(graph, None, run.history(graph, THREAD)[-2].config)

    assert model.blocks == [1, 1]
    for snapshot in run.history(graph, THREAD):
        kept = [m for m in snapshot.values.get("messages", []) if isinstance(m, SystemMessage)]
        assert kept in ([], [SystemMessage("Be kind.", id="s")])
