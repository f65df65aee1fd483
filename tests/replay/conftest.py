"""A store, and graphs with each of the three doors, answered by a model that says what its prompt tells it to."""

import sqlite3

import pytest
from langchain.agents import create_agent
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import MessagesState, StateGraph

from langgraph_coaching import Coach, CoachingState, coached


class Obedient(BaseChatModel):
    """Stands for a model: repeats every line of its prompt that begins with "Do this", or says "hm"."""

    @property
    def _llm_type(self):
        return "obedient"

    def bind_tools(self, tools, **_):
        return self

    def _generate(self, messages, stop=None, run_manager=None, **_):
        told = [
            line.strip() for m in messages for line in str(m.text).splitlines() if line.strip().startswith("Do this")
        ]
        answer = AIMessage(" ".join(told) or "hm")
        return ChatResult(generations=[ChatGeneration(message=answer)])


@pytest.fixture
def coach(tmp_path):
    with Coach(tmp_path / "store") as coach:
        yield coach


@pytest.fixture
def model():
    return Obedient()


@pytest.fixture(params=["memory", "sqlite"])
def saver(request, tmp_path):
    if request.param == "memory":
        yield InMemorySaver()
    else:
        connection = sqlite3.connect(tmp_path / "checkpoints.db", check_same_thread=False)
        yield SqliteSaver(connection)
        connection.close()


def before(coach, model, saver=None):
    builder = StateGraph(CoachingState)
    builder.add_node("coach", coach.node())
    builder.add_node("agent", lambda state: {"messages": [model.invoke(coached(state))]})
    builder.add_edge("__start__", "coach").add_edge("coach", "agent")
    return builder.compile(checkpointer=saver)


def wrapped(coach, model, saver=None):
    builder = StateGraph(MessagesState)
    builder.add_node("agent", coach.node(lambda state: {"messages": [model.invoke(state["messages"])]}))
    builder.add_edge("__start__", "agent")
    return builder.compile(checkpointer=saver)


def within(coach, model, saver=None):
    return create_agent(model, [], middleware=[coach.middleware()], checkpointer=saver)


DOORS = {"node before": before, "wrapped node": wrapped, "middleware": within}


@pytest.fixture(params=DOORS)
def door(request):
    return DOORS[request.param]


@pytest.fixture
def around():
    return wrapped


@pytest.fixture
def say(coach):
    """Says something to a graph in a thread, and returns the trace of that run."""

    def say(graph, text, thread="t"):
        config = {"configurable": {"thread_id": thread}, "callbacks": [coach.callback()]}
        graph.invoke({"messages": [("user", text)]}, config)
        coach.flush()
        return coach.traces.list(limit=1)[0]

    return say
