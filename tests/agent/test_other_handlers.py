"""Other people's callback handlers hear the same events in the same order, with coaching and without."""

import asyncio
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.language_models import FakeListLLM, GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.prompts import PromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph

from langgraph_coaching import Reply

EVENTS = [f"on_{kind}_{end}" for kind in ("chain", "llm", "tool", "retriever") for end in ("start", "end", "error")] + [
    "on_chat_model_start",
    "on_llm_new_token",
    "on_text",
    "on_custom_event",
    "on_retry",
]


def noting(kind, inline):
    """A handler of somebody else's that notes what it hears: its event, its run's name or its text."""

    class Handler(kind):
        run_inline = inline

        def __init__(self):
            self.heard = []
            self.ours = set()

        def note(self, name, given, kwargs):
            if (kwargs.get("metadata") or {}).get("coaching_recall"):  # the recall shows itself as a retriever's run
                self.ours.add(kwargs["run_id"])
            if kwargs.get("run_id") not in self.ours:
                what = given[0] if name == "on_llm_new_token" and given else kwargs.get("name")
                self.heard.append((name, what if isinstance(what, str | None) else "…"))

    for event in EVENTS:
        if kind is AsyncCallbackHandler:

            async def method(self, *given, event=event, **kwargs):
                self.note(event, given, kwargs)
        else:

            def method(self, *given, event=event, **kwargs):
                self.note(event, given, kwargs)

        setattr(Handler, event, method)
    return Handler()


class Pages(BaseRetriever):
    def _get_relevant_documents(self, query, *, run_manager):
        return [Document("a page")]


@tool
def weather(city: str) -> str:
    """Tells the weather."""
    if city == "Atlantis":
        raise ConnectionError("no such place")
    return f"sunny in {city}"


class Agent(GenericFakeChatModel):
    def bind_tools(self, tools, **kwargs):
        return self


def asks(city):
    return AIMessage("", tool_calls=[{"name": "weather", "args": {"city": city}, "id": "c1"}])


def completing(coach):
    prompt = PromptTemplate.from_template("Complete: {input}")
    return prompt | FakeListLLM(responses=["done"])


def plain_model(coach):
    return RunnableLambda(lambda given: given["input"]) | FakeListLLM(responses=["done"])


def chatting(coach):
    return RunnableLambda(lambda given: given["input"]) | GenericFakeChatModel(messages=iter([AIMessage("a b c")]))


def retrieving(coach):
    return RunnableLambda(lambda given: given["input"]) | Pages()


def using_a_tool(coach):
    return RunnableLambda(lambda given: {"city": "Rome"}) | weather


def failing(coach):
    return RunnableLambda(lambda given: {"city": "Atlantis"}) | weather


def agent(coach):
    middleware = [coach.middleware()] if coach else []
    model = Agent(messages=iter([asks("Rome"), AIMessage("It is sunny.")]))
    return RunnableLambda(lambda given: {"messages": [("user", given["input"])]}) | create_agent(
        model, [weather], middleware=middleware
    )


def node_with(model):
    def call(state):
        return {"messages": [AIMessage(str(model.invoke(state["messages"][-1].content)))]}

    async def acall(state):
        return {"messages": [AIMessage(str(await model.ainvoke(state["messages"][-1].content)))]}

    return call, acall


def node(coach, is_async=False, make=lambda: FakeListLLM(responses=["done"])):
    builder = StateGraph(MessagesState)
    inner = node_with(make())[is_async]
    builder.add_node("agent", coach.node(inner) if coach else inner)
    graph = builder.add_edge(START, "agent").compile()
    return RunnableLambda(lambda given: {"messages": [("user", given["input"])]}) | graph


def chat_node(coach, is_async=False):
    return node(coach, is_async, lambda: GenericFakeChatModel(messages=iter([AIMessage("a b c")])))


def runnable_node(coach):
    inner = RunnableLambda(*node_with(FakeListLLM(responses=["done"])), name="inner")
    builder = StateGraph(MessagesState)
    builder.add_node("agent", coach.node(inner) if coach else inner)
    graph = builder.add_edge(START, "agent").compile()
    return RunnableLambda(lambda given: {"messages": [("user", given["input"])]}) | graph


KINDS = [runnable_node, completing, plain_model, chatting, retrieving, using_a_tool, failing, agent, node, chat_node]


def test_a_model_of_which_only_the_end_is_told_is_recorded(coach):
    """With `stream_mode="messages"` LangGraph's own handler is inline: no other hears of the start."""

    async def read():
        config = {"callbacks": [coach.callback()]}
        return [
            part
            async for part in node(None, is_async=True).last.astream(
                {"messages": [("user", "hello")]}, config, stream_mode="messages"
            )
        ]

    asyncio.run(read())
    coach.flush()
    (trace,) = coach.traces.list()
    assert [(step.type, step.text) for step in trace.steps] == [("user", "hello"), ("message", "done")]


async def run(style, graph, config):
    given = {"input": "please refund order 41"}
    try:
        if style == "invoke":
            return graph.invoke(given, config)
        if style == "ainvoke":
            return await graph.ainvoke(given, config)
        if style == "stream":
            return list(graph.stream(given, config))
        if style == "astream":
            return [part async for part in graph.astream(given, config)]
        return graph.batch([given, given], {**config, "max_concurrency": 1})
    except ConnectionError:
        return None


HANDLERS = {
    "sync": (BaseCallbackHandler, False),
    "inline": (BaseCallbackHandler, True),
    "async": (AsyncCallbackHandler, False),
}


def check(coach, make, style, handlers):
    coach.add(intent="the user wants a refund", behavior=Reply("Ask why."), examples=["please refund order 41"])
    more: dict[str, Any] = {"is_async": style.startswith("a")} if make in (node, chat_node) else {}
    heard = []
    for coaching in (None, coach):
        other, second = noting(*handlers), noting(BaseCallbackHandler, False)
        callbacks = [other, *([coach.callback()] if coaching else []), second]
        asyncio.run(run(style, make(coaching, **more), {"callbacks": callbacks}))
        heard.append((other.heard, second.heard))
    assert heard[0] == heard[1]
    assert heard[0][0] or handlers == (AsyncCallbackHandler, False)
    if make in (completing, plain_model, node) and handlers != (BaseCallbackHandler, True):
        assert "on_llm_start" in [name for name, _ in heard[1][1]]


@pytest.mark.parametrize("handlers", HANDLERS)
@pytest.mark.parametrize("style", ["invoke", "ainvoke", "stream", "astream"])
@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_a_handler_hears_the_same_with_coaching_and_without(coach, make, style, handlers):
    check(coach, make, style, HANDLERS[handlers])


ONCE = [chatting, agent, chat_node, failing]
"""Their answers are told once, or the second one starts or does not."""


@pytest.mark.parametrize("handlers", HANDLERS)
@pytest.mark.parametrize("make", [kind for kind in KINDS if kind not in ONCE], ids=lambda make: make.__name__)
def test_a_handler_hears_the_same_of_many_at_once(coach, make, handlers):
    check(coach, make, "batch", HANDLERS[handlers])
