"""`CoachingState` and `coached(state)`, whatever the state is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest
from agents import ASKED, OTHER, THREAD, TOLD, asking, leaked
from langchain_core.messages import AnyMessage, HumanMessage, SystemMessage
from langgraph.channels import EphemeralValue
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages
from pydantic import BaseModel
from typing_extensions import TypedDict

from langgraph_coaching import CoachingState, coached


class MoreState(CoachingState):
    topic: str


class OwnState(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]
    coaching: Annotated[list, EphemeralValue(list, False)]


@dataclass
class DataState:
    messages: Annotated[list[AnyMessage], add_messages]
    coaching: Annotated[list, EphemeralValue(list, False)] = field(default_factory=list)


class PydanticState(BaseModel):
    messages: Annotated[list[AnyMessage], add_messages]
    coaching: Annotated[list[dict[str, Any]], EphemeralValue(list, False)] = []


@pytest.mark.parametrize("schema", [CoachingState, MoreState, OwnState, DataState, PydanticState])
def test_every_kind_of_state(coach, coaching, run, model, schema):
    builder = StateGraph(schema).add_node("coach", coach.node())
    builder.add_node("agent", lambda state: {"messages": [model.invoke(coached(state))]})
    graph = builder.add_edge(START, "coach").add_edge("coach", "agent").compile(checkpointer=InMemorySaver())
    state = run(graph, asking(), THREAD)

    assert model.blocks == [1]
    assert leaked(state) == []
    assert "coaching" not in run.state(graph, THREAD).values


def test_another_key_for_the_messages(coach, coaching, run, model):
    class State(TypedDict):
        chat: Annotated[list[AnyMessage], add_messages]
        coaching: Annotated[list, EphemeralValue(list, False)]

    builder = StateGraph(State).add_node("coach", coach.node(messages_key="chat"))
    builder.add_node("agent", lambda state: {"chat": [model.invoke(coached(state, "chat"))]})
    run(builder.add_edge(START, "coach").add_edge("coach", "agent").compile(), {"chat": [("user", ASKED)]})

    assert model.blocks == [1]


def test_a_system_prompt_of_ones_own(coach, coaching, run, model):
    """What `coached` is given may begin with it: then there is one system message."""

    def agent(state: CoachingState):
        prompt = coached({**state, "messages": [SystemMessage("Be kind."), *state["messages"]]})
        return {"messages": [model.invoke(prompt)]}

    builder = StateGraph(CoachingState).add_node("coach", coach.node()).add_node("agent", agent)
    run(builder.add_edge(START, "coach").add_edge("coach", "agent").compile(), asking())

    assert [m.type for m in model.prompts[0]] == ["system", "human"]
    assert model.told[0].startswith("Be kind.\n\n<coaching>")


def test_two_steps_later_the_channel_is_empty(coach, coaching, run, model):
    builder = StateGraph(CoachingState).add_node("coach", coach.node()).add_node("between", lambda state: {})
    builder.add_node("agent", lambda state: {"messages": [model.invoke(coached(state))]})
    builder.add_edge(START, "coach").add_edge("coach", "between").add_edge("between", "agent")
    run(builder.compile(), asking())

    assert model.blocks == [0]


def test_without_coaching_the_messages_are_those_of_the_state():
    messages = [HumanMessage(OTHER)]

    assert coached({"messages": messages}) is messages
    assert coached({"messages": messages, "coaching": []}) is messages


@pytest.mark.parametrize("state", [{}, {"messages": None}, {"messages": []}, None, 3])
def test_a_state_without_messages(state):
    assert coached(state) == []


@pytest.mark.parametrize("channel", ["mine", [1], [{}], [{"considered": 3, "prompt": 1}], {"a": 1}, 7, [None]])
def test_a_channel_that_holds_something_else_is_as_good_as_empty(channel):
    """A `coaching` key of the user's own, or a checkpoint of another version."""
    messages = [HumanMessage(OTHER)]

    assert coached({"messages": messages, "coaching": channel}) is messages


def test_outside_of_a_graph(coach, coaching):
    channel = coach.node().invoke({"messages": [HumanMessage(ASKED)]})["coaching"]
    system, human = coached({"messages": [HumanMessage(ASKED)], "coaching": channel})

    assert TOLD in system.content
    assert human.content == ASKED
