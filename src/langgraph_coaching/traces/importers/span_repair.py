"""Repair of spans: each with a start and an end, each model call recorded by one layer only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langgraph_coaching.traces.importers.findings import Repairs
    from langgraph_coaching.traces.importers.spans import Span


def repair_spans(spans: Sequence[Span], repairs: Repairs) -> None:
    """Repairs the spans of one trace in place.

    Args:
        spans: All of them.
        repairs: Told what had to be mended, and what is missing.
    """
    for span in spans:
        if span.parent == span.id:
            span.parent = None
        if span.again:
            repairs.note("a run that is told twice: read as one")
    _fill_starts(spans, repairs)
    _fill_ends(spans, repairs)
    _merge_layers(spans)
    _move_tools_behind(spans)


def is_answered(span: Span) -> bool:
    """Whether what a model or a tool gave is in the recording, or that it failed; of anything else it is."""
    if span.kind == "tool":
        return span.error is not None or span.result is not None or bool(span.gave)
    return span.kind != "model" or span.error is not None or any(isinstance(m, AIMessage) for m in span.gave)


def spans_above(span: Span, known: dict[str, Span]) -> list[Span]:
    """The spans above a span, from the nearest on."""
    found: list[Span] = []
    parent = known.get(span.parent or "")
    while parent is not None and parent not in found and parent is not span:
        found.append(parent)
        parent = known.get(parent.parent or "")
    return found


def _fill_starts(spans: Sequence[Span], repairs: Repairs) -> None:
    first = min((span.start for span in spans if span.start), default=0.0)
    before = first
    for span in spans:
        if not span.start:
            repairs.note("a run without a start was put where the one before it ended")
            span.start = before if span.parent else first
        before = span.end or span.start


def _fill_ends(spans: Sequence[Span], repairs: Repairs) -> None:
    """A run without an end ended with the last one in it."""
    known = {span.id: span for span in spans}
    missing = [span for span in spans if not span.end]
    if not missing:
        return
    for span in missing:
        repairs.note_lack("a run that has no end in the recording: taken as ended with the last one in it")
        span.end = span.start
    for span in spans:
        for parent in spans_above(span, known):
            if parent in missing:
                parent.end = max(parent.end, span.end)


def _merge_layers(spans: Sequence[Span]) -> None:
    """Where one layer has recorded the call of the one below it, the inner one counts, with what only the outer has."""
    known = {span.id: span for span in spans}
    models = [span for span in spans if span.kind == "model"]
    inner: dict[str, list[Span]] = {}
    for span in models:
        outer = next((one for one in spans_above(span, known) if one.kind in ("model", "tool")), None)
        if outer is not None and outer.kind == "model":
            inner.setdefault(outer.id, []).append(span)
    for number, calls in inner.items():
        outer, one = known[number], calls[-1]
        outer.kind = "chain"
        asks = [any(getattr(m, "tool_calls", None) for m in span.gave) for span in (outer, one)]
        if not is_answered(one) or (asks[0] and not asks[1] and len(calls) == 1):
            one.gave = outer.gave
        if not calls[0].given or (_tells_calls(outer) and not _tells_calls(calls[0]) and len(calls) == 1):
            calls[0].given = outer.given
        for call in calls:
            call.model = call.model or outer.model
            call.parameters = {**outer.parameters, **call.parameters}


def _tells_calls(span: Span) -> bool:
    return any(getattr(message, "tool_calls", None) for message in span.given)


def _move_tools_behind(spans: Sequence[Span]) -> None:
    """A tool that runs inside of a model call runs when the model has answered."""
    known = {span.id: span for span in spans}
    for tool in spans:
        outer = known.get(tool.parent or "") if tool.kind == "tool" else None
        if outer is not None and outer.kind == "model":
            outer.end = max(outer.start, min(outer.end, tool.start))
            tool.parent = outer.parent
