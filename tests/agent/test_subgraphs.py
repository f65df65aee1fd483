"""Graphs within graphs: each model call has one block, that of the nearest coach."""

from __future__ import annotations

import pytest
from agents import (
    ASKED,
    DOORS,
    EDITED,
    INTENT,
    THREAD,
    TOLD,
    asking,
    asking_node,
    calling,
    leaked,
    messages_of,
    node_agent,
    receipts,
    wrapped_agent,
)
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command

from langgraph_coaching import Coach, CoachingState, Reply, coached


def parent_of(child, state=MessagesState, **compiled):
    """A graph with the agent as its node."""
    return StateGraph(state).add_node("child", child).add_edge(START, "child").compile(**compiled)


@pytest.fixture(params=[None, True, False], ids=["inherits", "own checkpoints", "no checkpoints"])
def child_saver(request):
    return request.param


def test_an_agent_as_a_node(agent, run, model, coaching, saver, child_saver):
    graph = parent_of(agent(model, checkpointer=child_saver), checkpointer=saver)
    state = run(graph, asking(), THREAD)

    assert model.blocks == [1]
    assert leaked(state) == []
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]
    for snapshot in run.history(graph, THREAD):
        assert leaked(snapshot.values) == []
        for task in snapshot.tasks:
            assert leaked(getattr(task.state, "values", {})) == []


def test_an_agent_called_in_a_node(agent, run, model, coaching, saver):
    child = agent(model)

    def node(state):
        return child.invoke(state)

    async def anode(state):
        return await child.ainvoke(state)

    graph = parent_of(anode if run.is_async else node, checkpointer=saver)
    state = run(graph, asking(), THREAD)

    assert model.blocks == [1]
    assert leaked(state) == []
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]


def test_streams_of_subgraphs_carry_no_coached_message(agent, run, model, coaching):
    graph = parent_of(agent(model), checkpointer=InMemorySaver())
    modes = ["values", "updates", "messages", "debug"]
    parts = run.stream(graph, asking(), THREAD, stream_mode=modes, subgraphs=True)

    assert model.blocks == [1]
    assert leaked(parts) == []


def test_a_coach_above_and_a_coach_below(coach, coaching, run, scripted, saver):
    """The child's model sees the child's advice, the parent's model the parent's."""
    below, above = scripted("from below"), scripted("from above")
    builder = StateGraph(CoachingState).add_node("child", node_agent(coach, run, below))
    builder.add_node("coach", coach.node()).add_node("agent", calling(above, run, coached))
    builder.add_edge(START, "coach").add_edge("coach", "agent").add_edge("agent", "child")
    graph = builder.compile(checkpointer=saver)
    state = run(graph, asking(), THREAD)

    assert (above.blocks, below.blocks) == ([1], [1])
    assert leaked(state) == []
    assert "coaching" not in state
    assert all(leaked(s.values) == [] for s in run.history(graph, THREAD))
    assert [receipts(m) for m in state["messages"][1:]] == [[(coaching.id, 1)]] * 2


def test_a_parents_advice_reaches_the_child_that_has_no_coach(coach, coaching, run, model):
    """The channel is part of the child's input, where its state has one."""
    child = StateGraph(CoachingState).add_node("agent", calling(model, run, coached)).add_edge(START, "agent")
    builder = StateGraph(CoachingState).add_node("coach", coach.node()).add_node("child", child.compile())
    state = run(builder.add_edge(START, "coach").add_edge("coach", "child").compile(), asking())

    assert model.blocks == [1]
    assert leaked(state) == []
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]


def test_each_agent_has_the_coaching_of_its_scope(coach, run, scripted):
    for name in ("sales", "support"):
        coach.add(intent=INTENT, behavior=Reply(f"Answer as {name}."), examples=[ASKED], agent=name)
    sales, support = scripted("a"), scripted("b")
    builder = StateGraph(MessagesState)
    for name, model in (("sales", sales), ("support", support)):
        inner = StateGraph(MessagesState).add_node("agent", coach.node(calling(model, run, messages_of), agent=name))
        builder.add_node(name, inner.add_edge(START, "agent").compile())
    run(builder.add_edge(START, "sales").add_edge("sales", "support").compile(), asking())

    assert "Answer as sales." in sales.told[0]
    assert "Answer as support." in support.told[0]
    assert (sales.blocks, support.blocks) == ([1], [1])


@pytest.mark.parametrize("same", [True, False], ids=["same process", "other process"])
def test_a_resume_within_a_subgraph(coach, coaching, run, model, saver, child_saver, embeddings, same):
    """A child without checkpoints starts over when its parent goes on, and is not told so."""

    def build(coach):
        def passing(state):
            return {}

        child = StateGraph(MessagesState).add_node("first", passing)
        child.add_node("agent", coach.node(asking_node(model, run, messages_of)))
        child = child.add_edge(START, "first").add_edge("first", "agent").compile(checkpointer=child_saver)
        return parent_of(child, checkpointer=saver)

    graph = build(coach)
    run(graph, asking(), THREAD)
    coach.edit(coaching.id, behavior=Reply(EDITED))
    if not same:
        coach.flush()
        coach = Coach(coach.uri, embeddings=embeddings, limits=coach.limits)
    state = run(graph if same else build(coach), Command(resume=True), THREAD)

    assert model.blocks == [1, 1]
    assert model.told[0] == model.told[1]
    assert TOLD in model.told[1]
    assert leaked(state) == []


def test_the_next_turn_of_a_subgraph_sees_the_edit(agent, coach, coaching, run, model, child_saver):
    graph = parent_of(agent(model, checkpointer=child_saver), checkpointer=InMemorySaver())
    run(graph, asking(), THREAD)
    coach.edit(coaching.id, behavior=Reply(EDITED))
    run(graph, asking(), THREAD)

    assert [TOLD in told for told in model.told] == [True, False]
    assert EDITED in model.told[1]


@pytest.mark.parametrize("same", [True, False], ids=["same process", "other process"])
def test_a_subgraph_that_is_asked_the_same_in_another_turn_sees_the_edit(coach, coaching, run, model, embeddings, same):
    """It is not told that nothing is resumed; its task says so."""

    def build(coach):
        child = wrapped_agent(coach, run, model)

        def node(_):
            return {"messages": child.invoke(asking())["messages"][-1:]}

        async def anode(_):
            return {"messages": (await child.ainvoke(asking()))["messages"][-1:]}

        return parent_of(anode if run.is_async else node, checkpointer=saver)

    saver = InMemorySaver()
    run(build(coach), asking("first"), THREAD)
    coach.edit(coaching.id, behavior=Reply(EDITED))
    coach.flush()
    with Coach(coach.uri, embeddings=embeddings, limits=coach.limits) as other:
        run(build(coach if same else other), asking("second"), THREAD)

    assert [TOLD in told for told in model.told] == [True, False]
    assert EDITED in model.told[1]


@pytest.mark.parametrize("door", DOORS)
def test_without_a_checkpointer_every_run_is_its_own(coach, coaching, run, model, door):
    """A client that sends the whole conversation again, ids and all, is answered with what holds now."""
    graph = parent_of(DOORS[door](coach, run, model))
    run(graph, asking(id="m1"), THREAD)
    coach.edit(coaching.id, behavior=Reply(EDITED))
    run(graph, asking(id="m1"), THREAD)

    assert [TOLD in told for told in model.told] == [True, False]
