"""Three coached graphs for the LangGraph server: a coach node, a wrapped node, and a middleware.

They need no key and no network: the model is one that reports the guidance it finds in its prompt. In an agent of
your own, put a real chat model in its place; nothing else changes.

Start the server in this folder, and coach it from another terminal while it runs:

    pip install "langgraph-coaching[agents,studio]" "langgraph-cli[inmem]"
    langgraph dev --no-browser

    langgraph-coaching add --when "a customer asks what shipping costs" --reply "Ask for the country first."

    curl localhost:2024/runs/wait -H "content-type: application/json" -d \
        '{"assistant_id": "coach_node", "input": {"messages": [{"role": "user", "content": "How much is shipping?"}]}}'

Three things are particular to the server. Remote callers cannot pass callbacks, so each graph carries the one that
captures it. `langgraph.json` names a module (`graphs:coach_node`, not `./graphs.py:coach_node`): the server would
execute a file once for each graph in it, and load as many coaches. And a server that is told to stop by SIGTERM ends
without running exit handlers, so its lifespan closes the coach, which writes what is still queued.

The studio stands beside the graphs, at localhost:2024/studio/ (`http.app` in `langgraph.json`). As it is here it
answers only on this machine; on a server give it `who=`, which says who is asking.

The store is where `LANGGRAPH_COACHING_STORE` says, as for the command: a folder, or any address LanceDB takes
(`s3://…`, `gs://…`, `az://…`). Several servers may share it.
"""

from __future__ import annotations

import asyncio
import os
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langgraph.graph import START, MessagesState, StateGraph
from starlette.applications import Starlette
from starlette.routing import Mount

from langgraph_coaching import Coach, CoachingState, Limits, coached
from langgraph_coaching.studio import studio_app

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from langchain_core.messages import BaseMessage

# The first call of a new process loads the model, which takes a second or two on a busy machine: it may wait for that.
coach = Coach(os.environ.get("LANGGRAPH_COACHING_STORE", "./coaching"), limits=Limits(deadline=10))


class Reporter(BaseChatModel):
    """Stands in for a chat model: answers with whatever guidance is in its prompt, once for each time it is there."""

    @property
    def _llm_type(self) -> str:
        return "reporter"

    def _generate(self, messages: Sequence[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage(report(messages)))])

    def _stream(self, messages: Sequence[BaseMessage], *_: Any, **__: Any) -> Iterator[ChatGenerationChunk]:
        for word in re.findall(r"\S+\s*", report(messages)):
            yield ChatGenerationChunk(message=AIMessageChunk(word))


def report(messages: Sequence[BaseMessage]) -> str:
    """The answer of the stand-in."""
    guidance = [text for message in messages for text in re.findall(r"Do this: (.*)", str(message.text))]
    return f"I was told: {' | '.join(guidance)}" if guidance else "Nobody told me anything about this."


model = Reporter()


# ── a coach node in front of the node that calls the model ──


async def agent(state: CoachingState) -> dict[str, Any]:
    """Answers with the coaching that the node before it found."""
    return {"messages": [await model.ainvoke(coached(state))]}


builder = StateGraph(CoachingState)
builder.add_node("coach", coach.node())
builder.add_node("agent", agent)
builder.add_edge(START, "coach")
builder.add_edge("coach", "agent")
coach_node = builder.compile().with_config(callbacks=[coach.callback()])


# ── the node one has, wrapped ──


def call_model(state: MessagesState) -> dict[str, Any]:
    """Answers, and knows nothing about coaching."""
    return {"messages": [model.invoke(state["messages"])]}


wrapping = StateGraph(MessagesState)
wrapping.add_node("agent", coach.node(call_model))
wrapping.add_edge(START, "agent")
wrapped_node = wrapping.compile().with_config(callbacks=[coach.callback()])


# ── create_agent with the middleware ──

middleware = create_agent(model, tools=[], middleware=[coach.middleware()]).with_config(callbacks=[coach.callback()])


# ── what stands beside the graphs, and what the server does when it stops ──


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """Writes what is still queued, off the event loop."""
    yield
    await asyncio.to_thread(coach.close)


app = Starlette(lifespan=lifespan, routes=[Mount("/studio", studio_app(coach))])
