"""A cached node: new, edited and archived coaching counts, and otherwise the cache answers."""

from __future__ import annotations

from typing import Annotated

import pytest
from agents import ASKED, EDITED, OTHER, TOLD, coached_on
from langchain_core.messages import HumanMessage
from langgraph.cache.memory import InMemoryCache
from langgraph.channels import EphemeralValue
from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.types import CachePolicy
from typing_extensions import TypedDict

from langgraph_coaching import Reply, coached
from langgraph_coaching.recall.adviser import Adviser


class State(TypedDict):
    question: str
    answer: str
    coaching: Annotated[list, EphemeralValue(list, False)]


def behind_a_coach_node(coach, model):
    """The ids in the channel are part of the input, so the policy is LangGraph's own."""

    def agent(state):
        prompt = coached({**state, "messages": [HumanMessage(state["question"])]})
        return {"answer": model.invoke(prompt).text}

    builder = StateGraph(State).add_node("coach", coach.node(messages_key="question"))
    builder.add_node("agent", agent, cache_policy=CachePolicy()).add_edge(START, "coach").add_edge("coach", "agent")
    return builder.compile(cache=InMemoryCache())


def a_wrapped_node(coach, model):
    def agent(state):
        return {"answer": model.invoke([HumanMessage(state["question"])]).text}

    policy = CachePolicy(key_func=coach.cache_key(messages_key="question"))
    builder = StateGraph(State).add_node("agent", coach.node(agent, messages_key="question"), cache_policy=policy)
    return builder.add_edge(START, "agent").compile(cache=InMemoryCache())


def a_coached_model(coach, model):
    own = coach.model(model)

    def agent(state):
        return {"answer": own.invoke([HumanMessage(state["question"])]).text}

    policy = CachePolicy(key_func=coach.cache_key(lambda state: state["question"], messages_key="question"))
    return (
        StateGraph(State)
        .add_node("agent", agent, cache_policy=policy)
        .add_edge(START, "agent")
        .compile(cache=InMemoryCache())
    )


def a_task(coach, model):
    own = coach.model(model)

    @task(cache_policy=CachePolicy(key_func=coach.cache_key()))
    def ask(question):
        return own.invoke(question).text

    @entrypoint(cache=InMemoryCache())
    def answer(state):
        return {"answer": ask(state["question"]).result()}

    return answer


@pytest.mark.parametrize("made", [behind_a_coach_node, a_wrapped_node, a_coached_model, a_task])
def test_the_cache_answers_until_other_coaching_applies(coach, model, run, made):
    if run.is_async and made is a_task:
        pytest.skip("the same key function")
    graph = made(coach, model)

    def ask(question=ASKED):
        run(graph, {"question": question})
        return len(model.prompts), model.told[-1]

    assert ask() == ask() == (1, "")
    first = coached_on(coach)
    assert ask()[0] == ask()[0] == 2
    assert TOLD in ask()[1]
    coached_on(coach, "How much is shipping to Germany?", "Say 4.90.", "a customer asks what shipping abroad costs")
    assert ask()[0] == 2  # that does not apply here
    coach.edit(first.id, behavior=Reply(EDITED))
    assert ask() == ask()
    assert ask()[0] == 3
    assert EDITED in ask()[1]
    coach.archive(first.id)
    assert ask()[0] == 3 if made is not behind_a_coach_node else ask()[0] in (3, 4)  # as before there was any
    assert ask(OTHER)[0] == ask(OTHER)[0]


def test_where_nobody_can_tell_nothing_is_taken_from_the_cache(coach, coaching, model, monkeypatch):
    graph = a_wrapped_node(coach, model)
    monkeypatch.setattr(Adviser, "_advised", lambda *_: 1 / 0)
    for _ in range(2):
        graph.invoke({"question": ASKED})

    assert len(model.prompts) == 2


def test_the_labels_are_those_of_the_node(coach, model):
    """What is for one agent only is part of the key where that agent asks."""
    graph = a_wrapped_node(coach, model)
    ours = CachePolicy(key_func=coach.cache_key(messages_key="question", agent="support"))
    state = {"question": ASKED}
    before = ours.key_func(state)
    coached_on(coach, agent="support")

    assert ours.key_func(state) != before
    graph.invoke(state)
    graph.invoke(state)
    assert len(model.prompts) == 1
