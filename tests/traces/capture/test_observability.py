"""What other tools see of coaching: a plain tracer, LangSmith over real HTTP, and OpenInference's spans."""

from __future__ import annotations

import asyncio
import json
import operator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import langsmith
import pytest
from langchain.agents import create_agent
from langchain_core.callbacks import BaseCallbackManager
from langchain_core.language_models import FakeListChatModel
from langchain_core.tracers import LangChainTracer
from langchain_core.tracers.base import BaseTracer
from langgraph.graph import START, MessagesState, StateGraph
from langsmith_sink import LangSmithSink
from openinference.instrumentation.langchain import LangChainInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from langgraph_coaching import Coach, CoachingState, Reply, coached

QUESTION = {"messages": [("user", "How much is shipping for a pair of boots?")]}


@pytest.fixture(scope="module")
def coach(tmp_path_factory):
    with Coach(tmp_path_factory.mktemp("observed") / "store") as coach:
        coach.add(id="ship", intent="a customer asks what shipping costs", behavior=Reply("Ask for the country first."))
        coach.add(id="moon", intent="somebody wants to fly to the moon", behavior=Reply("Wish them luck."))
        yield coach


@pytest.fixture(params=["sync", "async"])
def style(request):
    return request.param


@pytest.fixture(params=["coach_node", "wrapped_node", "middleware"])
def run(request, style, coach):
    """Runs a graph coached through one door, in one call style; returns its last message."""
    model = FakeListChatModel(responses=["Where to?"])

    def after_the_coach(state: CoachingState):
        return {"messages": [model.invoke(coached(state))]}

    async def aafter_the_coach(state: CoachingState):
        return {"messages": [await model.ainvoke(coached(state))]}

    def wrapped(state: MessagesState):
        return {"messages": [model.invoke(state["messages"])]}

    async def awrapped(state: MessagesState):
        return {"messages": [await model.ainvoke(state["messages"])]}

    asynchronous = style == "async"
    if request.param == "middleware":
        graph = create_agent(model, [], middleware=[coach.middleware()])
    elif request.param == "wrapped_node":
        builder = StateGraph(MessagesState).add_node("agent", coach.node(awrapped if asynchronous else wrapped))
        graph = builder.add_edge(START, "agent").compile()
    else:
        builder = StateGraph(CoachingState).add_node("coach", coach.node())
        builder.add_node("agent", aafter_the_coach if asynchronous else after_the_coach)
        graph = builder.add_edge(START, "coach").add_edge("coach", "agent").compile()

    def running(inputs: Any = QUESTION, **config: Any):
        state = asyncio.run(graph.ainvoke(inputs, config)) if asynchronous else graph.invoke(inputs, config)
        return state["messages"][-1]

    return running


@dataclass
class Seen:
    """What a tool has shown of one run."""

    models: list[dict[str, Any]] = field(default_factory=list)
    """The metadata of each model call."""
    retrievals: list[tuple[str, list[tuple[str, dict[str, Any]]]]] = field(default_factory=list)
    """Name and documents, as text and metadata, of each retrieval."""
    roots: int = 0
    """Runs that have no parent."""


class Plain(BaseTracer):
    """Keeps the trees of runs."""

    def __init__(self):
        super().__init__()
        self.trees = []

    def _persist_run(self, run):
        self.trees.append(run)


@contextmanager
def plain():
    tracer, seen = Plain(), Seen()
    yield {"callbacks": [tracer]}, seen
    waiting = list(tracer.trees)
    seen.roots = len(waiting)
    while waiting:
        run = waiting.pop()
        waiting += run.child_runs
        if run.run_type in ("llm", "chat_model"):
            seen.models.append(run.extra["metadata"])
        elif run.run_type == "retriever":
            found = [(document.page_content, document.metadata) for document in run.outputs["documents"]]
            seen.retrievals.append((run.name, found))


@contextmanager
def langsmith_sink(sending, *, ambient=False):
    seen = Seen()
    with LangSmithSink(sending) as sink:
        client = langsmith.Client(api_url=sink.url, api_key="x")
        if sending == "compressed":  # it does so once its own thread has asked what the server takes
            waiting = Retrying(retry=retry_if_result(operator.not_), stop=stop_after_delay(20), wait=wait_fixed(0.01))
            waiting(lambda: client.compressed_traces is not None)
        try:
            if ambient:
                with langsmith.tracing_context(enabled=True, client=client):
                    yield {}, seen
            else:
                yield {"callbacks": [LangChainTracer(client=client)]}, seen
        finally:
            client.close(timeout=20)
    assert sink.paths == {"/runs/batch" if sending == "batch" else "/runs/multipart"}
    assert sink.encodings == {"zstd" if sending == "compressed" else ""}
    for run in sink.runs.values():
        assert run["end_time"]
        seen.roots += run.get("parent_run_id") is None
        if run["run_type"] == "llm":
            seen.models.append(run["extra"]["metadata"])
        elif run["run_type"] == "retriever":
            found = [(document["page_content"], document["metadata"]) for document in run["outputs"]["documents"]]
            seen.retrievals.append((run["name"], found))


@contextmanager
def openinference():
    seen, exporter, provider = Seen(), InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    untouched = BaseCallbackManager.__init__
    instrumentor = LangChainInstrumentor()
    instrumentor.instrument(tracer_provider=provider)
    try:
        yield {}, seen
    finally:
        instrumentor.uninstrument()
        provider.shutdown()
    assert BaseCallbackManager.__init__ is untouched
    for span in exporter.get_finished_spans():
        kind = span.attributes["openinference.span.kind"]
        seen.roots += span.parent is None
        if kind == "LLM":
            seen.models.append(json.loads(span.attributes["metadata"]))
        elif kind == "RETRIEVER":
            seen.retrievals.append((span.name, list(_documents(span.attributes))))


def _documents(attributes):
    place = 0
    while (content := attributes.get(f"retrieval.documents.{place}.document.content")) is not None:
        yield content, json.loads(attributes[f"retrieval.documents.{place}.document.metadata"])
        place += 1


TOOLS = {
    "plain tracer": plain,
    "OpenInference": openinference,
    "LangSmith, batches": partial(langsmith_sink, "batch"),
    "LangSmith, multipart": partial(langsmith_sink, "multipart"),
    "LangSmith, compressed": partial(langsmith_sink, "compressed"),
    "LangSmith, switched on around": partial(langsmith_sink, "multipart", ambient=True),
}


@pytest.fixture(params=list(TOOLS))
def watching(request):
    return TOOLS[request.param]


def test_a_tool_sees_the_receipts_on_the_model_call_and_as_a_retrieval(watching, run):
    with watching() as (config, seen):
        message = run(**config)
    receipts = message.response_metadata["coaching"]
    assert [(receipt["coaching_id"], receipt["revision"], receipt["outcome"]) for receipt in receipts] == [
        ("ship", 1, "applied"),
        ("moon", 1, "below_floor"),
    ]
    (metadata,) = seen.models
    assert metadata["coaching"] == receipts
    assert metadata["coaching_applied"] == "ship@1"
    said = [f"{r['coaching_id']}@1={r['outcome']}:{r['probability']:.2f}" for r in receipts]
    assert metadata["coaching_considered"] == ",".join(said)
    intents = ["a customer asks what shipping costs", "somebody wants to fly to the moon"]
    assert seen.retrievals == [("coaching", list(zip(intents, receipts, strict=True)))]
    assert seen.roots == 1


def test_where_nothing_applies_a_tool_sees_what_was_considered(run):
    with plain() as (config, seen):
        message = run({"messages": [("user", "Is there a vegetarian menu?")]}, **config)
    receipts = message.response_metadata["coaching"]
    assert [receipt["outcome"] for receipt in receipts] == ["below_floor"] * 2
    (metadata,) = seen.models
    assert (metadata["coaching"], metadata["coaching_applied"]) == (receipts, "")
    ((_, documents),) = seen.retrievals
    assert [receipt for _, receipt in documents] == receipts


def test_where_the_embedder_fails_a_tool_sees_why(run, coach, monkeypatch):
    def embed_query(text):
        raise ConnectionError("out of order")

    monkeypatch.setattr(coach.embeddings, "embed_query", embed_query)
    with plain() as (config, seen):
        message = run({"messages": [("user", "What does delivery to Oslo cost?")]}, **config)
    (receipt,) = message.response_metadata["coaching"]
    assert (receipt["coaching_id"], receipt["outcome"]) == (None, "failed")
    assert "out of order" in receipt["reason"]
    (metadata,) = seen.models
    assert (metadata["coaching"], metadata["coaching_applied"], metadata["coaching_considered"]) == ([receipt], "", "")
    assert seen.retrievals == [("coaching", [(receipt["reason"], receipt)])]


@pytest.mark.parametrize("tool", ["plain tracer", "OpenInference", "LangSmith, switched on around"])
def test_capture_goes_on_beside_another_tool(tool, run, coach):
    with TOOLS[tool]() as (config, _):
        message = run(callbacks=[*config.get("callbacks", ()), coach.callback()])
    coach.flush()
    (receipt, _) = message.response_metadata["coaching"]
    (trace,) = [trace for trace in coach.traces.list() if receipt["id"] in [kept.id for kept in trace.receipts]]
    assert [(step.type, step.text) for step in trace.steps] == [
        ("user", "How much is shipping for a pair of boots?"),
        ("message", "Where to?"),
    ]
    assert [kept.outcome for kept in trace.steps[1].receipts] == ["applied", "below_floor"]
