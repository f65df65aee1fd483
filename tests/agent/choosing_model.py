"""A chat model that takes a tool choice as real ones do, the tools it is made to choose among, and agents with it."""

from __future__ import annotations

from typing import Any

from agents import calling, messages_of
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.tools import tool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from pydantic import PrivateAttr

from langgraph_coaching import CoachingState, coached
from scripted_model import ScriptedModel

MODEL_CALLS = 6
"""After so many it is no agent that ends: the test has gone round in circles."""


@tool
def get_order(order_id: str) -> str:
    """Looks up an order."""
    return f"order {order_id} was delivered"


@tool
def refund_order(order_id: str) -> str:
    """Refunds an order."""
    return f"order {order_id} was refunded"


class ChoosingModel(ScriptedModel):
    """Calls the tool it has to choose, and otherwise answers what it is told to; records every choice it was given."""

    _choices: list[Any] = PrivateAttr(default_factory=list)

    @property
    def choices(self):
        """The tool that each call had to choose, or None."""
        return [one["function"]["name"] if isinstance(one, dict) else one for one in self._choices]

    def bind_tools(self, tools, *, tool_choice=None, **kwargs):
        """As langchain-openai does it."""
        offered = [convert_to_openai_tool(one) for one in tools]
        names = [one["function"]["name"] for one in offered]
        chosen = {"type": "function", "function": {"name": tool_choice}} if tool_choice in names else tool_choice
        return self.bind(tools=offered, **({"tool_choice": chosen} if tool_choice else {}), **kwargs)

    def _answer(self, messages, choice=None):
        self._choices.append(choice)
        assert len(self._choices) < MODEL_CALLS
        if not isinstance(choice, dict):
            return self._next(messages)
        self._prompts.append(list(messages))
        call = {"name": choice["function"]["name"], "args": {"order_id": "7"}, "id": f"call-{len(self._choices)}"}
        return AIMessage("", tool_calls=[call])

    def _generate(self, messages, stop=None, run_manager=None, tool_choice=None, **kwargs):
        return ChatResult(generations=[ChatGeneration(message=self._answer(messages, tool_choice))])

    def _stream(self, messages, stop=None, run_manager=None, tool_choice=None, **kwargs):
        answer = self._answer(messages, tool_choice)
        yield ChatGenerationChunk(message=AIMessageChunk(answer.content, tool_calls=answer.tool_calls))


def _loop(builder, agent, back, tools):
    builder.add_node("agent", agent).add_node("tools", ToolNode(tools))
    builder.add_conditional_edges("agent", tools_condition).add_edge("tools", back)
    return builder


def node_builder(coach, run, model, tools):
    """A coach node in front of an agent with tools."""
    builder = StateGraph(CoachingState).add_node("coach", coach.node())
    builder.add_edge(START, "coach").add_edge("coach", "agent")
    return _loop(builder, calling(model.bind_tools(tools), run, coached), "coach", tools)


def wrapped_builder(coach, run, model, tools):
    """An agent's node, wrapped."""
    builder = StateGraph(MessagesState).add_edge(START, "agent")
    return _loop(builder, coach.node(calling(model.bind_tools(tools), run, messages_of)), "agent", tools)


def model_builder(coach, run, model, tools):
    """An agent that calls a coached model."""
    builder = StateGraph(MessagesState).add_edge(START, "agent")
    return _loop(builder, calling(coach.model(model).bind_tools(tools), run, messages_of), "agent", tools)


BUILDERS = {"node": node_builder, "wrapped": wrapped_builder, "model": model_builder}


def agent_with_tools(door, coach, run, model, tools=(get_order, refund_order), **compiled):
    """The same small agent behind one of the four doors."""
    if door == "middleware":
        return create_agent(model, tools=list(tools), middleware=[coach.middleware()], **compiled)
    return BUILDERS[door](coach, run, model, list(tools)).compile(**compiled)
