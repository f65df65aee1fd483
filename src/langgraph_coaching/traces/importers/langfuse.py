"""Langfuse's exports: a trace with its observations and scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from langgraph_coaching.traces.importers.content import messages_in, parsed, usage_of
from langgraph_coaching.traces.importers.source import Row
from langgraph_coaching.traces.importers.spans import Kind, Span, with_words
from langgraph_coaching.traces.importers.steps import moment_of

if TYPE_CHECKING:
    from langgraph_coaching.traces.importers.report import Repairs

_KINDS: dict[str, Kind] = {"GENERATION": "model", "EMBEDDING": "chain", "TOOL": "tool", "RETRIEVER": "retriever"}
_USED = (
    *("id", "traceId", "parentObservationId", "type", "name", "startTime", "endTime", "input", "output", "model"),
    *("modelParameters", "usageDetails", "usage", "metadata"),
)


def grouped(rows: Iterable[Row]) -> list[Row]:
    """Each row's value becomes the trace with its `observations`; the trace may stand one or two levels down."""
    return [_whole(row) if row.fault is None else row for row in rows]


def _whole(row: Row) -> Row:
    value = row.value
    while isinstance(value, Mapping) and isinstance(inner := value.get("trace"), Mapping):
        around = {name: part for name, part in value.items() if name in ("observations", "scores") and part}
        value = {**inner, **around}
    if not isinstance(value, Mapping) or not isinstance(value.get("observations"), list):
        return Row(row.number, row.value, "there is no trace in it with a list of `observations`")
    return Row(row.number, value)


def read(trace: Mapping[str, Any], repairs: Repairs) -> tuple[list[Span], dict[str, Any]]:
    """The spans of one trace, and what is known of the whole."""
    seen = [item for item in trace["observations"] if isinstance(item, Mapping) and item.get("id")]
    spans = [_span(item, repairs) for item in seen if item.get("type") != "EVENT"]
    start = moment_of(dict(trace), ("timestamp", "createdAt"))
    if not spans and start is not None:
        spans = [Span("trace", None, "chain", "", start.timestamp(), start.timestamp())]
    if spans and not any(span.given or span.gave for span in spans):
        top = min(spans, key=lambda span: (span.parent is not None, span.start))
        with_words(top, parsed(trace.get("input")), parsed(trace.get("output")))
    metadata = parsed(trace.get("metadata"))
    used = ("id", "name", "timestamp", "sessionId", "tags", "metadata", "observations", "input", "output")
    rest = {name: part for name, part in trace.items() if name not in used and part not in (None, [], {}, "")}
    if isinstance(metadata, Mapping):
        rest["metadata"] = dict(metadata)
    return spans, {
        "id": str(trace.get("id") or seen[0].get("traceId")) if trace.get("id") or seen else "t-unknown",
        "name": trace.get("name"),
        "thread_id": str(trace["sessionId"]) if trace.get("sessionId") else None,
        "tags": tuple(str(tag) for tag in trace.get("tags") or ()),
        "metadata": rest,
    }


def _span(item: Mapping[str, Any], repairs: Repairs) -> Span:
    start = moment_of(dict(item), ("startTime", "createdAt"))
    end = moment_of(dict(item), ("endTime",)) or start
    metadata = parsed(item.get("metadata"))
    told = dict(metadata) if isinstance(metadata, Mapping) else {}
    kind: Kind = _KINDS.get(str(item.get("type")), "chain")
    failed = item.get("level") == "ERROR"
    rest = {name: part for name, part in item.items() if name not in _USED and part not in (None, [], {}, "", 0)}
    span = Span(
        id=str(item["id"]),
        parent=str(item["parentObservationId"]) if item.get("parentObservationId") else None,
        kind=kind,
        name=str(item.get("name") or ""),
        start=start.timestamp() if start else 0.0,
        end=end.timestamp() if end else 0.0,
        error=str(item.get("statusMessage") or "it failed") if failed else None,
        metadata={name: part for name, part in told.items() if name.startswith(("langgraph_", "checkpoint"))},
        rest=rest | ({"metadata": told} if told else {}),
    )
    given, tools = _without_tools(parsed(item.get("input")))
    gave = parsed(item.get("output"))
    if kind == "tool":
        span.arguments, span.result = given, gave
        span.gave = [message for message in messages_in(gave, repairs) if message.type == "tool"]
    elif kind == "model" or told.get("langgraph_node"):
        span.given = messages_in(given, repairs)
        span.gave = messages_in(gave, repairs, speaker="assistant")
    if kind == "model":
        span.model = item.get("model") if isinstance(item.get("model"), str) else None
        parameters = parsed(item.get("modelParameters"))
        span.parameters = dict(parameters) if isinstance(parameters, Mapping) else {}
        if tools:
            span.parameters["tools"] = tools
        counts = usage_of(item.get("usageDetails") or item.get("usage"))
        last = span.gave[-1] if span.gave else None
        if counts and last is not None and getattr(last, "usage_metadata", 0) is None:
            span.gave[-1] = last.model_copy(update={"usage_metadata": counts})
    return span


def _without_tools(given: Any) -> tuple[Any, list[Any]]:
    """Messages, and the tools that LangChain's handler for Langfuse puts among them."""
    if not isinstance(given, list):
        return given, []
    told = [item if isinstance(item, Mapping) else {} for item in given]
    contents = [item.get("content") if item.get("role") == "tool" else None for item in told]
    offered = [isinstance(one, Mapping) and one.get("type") == "function" for one in contents]
    return (
        [item for item, tool in zip(given, offered, strict=True) if not tool],
        [one for one, tool in zip(contents, offered, strict=True) if tool],
    )
