"""Further graphs for the server under test: the other call style of each door, a tool loop, and one that blocks."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langgraph.graph import START, MessagesState, StateGraph

from langgraph_coaching import Coach, CoachingState, Limits, coached

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage

coach = Coach(os.environ["LANGGRAPH_COACHING_STORE"], limits=Limits(deadline=10))


class Counter(BaseChatModel):
    """Answers with the number of coaching blocks in its prompt; with a tool, it uses that first."""

    tools: bool = False

    @property
    def _llm_type(self) -> str:
        return "counter"

    def bind_tools(self, tools: Any, **_: Any) -> Counter:
        return Counter(tools=bool(tools))

    def _generate(self, messages: Sequence[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        blocks = sum(str(message.text).count("<coaching>") for message in messages)
        call = {"name": "look_up", "args": {"blocks": blocks}, "id": "call_1"}
        if self.tools and not isinstance(messages[-1], ToolMessage):
            message = AIMessage("", tool_calls=[call])
        else:
            message = AIMessage(f"{blocks} blocks")
        return ChatResult(generations=[ChatGeneration(message=message)])


model = Counter()


def agent(state: CoachingState) -> dict[str, Any]:
    return {"messages": [model.invoke(coached(state))]}


async def call_model(state: MessagesState) -> dict[str, Any]:
    return {"messages": [await model.ainvoke(state["messages"])]}


def look_up(blocks: int) -> str:
    """Looks something up."""
    return f"{blocks} blocks in the first call"


async def sleep(state: MessagesState) -> dict[str, Any]:
    time.sleep(0.001)  # noqa: ASYNC251 - so that the detector of blocking calls has something to find
    return {"messages": [AIMessage("the detector is off")]}


def _graph(state: type, **nodes: Any) -> Any:
    builder = StateGraph(state)
    builder.add_sequence(list(nodes.items()))
    builder.add_edge(START, next(iter(nodes)))
    return builder.compile().with_config(callbacks=[coach.callback()])


sync_node = _graph(CoachingState, coach=coach.node(), agent=agent)
async_wrapped = _graph(MessagesState, agent=coach.node(call_model))
tool_loop = create_agent(model, [look_up], middleware=[coach.middleware()]).with_config(callbacks=[coach.callback()])
blocking = _graph(MessagesState, agent=sleep)
