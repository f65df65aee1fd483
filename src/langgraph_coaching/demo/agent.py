"""Support agent of an invented shop: a graph as anybody has it, and `coach.node()` before its model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.messages import SystemMessage
from langchain_core.runnables import RunnableLambda
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from pydantic import SecretStr

from langgraph_coaching.agent.state import CoachingState, coached
from langgraph_coaching.errors import extra

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

    from langgraph_coaching.coach import Coach

MODEL = "qwen2.5-coder-1.5b-instruct"
"""The model whose answers are recorded: Q4_K_M, Apache-2.0; its file has the sha256
cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046."""

SYSTEM = """\
You are the support agent of Fernhill, an online shop for kitchenware. Answer in one or two short, friendly sentences.
Standard shipping costs 4.90 EUR. Delivery takes three days. Items can be returned within 30 days, free of charge."""


def chat_model(base_url: str) -> BaseChatModel:
    """The recorded model, behind any server that speaks OpenAI's protocol.

    Args:
        base_url: Where it is served, such as `http://127.0.0.1:8088/v1`.

    Raises:
        MissingExtraError: `langchain-openai` is not installed.
    """
    with extra("demo", "langchain-openai"):
        from langchain_openai import ChatOpenAI

    # A recorded answer is found by its request, so nothing in the request may vary; and a recording is not retried.
    return ChatOpenAI(
        model=MODEL,
        base_url=base_url,
        api_key=SecretStr("none"),
        temperature=0,
        seed=7,
        max_completion_tokens=120,
        max_retries=0,
    )


def support_agent(model: BaseChatModel, coach: Coach | None) -> Any:
    """The compiled graph.

    Args:
        model: What answers.
        coach: Where coaching comes from; None for the same agent without the node.
    """

    def prompt(state: CoachingState) -> list[BaseMessage]:
        return coached({**state, "messages": [SystemMessage(SYSTEM), *state["messages"]]})

    def agent(state: CoachingState) -> dict[str, Any]:
        return {"messages": [model.invoke(prompt(state))]}

    async def aagent(state: CoachingState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(prompt(state))]}

    builder = StateGraph(CoachingState)
    builder.add_node("agent", RunnableLambda(agent, aagent, name="agent"))
    if coach is None:
        builder.add_edge(START, "agent")
    else:
        builder.add_node("coach", coach.node())
        builder.add_edge(START, "coach")
        builder.add_edge("coach", "agent")
    return builder.compile(checkpointer=InMemorySaver(), name="support")
