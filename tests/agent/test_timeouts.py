"""A node with a timeout is coached as any other, and what it was advised is the same when it is tried again."""

from __future__ import annotations

import asyncio

import pytest
from agents import TOLD, asking, receipts
from langgraph.errors import NodeTimeoutError
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import RetryPolicy

from langgraph_coaching import CoachingState, coached

LONG, SHORT = 60.0, 0.2


def built(coach, ask, door, **options):
    """An agent with a timeout on each of its nodes, behind one of the doors."""
    if door == "node":
        builder = StateGraph(CoachingState)
        builder.add_node("coach", coach.node(), timeout=LONG)

        async def agent(state):
            return {"messages": [await ask(coached(state))]}

        builder.add_node("agent", agent, **options).add_edge(START, "coach").add_edge("coach", "agent")
        return builder.compile()

    async def plain(state):
        return {"messages": [await ask(state["messages"])]}

    node = coach.node(plain) if door == "wrapped" else plain
    return StateGraph(MessagesState).add_node("agent", node, **options).add_edge(START, "agent").compile()


@pytest.mark.parametrize("door", ["node", "wrapped", "model"])
def test_within_its_time(coach, coaching, model, door):
    own = coach.model(model) if door == "model" else model
    state = asyncio.run(built(coach, own.ainvoke, door, timeout=LONG).ainvoke(asking()))

    assert TOLD in model.told[0]
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]


@pytest.mark.parametrize("door", ["node", "wrapped"])
def test_tried_again_after_its_time(coach, coaching, model, door):
    tries = []

    async def ask(prompt):
        tries.append(prompt)
        if len(tries) == 1:
            coach.archive(coaching.id)
            await asyncio.Event().wait()
        return await model.ainvoke(prompt)

    retry = RetryPolicy(initial_interval=0, jitter=False, retry_on=NodeTimeoutError)
    graph = built(coach, ask, door, timeout=SHORT, retry_policy=retry)
    state = asyncio.run(graph.ainvoke(asking()))

    assert len(tries) == 2
    assert TOLD in model.told[0]
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]
    coach.flush()
    assert [receipt.outcome for receipt in coach.receipts(coaching_id=coaching.id)] == ["applied"]


def test_past_its_time_nothing_was_applied(coach, coaching, model):
    async def ask(_):
        await asyncio.Event().wait()

    with pytest.raises(NodeTimeoutError):
        asyncio.run(built(coach, ask, "wrapped", timeout=SHORT).ainvoke(asking()))
    coach.flush()

    assert [receipt.outcome for receipt in coach.receipts(coaching_id=coaching.id)] == ["not seen by the model"]
