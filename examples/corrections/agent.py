"""The support agent of an invented shop: a model chooses what to do next, and the graph does it.

The recorded model has no tool calls of its own. It answers in JSON that names one of the agent's moves; a node turns
that into a reply, a tool call, another node or a handoff.
"""

from __future__ import annotations

import json
from typing import Any

from langchain_core.messages import AIMessage, SystemMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.graph import START, StateGraph
from langgraph.types import Command
from pydantic import SecretStr

from langgraph_coaching import Coach, CoachingState, coached

MODEL = "qwen2.5-coder-1.5b-instruct"
SERVED = "http://127.0.0.1:8088/v1"
"""Where it is served while it is recorded; nothing is asked of it otherwise."""

SYSTEM = """\
You are the support agent of Fernhill, an online shop for kitchenware. Usually you just reply to the user, in one or two
short, friendly sentences: {"move": "reply", "text": "what you say"}. Other moves, where you are told to use them:
{"move": "search_articles", "text": "what to search for"}
{"move": "look_up_order", "text": "the order number"}
{"move": "warranty_claim", "text": "the item"}
{"move": "angry_customer", "text": "what they are angry about"}
{"move": "transfer_to_billing", "text": "why"}
Standard shipping costs 4.90 EUR. Delivery takes three days."""

MOVES = ["reply", "search_articles", "look_up_order", "warranty_claim", "angry_customer", "transfer_to_billing"]

ARTICLES = {
    "Care of cast iron": "Wash by hand, dry at once, rub with oil.",
    "Returns policy": "Items can be returned within 30 days. Cast iron is excluded once it was heated.",
    "Gift cards": "Gift cards are valid for three years.",
}


def chat_model(base_url: str = SERVED) -> Any:
    """The recorded model, answering in the agent's JSON."""
    schema = {
        "type": "object",
        "properties": {"move": {"type": "string", "enum": MOVES}, "text": {"type": "string"}},
        "required": ["move", "text"],
    }
    model = ChatOpenAI(
        model=MODEL,
        base_url=base_url,
        api_key=SecretStr("none"),
        temperature=0,
        seed=7,
        max_completion_tokens=120,
        max_retries=0,
    )
    return model.bind(response_format={"type": "json_schema", "json_schema": {"name": "move", "schema": schema}})


@tool
def search_articles(query: str) -> str:
    """Finds the article whose title shares the most words with the query."""
    words = set(query.lower().split())
    title = max(ARTICLES, key=lambda name: len(words & set(name.lower().split())))
    return f"{title}: {ARTICLES[title]}"


@tool
def look_up_order(order: str) -> str:
    """Tells where an order is."""
    return f"{order}: handed to the carrier, expected tomorrow"


@tool
def transfer_to_billing(reason: str) -> Command[Any]:
    """Hands the conversation over to the billing team."""
    return Command(goto="billing", update={"messages": [AIMessage(f"Handed over to the billing team: {reason}")]})


TOOLS = {each.name: each for each in (search_articles, look_up_order, transfer_to_billing)}


def support_agent(coach: Coach, model: Any) -> Any:
    """The compiled graph."""

    def decide(state: CoachingState) -> Command[Any]:
        answer = model.invoke(coached({**state, "messages": [SystemMessage(SYSTEM), *state["messages"]]}))
        chosen = json.loads(answer.text)
        move, text = chosen["move"], chosen["text"]
        if move == "reply":
            return Command(update={"messages": [AIMessage(text)]})
        if move not in TOOLS:
            return Command(goto=move)
        (field,) = TOOLS[move].args
        call = {"name": move, "args": {field: text}, "id": f"call_{len(state['messages'])}"}
        return Command(goto="tools", update={"messages": [AIMessage("", tool_calls=[call])]})

    def tools(state: CoachingState) -> Any:
        (call,) = state["messages"][-1].tool_calls
        done = TOOLS[call["name"]].invoke({**call, "type": "tool_call"})
        return done if isinstance(done, Command) else {"messages": [done]}

    def says(text: str) -> Any:
        return lambda _: {"messages": [AIMessage(text)]}

    builder = StateGraph(CoachingState)
    builder.add_node("coach", coach.node())
    builder.add_node("decide", decide, destinations=("tools", "warranty_claim", "angry_customer"))
    builder.add_node("tools", tools, destinations=("billing",))
    builder.add_node("warranty_claim", says("Let us claim the warranty. First: when did you buy it?"))
    builder.add_node("angry_customer", says("I am sorry. I stay with you until this is solved."))
    builder.add_node("billing", says("Billing here. I look into the invoice."))
    builder.add_edge(START, "coach")
    builder.add_edge("coach", "decide")
    return builder.compile(name="support")
