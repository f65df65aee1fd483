"""Importer of OpenTelemetry's spans: attributes of OpenInference or of the GenAI conventions, any JSON form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from langgraph_coaching.traces.importers.attributes import attributes_of, list_under, nest_names
from langgraph_coaching.traces.importers.findings import Repairs
from langgraph_coaching.traces.importers.source import TWICE, Row, group_by_trace
from langgraph_coaching.traces.importers.span_messages import messages_in, parse_value, usage_of
from langgraph_coaching.traces.importers.spans import Kind, Span
from langgraph_coaching.traces.importers.steps import timestamp_of

_INFERENCE: dict[str, Kind] = {"LLM": "model", "TOOL": "tool", "RETRIEVER": "retriever"}
_OPERATIONS: dict[str, Kind] = {
    "chat": "model",
    "text_completion": "model",
    "generate_content": "model",
    "execute_tool": "tool",
    "tool": "tool",
    "ai.generateText.doGenerate": "model",
    "ai.streamText.doStream": "model",
    "ai.generateObject.doGenerate": "model",
    "ai.streamObject.doStream": "model",
    "ai.toolCall": "tool",
}
"""Of the GenAI conventions, of Traceloop and of Vercel's AI SDK."""

_THREADS = ("session.id", "gen_ai.conversation.id", "thread_id", "traceloop.association.properties.thread_id")
_HOLDERS = (
    *("resourceSpans", "resource_spans", "batches", "scopeSpans", "scope_spans", "instrumentationLibrarySpans"),
    *("spans", "data"),
)
"""Where lists of spans are, from the outside inwards."""

_NANOSECONDS = 1e16
_YEAR_10000 = 253_402_300_800
_DIGITS = 21
"""Of nanoseconds until then."""

_FAILED = ("ERROR", "STATUS_CODE_ERROR", 2)


def group_rows(rows: Iterable[Row]) -> list[Row]:
    """Rows of spans put together by trace; each row's value becomes the list of its spans."""
    lacking = "there is no span in it, which has ids and attributes"
    return group_by_trace(rows, _spans, lacking, lambda span: span["trace"], lambda span: span["parent"])


def _spans(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _spans(item)
    if not isinstance(value, Mapping):
        return
    for name in _HOLDERS:
        if isinstance(value.get(name), list):
            yield from _spans(value[name])
            return
    context, status = _mapping(value, "context"), _mapping(value, "status")
    number = _first_field(value, context, "span_id", "spanId", "spanID")
    trace = _first_field(value, context, "trace_id", "traceId", "traceID")
    if number is None:
        return
    attributes = attributes_of(value)
    if isinstance(value.get("span_kind"), str):
        attributes.setdefault("openinference.span.kind", value["span_kind"])
    yield {
        "id": _plain_id(number),
        "trace": _plain_id(trace or ""),
        "parent": _plain_id(
            _first_field(value, context, "parent_id", "parentSpanId", "parent_span_id", "parentId") or ""
        ),
        "name": str(value.get("name") or ""),
        "start": _seconds(value, ("start_time", "startTime", "startTimeUnixNano", "start_time_unix_nano")),
        "end": _seconds(value, ("end_time", "endTime", "endTimeUnixNano", "end_time_unix_nano")),
        "failed": (value.get("status_code") or status.get("status_code") or status.get("code")) in _FAILED,
        "why": value.get("status_message") or status.get("description") or status.get("message"),
        "attributes": attributes,
        "events": [event for event in value.get("events") or () if isinstance(event, Mapping)],
        "annotations": value.get("annotations"),
    }


def _first_field(value: Mapping[str, Any], context: Mapping[str, Any], *names: str) -> Any:
    """The first of these fields that is there: of the span itself, of its context, or of columns."""
    found = (source.get(name) for name in names for source in (value, context))
    columns = (value.get(f"context.{name}") for name in names)
    return next((one for one in (*found, *columns) if one), None)


def _plain_id(value: Any) -> str:
    """An id as everybody else writes it: what prints spans writes it as a hexadecimal number."""
    return str(value).removeprefix("0x")


def _mapping(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}


def _seconds(value: Mapping[str, Any], names: tuple[str, ...]) -> float:
    for name in names:
        given = value.get(name)
        if isinstance(given, str) and given.isdecimal() and len(given) <= _DIGITS:
            given = int(given)
        if isinstance(given, int | float) and given > _NANOSECONDS:
            if given >= _YEAR_10000 * 1e9:
                continue
            return given / 1e9
        found = timestamp_of({name: given}, (name,))
        if found is not None:
            return found.timestamp()
    return 0.0


def read_spans(spans: list[dict[str, Any]], repairs: Repairs) -> tuple[list[Span], dict[str, Any]]:
    """The spans of one trace, and what is known of the whole."""
    found = [_read_span(span, repairs) for span in spans]
    top = next((span for span in spans if not span["parent"]), spans[0])
    words = top["attributes"]
    every = {name: part for span in reversed(spans) for name, part in span["attributes"].items()}
    thread = next((every[name] for name in _THREADS if every.get(name)), None)
    annotations = [
        {"span_id": span["id"], **item}
        for span in spans
        for item in (span["annotations"] if isinstance(span["annotations"], list) else ())
        if isinstance(item, Mapping)
    ]
    return found, {
        "id": spans[0]["trace"] or top["id"],
        "name": top["name"] or None,
        "thread_id": None if thread is None else str(thread),
        "metadata": {"annotations": annotations} if annotations else {},
        "given": parse_value(_first_attribute(words, *_GIVEN)),
        "gave": parse_value(_first_attribute(words, *_GAVE)),
    }


def _read_span(span: dict[str, Any], repairs: Repairs) -> Span:
    told: dict[str, Any] = span["attributes"]
    kind = _span_kind(told)
    metadata = parse_value(told.get("metadata"))
    known = dict(metadata) if isinstance(metadata, Mapping) else _listed_metadata(told)
    made = Span(
        id=span["id"],
        parent=str(span["parent"]) if span["parent"] else None,
        kind=kind,
        name=str(_first_attribute(told, "tool.name", "gen_ai.tool.name", "ai.toolCall.name") or span["name"]),
        start=span["start"],
        end=max(span["end"], span["start"]) if span["end"] else 0.0,
        again=span.get(TWICE, 0),
        error=str(span["why"] or "it failed") if span["failed"] else None,
        metadata={name: part for name, part in known.items() if str(name).startswith(("langgraph_", "checkpoint"))},
        rest={"attributes": {name: part for name, part in told.items() if not _is_read_elsewhere(name)}}
        | ({"events": span["events"]} if span["events"] else {}),
    )
    given, gave = parse_value(_first_attribute(told, *_GIVEN)), parse_value(_first_attribute(told, *_GAVE))
    if kind == "tool":
        arguments = parse_value(
            _first_attribute(told, "gen_ai.tool.call.arguments", "ai.toolCall.args", "tool.parameters")
        )
        made.arguments = arguments if arguments is not None else given
        result = _first_attribute(told, "gen_ai.tool.call.result") or parse_value(
            _first_attribute(told, "ai.toolCall.result")
        )
        made.result = gave if result is None else result
        number = _first_attribute(told, "gen_ai.tool.call.id", "ai.toolCall.id", "tool_call.id")
        made.tool_call_id = None if number is None else str(number)
        found = messages_in(gave, Repairs(repairs.row))  # whatever a tool returns is its own
        made.gave = [message for message in found if message.type == "tool"]
    elif kind == "model":
        made.given = _conversation(told, span["events"], given, repairs)
        made.gave = _answer(told, span["events"], gave, repairs)
        model = _first_attribute(told, "gen_ai.request.model", "llm.model_name", "gen_ai.response.model", "ai.model.id")
        made.model = str(model) if model else None
        made.set_usage(
            usage_of(
                {
                    "input_tokens": _first_attribute(told, "gen_ai.usage.input_tokens", *_COUNTS[0]),
                    "output_tokens": _first_attribute(told, "gen_ai.usage.output_tokens", *_COUNTS[1]),
                }
            )
        )
    else:
        told_in = Repairs(repairs.row)  # what a chain is given and gives may be anything
        made.given = messages_in(given, told_in)
        made.gave = messages_in(gave, told_in, speaker="assistant")
    return made


_COUNTS = (
    ("gen_ai.usage.prompt_tokens", "llm.token_count.prompt", "ai.usage.promptTokens"),
    ("gen_ai.usage.completion_tokens", "llm.token_count.completion", "ai.usage.completionTokens"),
)
_GIVEN = ("input.value", "traceloop.entity.input", "gen_ai.input.messages", "ai.prompt", "gen_ai.prompt", "input")
_GAVE = ("output.value", "traceloop.entity.output", "gen_ai.output.messages", "ai.response.text", "output")
"""What a span as a whole was given and gave."""


def _first_attribute(attributes: Mapping[str, Any], *names: str) -> Any:
    """The first of these attributes that says something."""
    return next((attributes[name] for name in names if attributes.get(name) not in (None, "")), None)


def _span_kind(told: dict[str, Any]) -> Kind:
    named = str(told.get("openinference.span.kind") or "").upper()
    operation = str(
        _first_attribute(told, "gen_ai.operation.name", "ai.operationId", "traceloop.span.kind", "llm.request.type")
    )
    if named:
        return _INFERENCE.get(named, "chain")
    if operation in _OPERATIONS:
        return _OPERATIONS[operation]
    return "model" if any(name.startswith(("gen_ai.prompt.0", "gen_ai.completion.0")) for name in told) else "chain"


def _listed_metadata(told: dict[str, Any]) -> dict[str, Any]:
    return {name[len("metadata.") :]: part for name, part in told.items() if name.startswith("metadata.")}


_MESSAGES = ("llm.input_messages", "llm.output_messages", "gen_ai.prompt", "gen_ai.completion", "ai.prompt.messages")
_ELSEWHERE = (
    *("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions"),
    *("input.value", "output.value", "metadata", "openinference.span.kind"),
)


def _is_read_elsewhere(name: str) -> bool:
    return name.startswith(_MESSAGES) or name in _ELSEWHERE


def _conversation(told: dict[str, Any], events: list[Any], given: Any, repairs: Repairs) -> list[Any]:
    system = messages_in([{"role": "system", "parts": list_under(told, "gen_ai.system_instructions")}], repairs)
    for name in ("gen_ai.input.messages", "llm.input_messages", "gen_ai.prompt", "ai.prompt.messages"):
        if found := messages_in(list_under(told, name), repairs):
            return [*system, *found]
    names = [str(event.get("name")) for event in events]
    asked = [name.startswith("gen_ai.") and name != "gen_ai.choice" for name in names]
    said = [_event_message(event) for event, mine in zip(events, asked, strict=True) if mine]
    return [*system, *(messages_in(said, repairs) or messages_in(given, repairs))]


def _answer(told: dict[str, Any], events: list[Any], gave: Any, repairs: Repairs) -> list[Any]:
    for name in ("gen_ai.output.messages", "llm.output_messages", "gen_ai.completion"):
        if found := messages_in(list_under(told, name), repairs, speaker="assistant"):
            return found
    called = parse_value(told.get("ai.response.toolCalls"))
    if called or told.get("ai.response.text"):
        text = {"type": "text", "text": str(told.get("ai.response.text") or "")}
        parts = [text, *({"type": "tool-call", **call} for call in called or () if isinstance(call, Mapping))]
        return messages_in([{"role": "assistant", "content": parts}], repairs, speaker="assistant")
    said = [_event_message(event) for event in events if str(event.get("name")) == "gen_ai.choice"]
    return messages_in(said, repairs, speaker="assistant") or messages_in(gave, repairs, speaker="assistant")


def _event_message(event: Mapping[str, Any]) -> Any:
    """A message as the older conventions tell it: an event for each, named by the role."""
    body = nest_names(attributes_of(event)) if event.get("attributes") else event.get("body")
    if not isinstance(body, Mapping):
        return None
    role = str(event.get("name")).removeprefix("gen_ai.").removesuffix(".message")
    if isinstance(inner := parse_value(body.get("message")), Mapping):
        body = inner
    return {"role": "assistant" if role == "choice" else role, **body}
