"""Content that no provider sends, which a graph takes all the same: coaching does not stop the model call."""

import asyncio

import pytest
from langchain_core.messages import HumanMessage
from langgraph.graph import START, StateGraph

from langgraph_coaching import CoachingState, Reply, coached
from langgraph_coaching.agent.call_key import digest_of

SAID = "my order arrived broken"


class Unreadable(dict):
    def get(self, *_):
        raise KeyError("no")

    items = get


def holding_itself():
    part = {"type": "text", "text": SAID}
    part["again"] = part
    return [part]


def without_end():
    deepest = whole = {}
    for _ in range(5_000):
        deepest["in"] = {}
        deepest = deepest["in"]
    return [{"type": "text", "text": SAID, "in": whole}]


ODD = {
    "it holds itself": holding_itself,
    "it is nested without end": without_end,
    "keys that are no text": lambda: [{"type": "text", "text": SAID, ("a", 1): 2}],
    "a block that cannot be read": lambda: [Unreadable(type="text", text=SAID)],
    "there is none": None,
}


def message_of(make):
    fields = {"type": "human", "id": None, "additional_kwargs": {}, "response_metadata": {}, "name": None}
    return HumanMessage.model_construct(**fields, **({} if make is None else {"content": make()}))


@pytest.mark.parametrize("make", ODD.values(), ids=ODD)
def test_it_has_a_digest_that_stays(make):
    assert digest_of([message_of(make)], "node") == digest_of([message_of(make)], "node")


def test_its_words_tell_it_from_others():
    part = [{"type": "text", "text": "hello", ("a", 1): 2}]
    assert digest_of([message_of(lambda: part)]) != digest_of([message_of(ODD["keys that are no text"])])


@pytest.mark.parametrize("what", ["it holds itself", "it is nested without end", "keys that are no text"])
def test_the_model_is_called_with_the_coaching_of_its_words(coach, model, what):
    coach.add(intent="an order arrived broken", behavior=Reply("Ask for a photo."))
    builder = StateGraph(CoachingState)
    builder.add_node("coach", coach.node())
    builder.add_node("agent", lambda state: {"messages": [model.invoke(coached(state))]})
    builder.add_edge(START, "coach")
    builder.add_edge("coach", "agent")
    graph = builder.compile()
    for run in (graph.invoke, lambda given: asyncio.run(graph.ainvoke(given))):
        run({"messages": [message_of(ODD[what])]})
        assert "Ask for a photo." in model.told[-1]
