"""Importer of Langfuse's traces and observations: exports, pages of its API, rows of single observations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from langgraph_coaching.traces.importers.findings import Repairs
from langgraph_coaching.traces.importers.source import TWICE, Row, group_by_trace, merge_parts, read_row
from langgraph_coaching.traces.importers.span_messages import arguments_in, messages_in, parse_value, usage_of
from langgraph_coaching.traces.importers.spans import Kind, Span
from langgraph_coaching.traces.importers.steps import timestamp_of

_KINDS: dict[str, Kind] = {"GENERATION": "model", "EMBEDDING": "chain", "TOOL": "tool", "RETRIEVER": "retriever"}
_TYPES = (*_KINDS, "SPAN", "EVENT", "AGENT", "CHAIN", "EVALUATOR", "GUARDRAIL")
_PAGES = ("data", "traces", "observations", "items")
_SNAKE = {
    "trace_id": "traceId",
    "parent_observation_id": "parentObservationId",
    "start_time": "startTime",
    "end_time": "endTime",
    "session_id": "sessionId",
    "status_message": "statusMessage",
    "usage_details": "usageDetails",
    "model_parameters": "modelParameters",
    "created_at": "createdAt",
}
"""What its SDK for Python calls the fields."""

_USED = (
    *("id", "traceId", "parentObservationId", "type", "name", "startTime", "endTime", "input", "output", "model"),
    *("modelParameters", "usageDetails", "usage", "metadata", TWICE),
)


def group_rows(rows: Iterable[Row]) -> list[Row]:
    """Each row's value becomes a trace with its `observations`, wherever those stood."""
    whole: list[Row] = []
    loose: list[Row] = []
    for row in rows:
        values, fault = read_row(row, _unwrap)
        for value in values or (row.value,):
            one = Row(row.number, value, fault, row.file)
            (whole if fault is None and _is_whole(value) else loose).append(one)
    lacking = "there is no trace in it with a list of `observations`, and no observation"
    found = group_by_trace(loose, _parts, lacking, lambda part: part["trace"])
    put_together = [row if row.fault is not None else _join_parts(row) for row in found]
    return sorted([*whole, *put_together], key=lambda row: (row.file or "", row.number))


def _unwrap(value: Any) -> Iterator[Any]:
    """The traces and observations in a value: itself, what it wraps, or what is on a page."""
    while isinstance(value, Mapping) and isinstance(inner := value.get("trace"), Mapping):
        around = {name: part for name, part in value.items() if name in ("observations", "scores") and part}
        value = {**inner, **around}
    page = value if isinstance(value, list) else _page(value) if isinstance(value, Mapping) else None
    if page:
        for item in page:
            yield from _unwrap(item)
    else:
        yield _to_camel_case(value) if isinstance(value, Mapping) else value


def _page(value: Mapping[str, Any]) -> list[Any] | None:
    """What is on a page of the API, or in a body that an SDK sends."""
    if isinstance(batch := value.get("batch"), list):
        events = [event for event in batch if isinstance(event, Mapping) and isinstance(event.get("body"), Mapping)]
        return [{**event["body"], "type": str(event.get("type")).partition("-")[0]} for event in events]
    if value.get("id") or value.get("timestamp") or value.get("name"):
        return None
    return next((value[name] for name in _PAGES if isinstance(value.get(name), list)), None)


def _to_camel_case(value: Mapping[str, Any]) -> dict[str, Any]:
    return {_SNAKE.get(name, name): part for name, part in value.items() if _SNAKE.get(name) not in value}


def _is_whole(value: Any) -> bool:
    """Whether it is a trace with its observations, not only with their ids."""
    inside = value.get("observations") if isinstance(value, Mapping) else None
    return isinstance(inside, list) and (not inside or any(isinstance(item, Mapping) for item in inside))


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    """A trace or an observation by itself, with the trace it belongs to."""
    if not isinstance(value, Mapping) or not value.get("id"):
        return
    kind = str(value.get("type")).upper()
    if kind in _TYPES:
        yield {**value, "type": kind, "trace": str(value.get("traceId") or "")}
    elif kind == "TRACE" or (value.get("timestamp") and ("input" in value or "output" in value)):
        yield {**value, "type": "TRACE", "trace": str(value["id"])}


def _join_parts(row: Row) -> Row:
    """A trace from parts of it."""
    trace: dict[str, Any] = {"id": row.value[0]["trace"] or row.value[0]["id"]}
    for part in row.value:
        if part["type"] == "TRACE":
            trace |= {name: told for name, told in part.items() if name not in ("type", "trace", "observations")}
    inside = [{k: v for k, v in part.items() if k != "trace"} for part in row.value if part["type"] != "TRACE"]
    return Row(row.number, {**trace, "observations": inside}, file=row.file)


def _observations(trace: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The observations of a trace, each once."""
    found: dict[str, dict[str, Any]] = {}
    for item in trace["observations"]:
        if isinstance(item, Mapping) and item.get("id"):
            told, number = _to_camel_case(item), str(item["id"])
            found[number] = merge_parts(found[number], told) if number in found else told
    return list(found.values())


def read_spans(trace: Mapping[str, Any], repairs: Repairs) -> tuple[list[Span], dict[str, Any]]:
    """The spans of one trace, and what is known of the whole."""
    seen = _observations(trace)
    spans = [_read_span(item, repairs) for item in seen if str(item.get("type")).upper() != "EVENT"]
    start = timestamp_of(dict(trace), ("timestamp", "createdAt"))
    if not spans:
        at = start.timestamp() if start else 0.0
        spans = [Span("trace", None, "chain", "", at, at)]
    metadata = parse_value(trace.get("metadata"))
    used = ("id", "name", "timestamp", "sessionId", "tags", "metadata", "observations", "input", "output", TWICE)
    rest = {name: part for name, part in trace.items() if name not in used and part not in (None, [], {}, "")}
    if isinstance(metadata, Mapping):
        rest["metadata"] = dict(metadata)
    return spans, {
        "id": str(trace.get("id") or (seen[0].get("traceId") if seen else None) or "t-unknown"),
        "name": trace.get("name"),
        "thread_id": str(trace["sessionId"]) if trace.get("sessionId") else None,
        "tags": tuple(str(tag) for tag in trace.get("tags") or ()),
        "metadata": rest,
        "given": parse_value(trace.get("input")),
        "gave": parse_value(trace.get("output")),
    }


def _read_span(item: Mapping[str, Any], repairs: Repairs) -> Span:
    start = timestamp_of(dict(item), ("startTime", "createdAt"))
    end = timestamp_of(dict(item), ("endTime",))
    metadata = parse_value(item.get("metadata"))
    told = dict(metadata) if isinstance(metadata, Mapping) else {}
    attributes = parse_value(told.get("attributes"))
    attributes = attributes if isinstance(attributes, Mapping) else {}
    kind = _span_kind(item, attributes)
    failed = item.get("level") == "ERROR"
    rest = {name: part for name, part in item.items() if name not in _USED and part not in (None, [], {}, "", 0)}
    span = Span(
        id=str(item["id"]),
        parent=str(item["parentObservationId"]) if item.get("parentObservationId") else None,
        kind=kind,
        name=str((kind == "tool" and _tool_name(attributes)) or item.get("name") or ""),
        start=start.timestamp() if start else 0.0,
        end=end.timestamp() if end else 0.0,
        error=str(item.get("statusMessage") or "it failed") if failed else None,
        again=item.get(TWICE, 0),
        metadata={name: part for name, part in told.items() if name.startswith(("langgraph_", "checkpoint"))},
        rest=rest | ({"metadata": told} if told else {}),
    )
    given, tools = _without_tools(parse_value(item.get("input")))
    gave = parse_value(item.get("output"))
    if kind == "tool":
        span.arguments, span.result = given, gave
        number = attributes.get("gen_ai.tool.call.id")
        span.tool_call_id = str(number) if number else None
        found = messages_in(gave, Repairs(repairs.row))  # whatever a tool returns is its own
        span.gave = [message for message in found if message.type == "tool"]
    elif kind == "model":
        span.given = messages_in(arguments_in(given), repairs)
        span.gave = messages_in(gave, repairs, speaker="assistant")
        span.model = item.get("model") if isinstance(item.get("model"), str) else None
        parameters = parse_value(item.get("modelParameters"))
        span.parameters = dict(parameters) if isinstance(parameters, Mapping) else {}
        if tools:
            span.parameters["tools"] = tools
        span.set_usage(usage_of(item.get("usageDetails") or item.get("usage")))
    elif kind == "chain":
        told_in = Repairs(repairs.row)  # what a chain is given and gives may be anything
        span.given = messages_in(given, told_in)
        span.gave = messages_in(gave, told_in, speaker="assistant")
    return span


def _span_kind(item: Mapping[str, Any], attributes: Mapping[str, Any]) -> Kind:
    named = str(attributes.get("openinference.span.kind") or "").upper()
    if named == "TOOL" or (not named and attributes.get("gen_ai.operation.name") == "execute_tool"):
        return "tool"
    return _KINDS.get(str(item.get("type")).upper(), "chain")


def _tool_name(attributes: Mapping[str, Any]) -> str | None:
    found = attributes.get("gen_ai.tool.name") or attributes.get("tool.name")
    return str(found) if found else None


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
