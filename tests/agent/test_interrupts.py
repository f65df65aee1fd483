"""A run that stops for a person goes on with the coaching it had."""

from __future__ import annotations

from typing import Any

import pytest
from agents import (
    ASKED,
    DOORS,
    EDITED,
    OTHER,
    THREAD,
    TOLD,
    asking,
    asking_node,
    coached_on,
    leaked,
    messages_of,
    node_builder,
    receipts,
    wrapped_builder,
)
from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware
from langchain_core.messages import HumanMessage
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command, interrupt
from typing_extensions import TypedDict

from langgraph_coaching import Coach, CoachingState, Reply, coached


class PlainState(TypedDict):
    """A state that gives its messages no ids."""

    messages: list[Any]


class AsksFirst(AgentMiddleware):
    """Asks a person between the model's first and second answer to the same prompt."""

    def wrap_model_call(self, request, handler):
        answer = handler(request)
        interrupt("send it?")
        return answer

    async def awrap_model_call(self, request, handler):
        answer = await handler(request)
        interrupt("send it?")
        return answer


def node_agent(coach, run, model, **compiled):
    builder = StateGraph(CoachingState).add_node("coach", coach.node())
    builder.add_node("agent", asking_node(model, run, coached))
    return builder.add_edge(START, "coach").add_edge("coach", "agent").compile(**compiled)


def wrapped_agent(coach, run, model, **compiled):
    builder = StateGraph(MessagesState).add_node("agent", coach.node(asking_node(model, run, messages_of)))
    return builder.add_edge(START, "agent").compile(**compiled)


def middleware_agent(coach, run, model, **compiled):
    return create_agent(model, tools=[], middleware=[coach.middleware(), AsksFirst()], **compiled)


STOPPING = {"node": node_agent, "wrapped": wrapped_agent, "middleware": middleware_agent}


@pytest.fixture(params=list(STOPPING))
def door(request):
    return request.param


@pytest.fixture(params=[("memory", "same"), ("memory", "built again"), ("sqlite", "same"), ("sqlite", "other")])
def stopped(request, run, tmp_path, coach, embeddings):
    """A checkpointer, and the graph that goes on: in another process all there is are the two stores."""
    kind, process = request.param

    def continued(build, graph):
        if process == "same":
            return graph
        if process == "built again":
            return build(coach)
        coach.flush()
        other = Coach(coach.uri, embeddings=embeddings, limits=coach.limits)
        request.addfinalizer(other.close)
        return build(other)

    return run.saver(kind, tmp_path), continued


def test_a_resumed_node_sees_the_coaching_it_had(coach, coaching, run, model, door, stopped):
    saver, again = stopped

    def build(coach):
        return STOPPING[door](coach, run, model, checkpointer=saver)

    graph = build(coach)
    run(graph, asking(), THREAD)
    coach.edit(coaching.id, behavior=Reply(EDITED))
    state = run(again(build, graph), Command(resume=True), THREAD)

    assert model.blocks == [1, 1]
    assert model.told[0] == model.told[1]
    assert TOLD in model.told[1]
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]
    assert all(leaked(s.values) == [] for s in run.history(graph, THREAD))


def test_a_resumed_node_is_as_uncoached_as_it_was(coach, run, model, door, stopped):
    """What was looked at and left out stays out."""
    asked = coached_on(coach, asked=OTHER, intent="a student asks about the capital of a country")

    saver, again = stopped

    def build(coach):
        return STOPPING[door](coach, run, model, checkpointer=saver)

    graph = build(coach)
    run(graph, asking(), THREAD)
    coach.edit(asked.id, intent="a customer asks to change a delivered order", examples=[ASKED])
    run(again(build, graph), Command(resume=True), THREAD)
    run(graph, asking(ASKED), THREAD)

    assert model.blocks == [0, 0, 1]


def test_the_turn_after_a_resume_sees_what_holds_now(coach, coaching, run, model, door, stopped):
    saver, again = stopped

    def build(coach):
        return STOPPING[door](coach, run, model, checkpointer=saver)

    graph = build(coach)
    run(graph, asking(), THREAD)
    coach.edit(coaching.id, behavior=Reply(EDITED))
    graph = again(build, graph)
    run(graph, Command(resume=True), THREAD)
    run(graph, asking(), THREAD)

    assert [TOLD in told for told in model.told] == [True, True, False]
    assert EDITED in model.told[2]


def test_interrupt_before_the_agent(coach, coaching, run, model, stopped):
    """The coach node has spoken before the stop: its word is in the checkpoint."""

    saver, again = stopped

    def build(coach):
        return node_builder(coach, run, model).compile(checkpointer=saver, interrupt_before=["agent"])

    graph = build(coach)
    run(graph, asking(), THREAD)
    assert model.prompts == []
    assert run.state(graph, THREAD).next == ("agent",)

    coach.edit(coaching.id, behavior=Reply(EDITED))
    state = run(again(build, graph), None, THREAD)

    assert model.blocks == [1]
    assert TOLD in model.told[0]
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]
    assert leaked(state) == []


@pytest.mark.parametrize("builder", [wrapped_builder])
def test_interrupt_before_a_node_that_was_not_called_yet(coach, coaching, run, model, saver, builder):
    graph = builder(coach, run, model).compile(checkpointer=saver, interrupt_before=["agent"])
    run(graph, asking(), THREAD)
    coach.edit(coaching.id, behavior=Reply(EDITED))
    run(graph, None, THREAD)

    assert EDITED in model.told[0]


@pytest.mark.parametrize(("as_node", "blocks"), [("__start__", 1), (None, 0)])
def test_a_person_who_edits_the_messages_before_the_agent(coach, coaching, run, model, saver, as_node, blocks):
    """An update is a step of its own; as the input, it has the coach node look at what is asked now."""
    graph = node_builder(coach, run, model).compile(checkpointer=saver, interrupt_before=["agent"])
    run(graph, asking(OTHER, id="m"), THREAD)
    run.update(graph, THREAD, {"messages": [HumanMessage(ASKED, id="m")]}, as_node=as_node)
    while run.state(graph, THREAD).next:
        run(graph, None, THREAD)

    assert model.blocks == [blocks]


@pytest.mark.parametrize("door", ["node", "wrapped", "middleware"])
def test_a_run_that_broke_off_goes_on_with_the_coaching_it_had(coach, coaching, run, scripted, door, stopped):
    model = scripted(ConnectionError("gone"), "All right.")

    saver, again = stopped

    def build(coach):
        return DOORS[door](coach, run, model, checkpointer=saver)

    graph = build(coach)
    with pytest.raises(ConnectionError):
        run(graph, asking(), THREAD)
    coach.edit(coaching.id, behavior=Reply(EDITED))
    state = run(again(build, graph), None, THREAD)

    assert model.told[0] == model.told[1]
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]


def test_messages_without_ids_are_recognised_by_their_task(coach, coaching, run, model, stopped):
    """A state without `add_messages` gives its messages no ids."""
    saver, again = stopped

    def build(coach):
        builder = StateGraph(PlainState).add_node("agent", coach.node(asking_node(model, run, messages_of)))
        return builder.add_edge(START, "agent").compile(checkpointer=saver)

    graph = build(coach)
    run(graph, {"messages": [HumanMessage(ASKED)]}, THREAD)
    coach.edit(coaching.id, behavior=Reply(EDITED))
    run(again(build, graph), Command(resume=True), THREAD)

    assert model.blocks == [1, 1]
    assert model.told[0] == model.told[1]


def test_two_resumes_in_a_row(coach, coaching, run, model, saver):
    def node(state):
        answer = model.invoke(state["messages"])
        interrupt("once?")
        model.invoke(state["messages"])
        interrupt("twice?")
        return {"messages": [answer]}

    graph = StateGraph(MessagesState).add_node("agent", coach.node(node)).add_edge(START, "agent")
    graph = graph.compile(checkpointer=saver)
    run(graph, asking(), THREAD)
    coach.edit(coaching.id, behavior=Reply(EDITED))
    run(graph, Command(resume=1), THREAD)
    coach.archive(coaching.id)
    run(graph, Command(resume=2), THREAD)

    assert len(set(model.told)) == 1
    assert TOLD in model.told[0]
