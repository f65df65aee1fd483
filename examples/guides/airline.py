"""The agent of an invented airline, for the guides: a coached node, tools, and a team to hand over to.

The model is a stand-in that needs no key: it does what the coaching in its prompt says, and else is of no help. Put
your own in its place; nothing else changes.
"""

from __future__ import annotations

import os
import re
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

from langgraph_coaching import Coach, Limits

coach = Coach(os.environ.get("LANGGRAPH_COACHING_STORE", "./coaching"), limits=Limits(deadline=30))


class OfflineModel(BaseChatModel):
    """Does what it is told, one thing after the other."""

    @property
    def _llm_type(self) -> str:
        return "offline"

    def bind_tools(self, *_: Any, **__: Any) -> OfflineModel:
        """The same: it is told which tool to call."""
        return self

    def _generate(self, messages: list[Any], *_: Any, **__: Any) -> ChatResult:
        told = "\n".join(str(message.content) for message in messages if message.type == "system")
        wanted = re.search(r"Call the tool `(\w+)`|the process \"(\w+)\"|over to \"(\w+)\"", told)
        if wanted and messages[-1].type == "human":
            name = wanted[1] or wanted[2] or f"transfer_to_{wanted[3]}"
            answer = AIMessage("", tool_calls=[{"name": name, "args": {}, "id": f"call-{len(messages)}"}])
        elif messages[-1].type == "tool":
            answer = AIMessage(f"Done: {messages[-1].content}")
        else:
            guidance = re.search(r"Do this: (.*)", told)
            answer = AIMessage(guidance[1] if guidance else "I am sorry, I cannot help you with that.")
        return ChatResult(generations=[ChatGeneration(message=answer)])


@tool
def find_booking() -> str:
    """The booking that the customer talks about."""
    return "found"


@tool
def trace_bag() -> str:
    """Where a checked bag is now."""
    return "your bag is on its way to you."


@tool
def list_free_seats() -> str:
    """Free seats of a flight."""
    return "12A and 12B are free."


@tool
def cancel_for_illness() -> str:
    """The process for customers who cannot fly because they are ill."""
    return "please send the letter of your doctor, the fare comes back."


@tool
def rebook_disrupted() -> str:
    """The process for customers whose flight we have cancelled."""
    return "you are on the next flight, at no cost."


model = OfflineModel()
TOOLS = [find_booking, trace_bag, list_free_seats, cancel_for_illness, rebook_disrupted]


def answer(state: MessagesState) -> dict[str, Any]:
    """Calls the model; knows nothing about coaching."""
    return {"messages": [model.bind_tools(TOOLS).invoke(state["messages"])]}


def route(state: MessagesState) -> str:
    """To the payments team, to the tools, or to the end."""
    called = [call["name"] for call in getattr(state["messages"][-1], "tool_calls", ())]
    return "payments" if "transfer_to_payments" in called else tools_condition(state)  # type: ignore[arg-type]


def payments(_: MessagesState) -> dict[str, Any]:
    """The team that takes over."""
    return {"messages": [AIMessage("Payments here. I look at both charges with you.")]}


builder = StateGraph(MessagesState)
builder.add_node("agent", coach.node(answer))
builder.add_node("tools", ToolNode(TOOLS))
builder.add_node("payments", payments)
builder.add_edge(START, "agent")
builder.add_conditional_edges("agent", route, ["tools", "payments", "__end__"])
builder.add_edge("tools", "agent")
graph = builder.compile().with_config(callbacks=[coach.callback()])
