"""Branches that run at the same time do not see each other's coaching."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from agents import INTENT, OTHER, THREAD, asking, calling, coached_on, leaked, messages_of, node_agent, receipts
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Send

from langgraph_coaching import CoachingState, coached

QUESTIONS = {
    "exchange": "I want to change the order that arrived yesterday",
    "shipping": "How much does shipping to Germany cost?",
    "password": "I forgot the password of my account",
    "none": OTHER,
}


@pytest.fixture
def coachings(coach):
    """Coaching for each question but the last."""
    intents = {
        "exchange": INTENT,
        "shipping": "a customer asks what shipping to another country costs",
        "password": "a customer cannot sign in because the password is forgotten",
    }
    return {
        name: coached_on(coach, QUESTIONS[name], f"Say {name.upper()}.", intent, priority=0)
        for name, intent in intents.items()
    }


def branch_of(node):
    """One branch for each question, each with its own messages, many times over."""

    def split(_):
        questions = list(QUESTIONS.values()) * 5
        return [Send("branch", {"messages": [HumanMessage(q, id=f"q{i}")]}) for i, q in enumerate(questions)]

    builder = StateGraph(MessagesState).add_node("branch", node)
    return builder.add_conditional_edges(START, split, ["branch"])


def told_rightly(model):
    """For each prompt whether it has its own question's coaching and no other's."""
    for prompt, told, blocks in zip(model.prompts, model.told, model.blocks, strict=True):
        (name,) = [name for name, question in QUESTIONS.items() if question == prompt[-1].content]
        expected = [other.upper() for other in QUESTIONS if f"Say {other.upper()}." in told]
        yield blocks == (name != "none") and expected == ([name.upper()] if name != "none" else [])


@pytest.fixture(params=["wrapped", "subgraph with a coach node"])
def graph(request, coach, run, model):
    if request.param == "wrapped":
        return branch_of(coach.node(calling(model, run, messages_of)))
    return branch_of(node_agent(coach, run, model))


def test_each_branch_has_its_own_coaching(graph, coachings, run, model):
    compiled = graph.compile(checkpointer=InMemorySaver())
    state = run(compiled, {"messages": []}, THREAD)

    assert len(model.prompts) == 20
    assert all(told_rightly(model))
    assert leaked(state) == []
    assert all(leaked(s.values) == [] for s in run.history(compiled, THREAD))


def test_each_answer_has_its_own_receipts(graph, coachings, run, model):
    state = run(graph.compile(), {"messages": []})

    answered = [receipts(message) for message in state["messages"] if message.type == "ai"]
    expected = [[(coaching.id, 1)] for coaching in coachings.values()] * 5 + [[]] * 5
    assert sorted(answered) == sorted(expected)


def test_two_coach_nodes_in_one_superstep(coach, coachings, run, model):
    """The channel takes the last of two writers; a second writer is no error."""
    builder = StateGraph(CoachingState).add_node("one", coach.node()).add_node("two", coach.node())
    builder.add_node("agent", calling(model, run, coached))
    builder.add_edge(START, "one").add_edge(START, "two").add_edge(["one", "two"], "agent")
    state = run(builder.compile(checkpointer=InMemorySaver()), asking(QUESTIONS["shipping"]), THREAD)

    assert model.blocks == [1]
    assert leaked(state) == []


def test_concurrent_runs_of_one_graph(coach, coachings, run, model):
    """Threads for one call style, tasks of one loop for the other."""
    graph = node_agent(coach, run, model, checkpointer=InMemorySaver())
    inputs = [(asking(q), {"configurable": {"thread_id": str(i)}}) for i, q in enumerate([*QUESTIONS.values()] * 5)]
    if run.is_async:

        async def all_of_them():
            return await asyncio.gather(*(graph.ainvoke(*given) for given in inputs))

        states = run.wait(all_of_them())
    else:
        with ThreadPoolExecutor(8) as pool:
            states = list(pool.map(lambda given: graph.invoke(*given), inputs))

    assert all(told_rightly(model))
    for state in states:
        question, answer = state["messages"]
        (name,) = [name for name, text in QUESTIONS.items() if text == question.content]
        assert receipts(answer) == ([(coachings[name].id, 1)] if name != "none" else [])


def test_concurrent_model_calls_in_one_node(coach, coachings, run, model):
    async def gathering(state):
        prompts = [state["messages"], [HumanMessage(OTHER)], state["messages"]]
        return {"messages": await asyncio.gather(*map(model.ainvoke, prompts))}

    def batching(state):
        return {"messages": model.batch([state["messages"], [HumanMessage(OTHER)], state["messages"]])}

    builder = StateGraph(MessagesState).add_node("agent", coach.node(gathering if run.is_async else batching))
    state = run(builder.add_edge(START, "agent").compile(), asking(QUESTIONS["shipping"]))

    expected = [(coachings["shipping"].id, 1)]
    first, second, third = state["messages"][1:]
    assert receipts(first) == receipts(third) == expected
    assert "coaching" not in second.response_metadata
    assert sorted(model.blocks) == [0, 1, 1]
