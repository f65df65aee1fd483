"""Spans of OpenTelemetry: OpenInference's attributes and those of the GenAI conventions, in any of their JSON forms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from langgraph_coaching.traces.importers.content import messages_in, parsed, usage_of
from langgraph_coaching.traces.importers.source import Row, gathered
from langgraph_coaching.traces.importers.spans import Kind, Span, with_words
from langgraph_coaching.traces.importers.steps import moment_of

if TYPE_CHECKING:
    from langgraph_coaching.traces.importers.report import Repairs

_INFERENCE: dict[str, Kind] = {"LLM": "model", "TOOL": "tool", "RETRIEVER": "retriever"}
_OPERATIONS: dict[str, Kind] = {
    "chat": "model",
    "text_completion": "model",
    "generate_content": "model",
    "execute_tool": "tool",
    "tool": "tool",
}
_THREADS = ("session.id", "gen_ai.conversation.id", "thread_id", "traceloop.association.properties.thread_id")
_NANOSECONDS = 1e16
_FAILED = ("ERROR", "STATUS_CODE_ERROR", 2)


def grouped(rows: Iterable[Row]) -> list[Row]:
    """Rows of spans put together by trace; each row's value becomes the list of its spans."""
    lacking = "there is no span in it, which has ids and attributes"
    return gathered(rows, _spans, lacking, lambda span: span["trace"])


def _spans(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _spans(item)
    if not isinstance(value, Mapping):
        return
    for name in ("resourceSpans", "scopeSpans", "spans"):
        if isinstance(value.get(name), list):
            yield from _spans(value[name])
            return
    context, status = _mapping(value, "context"), _mapping(value, "status")
    number = value.get("span_id") or value.get("spanId") or context.get("span_id") or value.get("context.span_id")
    trace = value.get("trace_id") or value.get("traceId") or context.get("trace_id") or value.get("context.trace_id")
    if number is None:
        return
    yield {
        "id": str(number),
        "trace": str(trace or number),
        "parent": value.get("parent_id") or value.get("parentSpanId") or value.get("parent_span_id"),
        "name": str(value.get("name") or ""),
        "start": _seconds(value, ("start_time", "startTime", "startTimeUnixNano", "start_time_unix_nano")),
        "end": _seconds(value, ("end_time", "endTime", "endTimeUnixNano", "end_time_unix_nano")),
        "failed": (value.get("status_code") or status.get("status_code") or status.get("code")) in _FAILED,
        "why": value.get("status_message") or status.get("description") or status.get("message"),
        "attributes": _attributes(value),
        "events": [event for event in value.get("events") or () if isinstance(event, Mapping)],
        "annotations": value.get("annotations"),
    }


def _mapping(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}


def _seconds(value: Mapping[str, Any], names: tuple[str, ...]) -> float:
    for name in names:
        given = value.get(name)
        if isinstance(given, str) and given.isdecimal():
            given = int(given)
        if isinstance(given, int | float) and given > _NANOSECONDS:
            return given / 1e9
        found = moment_of({name: given}, (name,))
        if found is not None:
            return found.timestamp()
    return 0.0


def _attributes(value: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes by their dotted names, from a flat mapping, a nested one, a list of pairs or columns."""
    given = value.get("attributes")
    if isinstance(given, list):
        given = {item.get("key"): _plain(item.get("value")) for item in given if isinstance(item, Mapping)}
    columns = {name[len("attributes.") :]: part for name, part in value.items() if name.startswith("attributes.")}
    return dict(_flat({**(given if isinstance(given, Mapping) else {}), **columns}))


def _plain(value: Any) -> Any:
    """A value of OTLP's JSON, such as `{"stringValue": "…"}`."""
    if not isinstance(value, Mapping):
        return value
    for name, part in value.items():
        if name == "arrayValue" and isinstance(part, Mapping):
            return [_plain(item) for item in part.get("values") or ()]
        if name == "kvlistValue" and isinstance(part, Mapping):
            return {item.get("key"): _plain(item.get("value")) for item in part.get("values") or ()}
        if name == "intValue":
            return int(part)
        if name.endswith("Value"):
            return part
    return dict(value)


def _flat(value: Mapping[Any, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, part in value.items():
        if isinstance(part, Mapping) and part and not before.count(".") > 8:  # noqa: PLR2004 - deeper is a value
            yield from _flat(part, f"{before}{name}.")
        else:
            yield f"{before}{name}", part


def _listed(attributes: dict[str, Any], name: str) -> list[Any]:
    """What stands under `name.0.…`, `name.1.…` as a list of nested mappings, or the list that `name` itself is."""
    whole = parsed(attributes.get(name))
    if isinstance(whole, list):
        return [_nested(dict(_flat(item))) if isinstance(item, Mapping) else item for item in whole]
    inner = {key[len(name) + 1 :]: part for key, part in attributes.items() if key.startswith(f"{name}.")}
    found = _nested(inner)
    return list(found) if isinstance(found, list) else []


def _nested(flat: Mapping[str, Any]) -> Any:
    tree: dict[str, Any] = {}
    for name, part in flat.items():
        here = tree
        *above, last = name.split(".")
        for step in above:
            inner = here.setdefault(step, {})
            here = inner if isinstance(inner, dict) else here
        here[last] = part
    return _as_lists(tree)


def _as_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    found = {name: _as_lists(part) for name, part in value.items()}
    if found and all(str(name).isdecimal() for name in found):
        return [found[name] for name in sorted(found, key=int)]
    return found


def read(spans: list[dict[str, Any]], repairs: Repairs) -> tuple[list[Span], dict[str, Any]]:
    """The spans of one trace, and what is known of the whole."""
    found = [_span(span, repairs) for span in spans]
    top = next((span for span in spans if not span["parent"]), spans[0])
    if not any(span.given or span.gave for span in found):
        words = top["attributes"]
        said = next(span for span in found if span.id == top["id"])
        with_words(said, parsed(words.get("input.value")), parsed(words.get("output.value")))
    every = {name: part for span in reversed(spans) for name, part in span["attributes"].items()}
    thread = next((every[name] for name in _THREADS if every.get(name)), None)
    annotations = [
        {"span_id": span["id"], **item}
        for span in spans
        for item in (span["annotations"] if isinstance(span["annotations"], list) else ())
        if isinstance(item, Mapping)
    ]
    return found, {
        "id": spans[0]["trace"],
        "name": top["name"] or None,
        "thread_id": None if thread is None else str(thread),
        "metadata": {"annotations": annotations} if annotations else {},
    }


def _span(span: dict[str, Any], repairs: Repairs) -> Span:
    told: dict[str, Any] = span["attributes"]
    kind = _kind(told)
    metadata = parsed(told.get("metadata"))
    known = dict(metadata) if isinstance(metadata, Mapping) else _listed_metadata(told)
    made = Span(
        id=span["id"],
        parent=str(span["parent"]) if span["parent"] else None,
        kind=kind,
        name=str(told.get("tool.name") or told.get("gen_ai.tool.name") or span["name"]),
        start=span["start"],
        end=max(span["end"], span["start"]),
        error=str(span["why"] or "it failed") if span["failed"] else None,
        metadata={name: part for name, part in known.items() if str(name).startswith(("langgraph_", "checkpoint"))},
        rest={"attributes": {name: part for name, part in told.items() if not _read_elsewhere(name)}}
        | ({"events": span["events"]} if span["events"] else {}),
    )
    given = parsed(told.get("input.value") or told.get("traceloop.entity.input"))
    gave = parsed(told.get("output.value") or told.get("traceloop.entity.output"))
    if kind == "tool":
        arguments = parsed(told.get("gen_ai.tool.call.arguments") or told.get("tool.parameters"))
        made.arguments = arguments if arguments is not None else given
        result = told.get("gen_ai.tool.call.result")
        made.result = gave if result is None else result
        made.tool_call_id = told.get("gen_ai.tool.call.id") or told.get("tool_call.id")
        made.gave = [message for message in messages_in(gave, repairs) if message.type == "tool"]
    elif kind == "model":
        made.given = _conversation(told, span["events"], given, repairs)
        made.gave = _answer(told, span["events"], gave, repairs)
        model = told.get("gen_ai.request.model") or told.get("llm.model_name") or told.get("gen_ai.response.model")
        made.model = str(model) if model else None
        _count(made, told)
    elif made.metadata.get("langgraph_node"):
        made.given, made.gave = messages_in(given, repairs), messages_in(gave, repairs, speaker="assistant")
    return made


def _kind(told: dict[str, Any]) -> Kind:
    named = str(told.get("openinference.span.kind") or "").upper()
    operation = str(
        told.get("gen_ai.operation.name") or told.get("traceloop.span.kind") or told.get("llm.request.type")
    )
    if named:
        return _INFERENCE.get(named, "chain")
    if operation in _OPERATIONS:
        return _OPERATIONS[operation]
    return "model" if any(name.startswith(("gen_ai.prompt.0", "gen_ai.completion.0")) for name in told) else "chain"


def _listed_metadata(told: dict[str, Any]) -> dict[str, Any]:
    return {name[len("metadata.") :]: part for name, part in told.items() if name.startswith("metadata.")}


_MESSAGES = ("llm.input_messages", "llm.output_messages", "gen_ai.prompt", "gen_ai.completion")
_ELSEWHERE = (
    *("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions"),
    *("input.value", "output.value", "metadata", "openinference.span.kind"),
)


def _read_elsewhere(name: str) -> bool:
    return name.startswith(_MESSAGES) or name in _ELSEWHERE


def _conversation(told: dict[str, Any], events: list[Any], given: Any, repairs: Repairs) -> list[Any]:
    system = messages_in([{"role": "system", "parts": _listed(told, "gen_ai.system_instructions")}], repairs)
    for name in ("gen_ai.input.messages", "llm.input_messages", "gen_ai.prompt"):
        if found := messages_in(_listed(told, name), repairs):
            return [*system, *found]
    names = [str(event.get("name")) for event in events]
    asked = [name.startswith("gen_ai.") and name != "gen_ai.choice" for name in names]
    said = [_event(event) for event, mine in zip(events, asked, strict=True) if mine]
    return [*system, *(messages_in(said, repairs) or messages_in(given, repairs))]


def _answer(told: dict[str, Any], events: list[Any], gave: Any, repairs: Repairs) -> list[Any]:
    for name in ("gen_ai.output.messages", "llm.output_messages", "gen_ai.completion"):
        if found := messages_in(_listed(told, name), repairs, speaker="assistant"):
            return found
    said = [_event(event) for event in events if str(event.get("name")) == "gen_ai.choice"]
    return messages_in(said, repairs, speaker="assistant") or messages_in(gave, repairs, speaker="assistant")


def _event(event: Mapping[str, Any]) -> Any:
    """A message as the older conventions tell it: an event for each, named by the role."""
    body = _nested(_attributes(event)) if event.get("attributes") else event.get("body")
    if not isinstance(body, Mapping):
        return None
    role = str(event.get("name")).removeprefix("gen_ai.").removesuffix(".message")
    if isinstance(inner := parsed(body.get("message")), Mapping):
        body = inner
    return {"role": "assistant" if role == "choice" else role, **body}


def _count(span: Span, told: dict[str, Any]) -> None:
    counts = {
        "input_tokens": told.get("gen_ai.usage.input_tokens", told.get("llm.token_count.prompt")),
        "output_tokens": told.get("gen_ai.usage.output_tokens", told.get("llm.token_count.completion")),
    }
    usage = usage_of(counts)
    if usage and span.gave and getattr(span.gave[-1], "usage_metadata", 0) is None:
        span.gave[-1] = span.gave[-1].model_copy(update={"usage_metadata": usage})
