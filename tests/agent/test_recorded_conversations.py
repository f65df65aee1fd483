"""Coached graphs on a recorded real model: tools, parallel tools, structured output, a handoff, a refused request.

To record anew, with the model of the recordings served on port 8088:
`pytest tests/agent/test_recorded_conversations.py -n 0 --coaching-record=rewrite`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import pytest
from langchain.agents import create_agent
from langchain.agents.structured_output import ProviderStrategy
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import Command
from openai import APIStatusError
from pydantic import BaseModel

from langgraph_coaching import Action, Handoff, Reply, Scope
from langgraph_coaching.demo.agent import chat_model

CASSETTES = Path(__file__).parents[2] / "cassettes" / "agents"
SERVED = "http://127.0.0.1:8088/v1"
SYSTEM = "You are the support agent of a shop for kitchenware."
THREAD = {"configurable": {"thread_id": "monday"}}

CALLING = {
    "logit_bias": {"151657": 20, "73594": -100, "13874": -100, "2979": -100, "4913": -100, "515": -100},
    "max_completion_tokens": 50,
}
"""So small a model prints a call as text, in a fence or in doubled braces, unless it is led to its token for a call."""

LOOKED_UP = f"{SYSTEM} The orders are looked up already: say in one sentence where they are."
ONE_CALL = {"parallel_tool_calls": False, "stop": ["</tool_call>"]}
SEVERAL_CALLS = {"logit_bias": CALLING["logit_bias"] | {"151657": 19}, "max_completion_tokens": 90}


@tool
def find_order(number: int) -> str:
    """Looks up one order by its number."""
    when = {4711: "was delivered on Monday", 4712: "left the warehouse today"}
    return f"Order {number} {when[number]}."


@tool
def transfer_to_billing(topic: Literal["charge", "refund"]) -> str:
    """Hands the conversation over to the billing agent."""
    return f"billing takes over: {topic}"


def node(prompt, model, *, shown=(HumanMessage, AIMessage, ToolMessage)):
    """A node that answers the state's messages, or those of some kinds, in both call styles."""

    def asked(state):
        return [SystemMessage(prompt), *(message for message in state["messages"] if isinstance(message, shown))]

    def call(state):
        return {"messages": [model.invoke(asked(state))]}

    async def acall(state):
        return {"messages": [await model.ainvoke(asked(state))]}

    return RunnableLambda(call, acall)


def with_tools(coach, instruction, answering=SYSTEM, **options):
    """An agent that calls tools, coached to, and after them answers without any."""
    coach.add(
        id="where-is-it",
        intent="a customer asks where their order is",
        behavior=Action("find_order", instruction=instruction),
        examples=["Where is my order 4711?", "Where are my orders 4711 and 4712?"],
    )
    model = chat_model(SERVED)
    calling = model.bind_tools([find_order], **CALLING | options)
    builder = StateGraph(MessagesState)
    builder.add_node("agent", coach.node(node(SYSTEM, calling)))
    builder.add_node("tools", ToolNode([find_order]))
    builder.add_node("answer", coach.node(node(answering, model)))
    for step in ((START, "agent"), ("agent", "tools"), ("tools", "answer")):
        builder.add_edge(*step)
    return builder.compile(checkpointer=InMemorySaver())


def asserts_coached(cassette, messages, *coaching_ids):
    """One block in every request, none in the state, and on every answer the receipt of what was applied."""
    bodies = [json.loads(request.body) for request in cassette.requests]
    assert [str(body["messages"]).count("<coaching>") for body in bodies] == [1] * len(bodies)
    assert "<coaching>" not in str(messages)
    answers = [message for message in messages if isinstance(message, AIMessage)]
    applied = [[receipt["coaching_id"] for receipt in answer.response_metadata["coaching"]] for answer in answers]
    assert applied == [[coaching_id] for coaching_id in coaching_ids]
    assert len(answers) == len(bodies)
    return bodies


def asserts_in_store(coach, coaching_id, times):
    """As many receipts of model calls in which it was."""
    coach.flush()
    assert [receipt.applied for receipt in coach.receipts(coaching_id=coaching_id)] == [True] * times


@pytest.mark.coaching_cassette("tool_call", folder=CASSETTES)
def test_a_tool_that_coaching_asks_for_is_called(coach, run, coaching_cassette):
    graph = with_tools(coach, "Then tell the customer what it says.", **ONE_CALL)
    messages = run(graph, {"messages": [("user", "Where is my order 4711?")]}, THREAD)["messages"]
    calling, answering = asserts_coached(coaching_cassette, messages, "where-is-it", "where-is-it")
    _, called, told, answer = messages
    assert [(call["name"], call["args"]) for call in called.tool_calls] == [("find_order", {"number": 4711})]
    assert (told.type, told.content) == ("tool", "Order 4711 was delivered on Monday.")
    assert "Monday" in answer.text
    assert (calling["parallel_tool_calls"], "tools" in answering) == (False, False)
    asserts_in_store(coach, "where-is-it", 2)


@pytest.mark.coaching_cassette("parallel_tool_calls", folder=CASSETTES)
def test_two_tools_are_called_at_once(coach, run, coaching_cassette):
    graph = with_tools(coach, "Look up every order that the customer names.", LOOKED_UP, **SEVERAL_CALLS)
    messages = run(graph, {"messages": [("user", "Where are my orders 4711 and 4712?")]}, THREAD)["messages"]
    asserts_coached(coaching_cassette, messages, "where-is-it", "where-is-it")
    _, called, *told, answer = messages
    assert [call["args"] for call in called.tool_calls] == [{"number": 4711}, {"number": 4712}]
    assert [message.tool_call_id for message in told if isinstance(message, ToolMessage)] == [
        call["id"] for call in called.tool_calls
    ]
    assert "Monday" in answer.text
    assert "warehouse" in answer.text
    asserts_in_store(coach, "where-is-it", 2)


class Ticket(BaseModel):
    """What support writes down."""

    summary: str
    priority: Literal["low", "urgent"]


@pytest.mark.coaching_cassette("structured_output", folder=CASSETTES)
def test_structured_output_follows_the_coaching(coach, run, coaching_cassette):
    coach.add(
        id="glass",
        intent="something made of glass is broken",
        behavior=Reply("Set the priority to urgent."),
        examples=["The glass bowl is broken."],
    )
    agent = create_agent(
        chat_model(SERVED),
        system_prompt="You write tickets. The priority is low.",
        response_format=ProviderStrategy(Ticket),
        middleware=[coach.middleware()],
    )
    state = run(agent, {"messages": [("user", "The glass bowl in my parcel is broken.")]})
    (body,) = asserts_coached(coaching_cassette, state["messages"], "glass")
    assert body["response_format"]["type"] == "json_schema"
    assert isinstance(state["structured_response"], Ticket)
    assert state["structured_response"].priority == "urgent"
    asserts_in_store(coach, "glass", 1)


def two_agents(coach):
    """A first agent that may hand over, and a billing agent."""
    model = chat_model(SERVED)
    transferring = model.bind_tools([transfer_to_billing], **CALLING | ONE_CALL)

    def hand_over(state):
        (call,) = state["messages"][-1].tool_calls
        assert call["name"] == "transfer_to_billing"
        return Command(goto="billing", update={"messages": [transfer_to_billing.invoke(call)]})

    builder = StateGraph(MessagesState)
    builder.add_node("support", coach.node(node(SYSTEM, transferring)))
    builder.add_node("hand_over", hand_over, destinations=("billing",))
    answering = node("You are the billing agent of a shop. Answer in one sentence.", model, shown=HumanMessage)
    builder.add_node("billing", coach.node(answering))
    builder.add_edge(START, "support")
    builder.add_conditional_edges("support", lambda state: "hand_over" if state["messages"][-1].tool_calls else END)
    return builder.compile(checkpointer=InMemorySaver())


@pytest.mark.coaching_cassette("handoff", folder=CASSETTES)
def test_the_conversation_is_handed_over_and_the_other_agent_is_coached_too(coach, run, coaching_cassette):
    coach.add(
        id="charged-twice",
        intent="a customer was charged twice",
        behavior=Handoff("billing"),
        examples=["I was charged twice for one order."],
        scope=Scope(node="support"),
    )
    coach.add(
        id="paid-back",
        intent="a customer was charged twice",
        behavior=Reply("Tell the customer that the second charge is paid back today."),
        examples=["I was charged twice for one order."],
        scope=Scope(node="billing"),
    )
    messages = run(two_agents(coach), {"messages": [("user", "I was charged twice for my order.")]}, THREAD)["messages"]
    support, billing = asserts_coached(coaching_cassette, messages, "charged-twice", "paid-back")
    _, called, told, answer = messages
    assert [call["name"] for call in called.tool_calls] == ["transfer_to_billing"]
    assert told.content.startswith("billing takes over")
    assert "today" in answer.text
    assert support["messages"][0]["content"] != billing["messages"][0]["content"]
    asserts_in_store(coach, "charged-twice", 1)
    asserts_in_store(coach, "paid-back", 1)


PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.mark.coaching_cassette("http_error", folder=CASSETTES)
def test_a_request_that_the_server_refuses_leaves_no_coaching_behind(coach, run, coaching_cassette):
    coach.add(
        id="damaged",
        intent="something in a customer's parcel is broken or damaged",
        behavior=Reply("Say sorry and ask for the order number."),
        examples=["The bowl in my parcel is broken, here is a photo."],
    )
    builder = StateGraph(MessagesState)
    builder.add_node("agent", coach.node(node(SYSTEM, chat_model(SERVED))))
    builder.add_edge(START, "agent")
    graph = builder.compile(checkpointer=InMemorySaver())
    photo = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
    said = HumanMessage([{"type": "text", "text": "The bowl in my parcel is broken, here is a photo."}, photo])
    with pytest.raises(APIStatusError, match="image input is not supported"):
        run(graph, {"messages": [said]}, THREAD)
    (body,) = [json.loads(request.body) for request in coaching_cassette.requests]
    assert str(body["messages"]).count("<coaching>") == 1
    state = run.state(graph, THREAD)
    assert [message.type for message in state.values["messages"]] == ["human"]
    assert "<coaching>" not in str(state)
    assert state.next == ("agent",)
    asserts_in_store(coach, "damaged", 1)
