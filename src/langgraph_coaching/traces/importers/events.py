"""Callback events of an imported run: spans as the events that the running graph would have sent."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, LLMResult

from langgraph_coaching.traces.capture.event import Event
from langgraph_coaching.traces.importers.mixed_content import join_answers
from langgraph_coaching.traces.importers.span_repair import is_answered, spans_above

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from langgraph_coaching.traces.capture.event import Kind as Kinds
    from langgraph_coaching.traces.importers.spans import Kind, Span

_NAMES = uuid.UUID("6f8f3a0e-54a1-4a55-9d53-0a4b1f3d2c11")
"""Whatever ids a tracer gives, equal ones become equal UUIDs."""


def number_of(name: str) -> uuid.UUID:
    """The id of a run for the id of a span."""
    try:
        return uuid.UUID(name)
    except ValueError:
        return uuid.uuid5(_NAMES, name)


class SpanError(Exception):
    """An error that a span tells of."""


SPAN_ERROR = f"{SpanError.__name__}: "
"""Stands in front of what a span says of its error, as of any other exception."""


def events_of(spans: Sequence[Span], root: Span) -> Iterator[Event]:
    """Start and end events in the order of time; at one time what is inside starts later and ends earlier."""
    depth, ends, holding = _depths(spans), _ends(spans, root), set()
    for span in spans:
        if span.parent in ends and ends[span.parent] <= max(span.start, root.start):
            holding.add(span.parent)  # what is inside starts when it ends
    told: list[tuple[float, int, int, Event]] = []
    for span in spans:
        started, ended = max(span.start, root.start), ends[span.id]
        told.append((started, 1, depth[span.id], _start(span, root)))
        if span is not root and (end := _end(span)) is not None:
            rank = 3 if span.id in holding else 0 if ended > started else 2
            told.append((ended, rank, -depth[span.id], replace(end, at=ended)))
    yield from (event for *_, event in sorted(told, key=lambda one: one[:3]))
    if (last := _end(root)) is not None:
        yield replace(last, at=ends[root.id])


def _ends(spans: Sequence[Span], root: Span) -> dict[str, float]:
    """When each run ended: not before what is inside of it."""
    known = {span.id: span for span in spans}
    found = {span.id: max(span.end, span.start, root.start) for span in spans}
    for span in spans:
        for outer in spans_above(span, known):
            found[outer.id] = max(found[outer.id], found[span.id])
    return found


def _depths(spans: Sequence[Span]) -> dict[str, int]:
    parents = {span.id: span.parent for span in spans}
    found = {}
    for span in spans:
        depth, above, seen = 0, span.parent, {span.id}
        while above in parents and above not in seen:
            seen.add(above)
            depth, above = depth + 1, parents[above]
        found[span.id] = depth
    return found


def _start(span: Span, root: Span) -> Event:
    parent = None if span is root or span.parent is None else number_of(span.parent)
    tools = span.parameters.get("tools")
    told = {name: part for name, part in span.parameters.items() if name != "tools"}
    if isinstance(tools, list) and all(isinstance(tool, dict) for tool in tools):
        told["tools"] = tools
    elif tools is not None:
        span.rest["tools"] = tools
    carried: dict[Kind, tuple[Kinds, Any, Any]] = {
        "chain": ("chain_start", {"messages": span.given}, None),
        "model": ("chat_model_start", [span.given], told | ({"model": span.model} if span.model else {})),
        "tool": ("tool_start", span.arguments, span.tool_call_id),
        "retriever": ("retriever_start", span.arguments, None),
    }
    kind, data, more = carried[span.kind]
    return Event(kind, number_of(span.id), parent, span.start, data, span.name, (), span.metadata, more)


def _end(span: Span) -> Event | None:
    """How a span ended; None where nobody has recorded what a model answered or a tool returned."""
    if not is_answered(span):
        return None
    number, at = number_of(span.id), span.end
    if span.error is not None:
        kind = "llm_error" if span.kind == "model" else f"{span.kind}_error"
        return Event(kind, number, at=at, data=SpanError(span.error))  # type: ignore[arg-type]
    match span.kind:
        case "model":
            said = [message for message in span.gave if isinstance(message, AIMessage)]
            answer = join_answers(said, [True] * len(said))[0]
            return Event("llm_end", number, at=at, data=LLMResult(generations=[[ChatGeneration(message=answer)]]))
        case "tool":
            return Event("tool_end", number, at=at, data=span.gave[0] if span.gave else span.result)
        case "retriever":
            return Event("retriever_end", number, at=at)
    return Event("chain_end", number, at=at, data={"messages": span.gave})
