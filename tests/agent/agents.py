"""A question that coaching is for, the same small agent behind each of the three doors, and what must not be seen."""

from __future__ import annotations

from typing import Any

from langchain.agents import create_agent
from langchain_core.messages import BaseMessage
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

from langgraph_coaching import CoachingState, Reply, coached

ASKED = "I want to change the order that arrived yesterday"
INTENT = "a customer asks to change a delivered order"
TOLD = "Offer an exchange, never a refund."
EDITED = "Hand out a voucher instead."
OTHER = "What is the capital of Mongolia?"
THREAD: Any = {"configurable": {"thread_id": "1"}}


def coached_on(coach, asked=ASKED, told=TOLD, intent=INTENT, **fields):
    """Adds coaching that applies to a question."""
    return coach.add(intent=intent, behavior=Reply(told), examples=[asked], **fields)


def asking(text=ASKED, **fields):
    """The input of a graph."""
    return {"messages": [{"role": "user", "content": text, **fields}]}


def calling(model, run, prompt):
    """A node that calls the model with `prompt(state)`, in the call style of the test."""

    def node(state):
        return {"messages": [model.invoke(prompt(state))]}

    async def anode(state):
        return {"messages": [await model.ainvoke(prompt(state))]}

    return anode if run.is_async else node


def asking_node(model, run, prompt):
    """A node that asks a person after it has called the model, and calls it again when it goes on."""

    def node(state):
        answer = model.invoke(prompt(state))
        interrupt("send it?")
        return {"messages": [answer]}

    async def anode(state):
        answer = await model.ainvoke(prompt(state))
        interrupt("send it?")
        return {"messages": [answer]}

    return anode if run.is_async else node


def messages_of(state):
    """The prompt of an agent that knows nothing of coaching."""
    return state["messages"]


def node_builder(coach, run, model):
    """A coach node in front of the node that calls the model."""
    builder = StateGraph(CoachingState).add_node("coach", coach.node())
    builder.add_node("agent", calling(model, run, coached))
    return builder.add_edge(START, "coach").add_edge("coach", "agent")


def wrapped_builder(coach, run, model):
    """The node that calls the model, wrapped."""
    builder = StateGraph(MessagesState).add_node("agent", coach.node(calling(model, run, messages_of)))
    return builder.add_edge(START, "agent")


def node_agent(coach, run, model, **compiled):
    """An agent with `coach.node()`."""
    return node_builder(coach, run, model).compile(**compiled)


def wrapped_agent(coach, run, model, **compiled):
    """An agent with `coach.node(call_model)`."""
    return wrapped_builder(coach, run, model).compile(**compiled)


def middleware_agent(coach, run, model, **compiled):
    """An agent with `coach.middleware()`."""
    return create_agent(model, tools=[], middleware=[coach.middleware()], **compiled)


DOORS = {"node": node_agent, "wrapped": wrapped_agent, "middleware": middleware_agent}


def all_messages(value):
    """Every message anywhere in a value."""
    if isinstance(value, BaseMessage):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from all_messages(part)
    elif isinstance(value, list | tuple | set):
        for part in value:
            yield from all_messages(part)


def leaked(value):
    """The messages that carry a block."""
    return [message for message in all_messages(value) if "<coaching>" in str(message.content)]


def receipts(message):
    """The applied coachings on an answer, as (id, revision)."""
    briefs = message.response_metadata["coaching"]
    return [(brief["coaching_id"], brief["revision"]) for brief in briefs if brief["outcome"] == "applied"]
