"""A node that is tried again is tried with the coaching it had."""

from __future__ import annotations

import pytest
from agents import EDITED, THREAD, TOLD, asking, calling, messages_of, receipts
from langchain.agents import create_agent
from langchain.agents.middleware import ModelRetryMiddleware
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import RetryPolicy

from langgraph_coaching import CoachingState, Reply, coached

AT_ONCE = RetryPolicy(initial_interval=0, jitter=False, max_attempts=3, retry_on=ConnectionError)


@pytest.fixture
def failing(coach, coaching, scripted):
    """A model that fails once; in the meantime somebody edits the coaching."""

    def fails(_):
        coach.edit(coaching.id, behavior=Reply(EDITED))
        return ConnectionError("gone")

    return scripted(fails, "All right.")


@pytest.fixture(params=[False, True], ids=["no checkpointer", "checkpointer"])
def compiled(request):
    return {"checkpointer": InMemorySaver()} if request.param else {}


def node_agent(coach, run, model, **compiled):
    builder = StateGraph(CoachingState).add_node("coach", coach.node(), retry_policy=AT_ONCE)
    builder.add_node("agent", calling(model, run, coached), retry_policy=AT_ONCE)
    return builder.add_edge(START, "coach").add_edge("coach", "agent").compile(**compiled)


def wrapped_agent(coach, run, model, **compiled):
    builder = StateGraph(MessagesState)
    builder.add_node("agent", coach.node(calling(model, run, messages_of)), retry_policy=AT_ONCE)
    return builder.add_edge(START, "agent").compile(**compiled)


def subgraph_agent(coach, run, model, **compiled):
    child = StateGraph(MessagesState).add_node("agent", coach.node(calling(model, run, messages_of)))
    child = child.add_edge(START, "agent").compile()
    builder = StateGraph(MessagesState).add_node("child", child, retry_policy=AT_ONCE)
    return builder.add_edge(START, "child").compile(**compiled)


def subgraph_node_agent(coach, run, model, **compiled):
    builder = StateGraph(MessagesState).add_node("child", node_agent(coach, run, model), retry_policy=AT_ONCE)
    return builder.add_edge(START, "child").compile(**compiled)


def middleware_agent(coach, run, model, **compiled):
    """`create_agent` has no retry policy: the whole agent is tried again."""
    child = create_agent(model, tools=[], middleware=[coach.middleware()])
    builder = StateGraph(MessagesState).add_node("child", child, retry_policy=AT_ONCE)
    return builder.add_edge(START, "child").compile(**compiled)


RETRIED = {
    "node": node_agent,
    "wrapped": wrapped_agent,
    "middleware": middleware_agent,
    "wrapped in a subgraph": subgraph_agent,
    "node in a subgraph": subgraph_node_agent,
}


@pytest.mark.parametrize("door", RETRIED)
def test_a_retry_sees_the_same_coaching(coach, coaching, run, failing, compiled, door):
    graph = RETRIED[door](coach, run, failing, **compiled)
    state = run(graph, asking(), THREAD)

    assert failing.blocks == [1, 1]
    assert failing.told[0] == failing.told[1]
    assert TOLD in failing.told[1]
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]


def test_the_run_after_a_retry_sees_the_edit(coach, coaching, run, failing):
    graph = wrapped_agent(coach, run, failing)
    run(graph, asking())
    run(graph, asking())

    assert EDITED in failing.told[2]


@pytest.mark.parametrize("outermost", ["coaching", "retry"])
def test_a_middleware_that_retries(coach, coaching, run, failing, outermost):
    middleware = [coach.middleware(), ModelRetryMiddleware(max_retries=1, initial_delay=0, jitter=False)]
    order = middleware if outermost == "coaching" else middleware[::-1]
    state = run(create_agent(failing, tools=[], middleware=order), asking())

    assert failing.blocks == [1, 1]
    assert receipts(state["messages"][-1])[0][0] == coaching.id


def test_a_retry_leaves_one_set_of_receipts(coach, coaching, run, failing):
    run(wrapped_agent(coach, run, failing), asking())
    coach.flush()

    assert [(r.revision, r.outcome) for r in coach.receipts(coaching_id=coaching.id)] == [(1, "applied")]
