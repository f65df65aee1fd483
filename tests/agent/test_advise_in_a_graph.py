"""`coach.advise` in a node: its receipts know the thread, the node and the trace."""

from __future__ import annotations

import json

import pytest
from agents import ASKED, OTHER, THREAD, TOLD, asking, receipts
from langchain_core.messages import AIMessage, SystemMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint
from langgraph.graph import START, MessagesState, StateGraph
from typing_extensions import TypedDict


def advise_in(coach, run, ends):
    """A node that asks for advice in the call style of the test, and goes on with it."""

    def node(state):
        return ends(state, coach.advise(state["messages"]))

    async def anode(state):
        return ends(state, await coach.aadvise(state["messages"]))

    return anode if run.is_async else node


def the_receipt(coach, coaching):
    coach.flush()
    (receipt,) = coach.receipts(coaching_id=coaching.id)
    return receipt


def compiled(node, schema=MessagesState):
    return StateGraph(schema).add_node("answer", node).add_edge(START, "answer").compile(checkpointer=InMemorySaver())


@pytest.mark.parametrize("asked", [ASKED, OTHER])
def test_with_a_client_that_langchain_does_not_know(coach, coaching, run, asked):
    graph = compiled(advise_in(coach, run, lambda state, advice: {"messages": [AIMessage("Let us exchange it.")]}))
    run(graph, asking(asked), THREAD | {"callbacks": [coach.callback()]})

    receipt = the_receipt(coach, coaching)
    assert (receipt.thread_id, receipt.node) == ("1", "answer")
    assert receipt.applied == (asked == ASKED)
    trace = coach.traces.get(receipt.trace_id)
    assert trace.thread_id == "1"
    assert trace.steps[receipt.step].text == "Let us exchange it."
    assert [r.id for r in trace.steps[receipt.step].receipts] == [receipt.id]


def test_with_a_chat_model(coach, coaching, run, model):
    def ends(state, advice):
        return {"messages": [model.invoke([SystemMessage(advice.prompt), *state["messages"]])]}

    state = run(compiled(advise_in(coach, run, ends)), asking(), THREAD | {"callbacks": [coach.callback()]})

    assert TOLD in model.told[0]
    assert receipts(state["messages"][-1]) == [(coaching.id, 1)]
    receipt = the_receipt(coach, coaching)
    assert receipt.outcome == "applied"
    step = coach.traces.get(receipt.trace_id).steps[receipt.step]
    assert step.coaching == "" or TOLD in step.coaching
    assert (step.type, step.node) == ("message", "answer")


def test_in_a_state_without_messages(coach, coaching, run):
    class State(TypedDict):
        question: str
        answer: str

    def node(state):
        return {"answer": coach.advise(state["question"]).prompt[:10]}

    run(compiled(node, State), {"question": ASKED}, THREAD | {"callbacks": [coach.callback()]})

    receipt = the_receipt(coach, coaching)
    assert (receipt.thread_id, receipt.node) == ("1", "answer")
    step = coach.traces.get(receipt.trace_id).steps[receipt.step]
    assert (step.type, step.name, step.node) == ("system", "coaching", "answer")


def test_in_the_functional_api(coach, coaching):
    @entrypoint(checkpointer=InMemorySaver())
    def answer(question: str) -> str:
        return coach.advise(question).prompt

    assert TOLD in answer.invoke(ASKED, THREAD | {"callbacks": [coach.callback()]})
    receipt = the_receipt(coach, coaching)
    assert (receipt.thread_id, receipt.node) == ("1", "answer")
    assert receipt.trace_id is not None


def test_a_retry_of_the_node_is_advised_the_same(coach, coaching, run):
    from langgraph.types import RetryPolicy

    seen = []

    def ends(state, advice):
        seen.append([receipt.id for receipt in advice.applied])
        if len(seen) == 1:
            coach.archive(coaching.id)
            raise ConnectionError
        return {"messages": [AIMessage("ok")]}

    builder = StateGraph(MessagesState)
    policy = RetryPolicy(initial_interval=0, jitter=False)
    builder.add_node("answer", advise_in(coach, run, ends), retry_policy=policy).add_edge(START, "answer")
    run(builder.compile(), asking())

    assert len(seen) == 2
    assert seen[0] == seen[1] != []


def test_outside_of_a_graph_there_is_nothing_to_say(coach, coaching):
    assert coach.advise(ASKED).applied[0].node is None
    receipt = the_receipt(coach, coaching)
    assert (receipt.thread_id, receipt.node, receipt.trace_id) == (None, None, None)


def test_half_a_character_in_the_name_of_a_thread_is_whole_in_what_is_handed_out(coach, coaching, run):
    given = []
    node = advise_in(coach, run, lambda state, advice: given.append(advice) or {"messages": []})
    graph = StateGraph(MessagesState).add_node("answer", node).add_edge(START, "answer").compile()
    run(graph, asking(), {"configurable": {"thread_id": "of \udc00"}})
    (receipt,) = given[0].considered
    assert receipt.thread_id == "of \ufffd"
    json.dumps(given[0].to_json(), ensure_ascii=False).encode()
