"""Graphs of every sort with one agent in them, and conversations that end with the test."""

import pytest
from graphs import Ask, History, answer, graph_of
from langchain.agents import create_agent
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint
from langgraph.graph import MessagesState
from langgraph.graph.message import add_messages


@pytest.fixture
def model(scripted):
    return scripted(answer)


@pytest.fixture
def make_graph(coach, model):
    """Makes one of the sorts, by name."""
    coached = coach.model(model)

    def call(state: MessagesState):
        return {"messages": [model.invoke(state["messages"])]}

    async def acall(state: MessagesState):
        return {"messages": [await model.ainvoke(state["messages"])]}

    def functional(saver):
        @entrypoint(checkpointer=saver)
        def talk(messages: list, *, previous: list | None = None):
            said = add_messages(previous or [], messages)
            return entrypoint.final(value=(answer := coached.invoke(said)), save=[*said, answer])

        return talk

    def make(sort, **options):
        sorts = {
            "agent": lambda: create_agent(model, [], middleware=[coach.middleware()], **options),
            "agent that saves": lambda: make("agent", checkpointer=InMemorySaver()),
            "node": lambda: graph_of(coach.node(call), **options),
            "async node": lambda: graph_of(coach.node(acall), **options),
            "async node that saves": lambda: make("async node", checkpointer=InMemorySaver()),
            "another field": lambda: graph_of(
                lambda state: {"history": [coached.invoke(state["history"])]}, History, **options
            ),
            "text": lambda: graph_of(
                lambda state: {"answer": coached.invoke([("user", state["question"])]).text}, Ask, **options
            ),
            "functional": lambda: functional(None),
            "functional that saves": lambda: functional(InMemorySaver()),
            "no coaching": lambda: graph_of(call, **options),
        }
        return sorts[sort]()

    return make


@pytest.fixture
def chatting(coach):
    """Begins conversations, and ends them with the test."""
    begun = []

    def begin(graph, **options):
        begun.append(coach.chat(graph, **options))
        return begun[-1]

    yield begin
    for chat in begun:
        chat.close()
