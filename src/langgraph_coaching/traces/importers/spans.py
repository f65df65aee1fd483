"""Spans: the runs of a tracer, in one form for all of them; the assembler makes a trace of their events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from langchain_core.messages import ToolMessage

from langgraph_coaching.traces.capture.assembler import Assembler
from langgraph_coaching.traces.importers.call_ids import assign_call_ids
from langgraph_coaching.traces.importers.events import SPAN_ERROR, events_of, number_of
from langgraph_coaching.traces.importers.source import to_plain_value
from langgraph_coaching.traces.importers.span_repair import is_answered, repair_spans
from langgraph_coaching.traces.importers.users import fill_root, mark_speakers
from langgraph_coaching.traces.jsonable import to_jsonable

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.traces.importers.findings import Repairs
    from langgraph_coaching.traces.model import Step, Trace

Kind = Literal["chain", "model", "tool", "retriever"]


WHOLE = "the whole run"
"""Id of the run above several that have none above them."""


@dataclass(slots=True, eq=False)
class Span:
    """One run of a tracer."""

    id: str
    parent: str | None
    kind: Kind
    name: str
    start: float
    """Seconds since 1970."""
    end: float
    """0 where it is not known."""
    given: list[BaseMessage] = field(default_factory=list)
    gave: list[BaseMessage] = field(default_factory=list)
    arguments: Any = None
    """Of a tool."""
    result: Any = None
    """Of a tool."""
    tool_call_id: str | None = None
    error: str | None = None
    model: str | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)
    """What nothing else here has a place for."""
    again: int = 0
    """How often it was told again."""

    def set_usage(self, usage: dict[str, int] | None) -> None:
        """Sets the token counts of a model's answer that has none."""
        last = self.gave[-1] if self.gave else None
        if usage and last is not None and getattr(last, "usage_metadata", 0) is None:
            self.gave[-1] = last.model_copy(update={"usage_metadata": usage})


def trace_of(spans: Sequence[Span], fields: dict[str, Any], repairs: Repairs) -> Trace:
    """The trace of one run of an agent.

    Args:
        spans: All that belong to it; a parent that is not among them counts as none.
        fields: Of the trace: `id`, `namespace`, `origin`, and any other that is known; `given` and `gave` are what the
            whole was asked and answered.
        repairs: Told what had to be mended.

    Raises:
        ValueError: There is nothing in it that an agent or a user has said or done.
    """
    given, gave = fields.pop("given", None), fields.pop("gave", None)
    repair_spans(spans, repairs)
    known = {span.id for span in spans}
    ordered = sorted(spans, key=lambda span: (span.start, span.parent in known, -span.end))
    tops = [span for span in ordered if span.parent not in known]
    if not tops:
        raise ValueError("its runs are each other's parents, so that none is the first")
    root = tops[0]
    if len(tops) > 1 or root.kind not in ("chain", "model") or not is_answered(root):
        start, end = min(span.start for span in ordered), max(span.end for span in ordered)
        root = Span(WHOLE, None, "chain", str(fields.get("name") or ""), start, end)
        root.given = tops[0].given if tops[0].kind == "chain" else []
        root.gave = tops[-1].gave if tops[-1].kind == "chain" else []
        for span in tops:
            span.parent = root.id
        ordered = [root, *ordered]
    if root.kind == "chain":
        fill_root(root, given, gave, ordered)
    assign_call_ids(ordered)
    mark_speakers(ordered, root, repairs)
    ordered = [*ordered, *(tool for span in ordered for tool in _hosted_tools(span))]
    traces = Assembler(prompts=True).consume(events_of(ordered, root))
    steps = traces[-1].steps if traces else ()
    if not any(step.type != "system" for step in steps):
        raise ValueError("there is no message, no tool call and no answer in it that can be read")
    for span in ordered:
        if not is_answered(span):
            what = "a model call whose answer" if span.kind == "model" else "a tool whose result"
            repairs.note_lack(f"{what} is not in the recording: it has no step")
    return _finish_trace(traces[-1], {number_of(span.id): span for span in ordered}, fields, repairs)


def _hosted_tools(span: Span) -> list[Span]:
    """The tools that a provider ran itself in a model call, as spans behind it."""
    results = [message for message in span.gave if isinstance(message, ToolMessage)] if span.kind == "model" else []
    return [
        replace(
            Span(f"{span.id} {place}", span.parent, "tool", str(result.name or ""), span.end, span.end),
            gave=[result],
            tool_call_id=result.tool_call_id,
        )
        for place, result in enumerate(results)
    ]


def _finish_trace(trace: Trace, spans: dict[uuid.UUID, Span], fields: dict[str, Any], repairs: Repairs) -> Trace:
    """The trace under its own id, its steps under the runs' own ids, and with everything that was left over."""
    rests = {str(number): span for number, span in spans.items()}
    asked = {step.tool_call_id: step.name for step in trace.steps if step.type == "tool_call" and step.tool_call_id}
    steps: list[Step] = []
    placed = set()
    for step in trace.steps:
        changes: dict[str, Any] = {"trace_id": fields["id"]}
        if (span := rests.get(step.run_id or "")) is not None:
            changes["run_id"] = span.id
            if span.id not in placed and span.rest:
                placed.add(span.id)
                changes["extra"] = {**step.extra, **to_jsonable(to_plain_value(span.rest, repairs))}
        if step.type == "tool_result" and step.name is None and step.tool_call_id in asked:
            changes["name"] = asked[step.tool_call_id]
        if step.error is not None:
            changes["error"] = step.error.removeprefix(SPAN_ERROR)
        steps.append(step.model_copy(update=changes))
    others = [
        {"id": span.id, "name": span.name, **to_jsonable(to_plain_value(span.rest, repairs))}
        for span in spans.values()
        if span.id not in placed and span.rest
    ]
    metadata = {**trace.metadata, **fields.pop("metadata", {}), **({"runs": others} if others else {})}
    error = trace.error.removeprefix(SPAN_ERROR) if trace.error else None
    return trace.model_copy(update={**fields, "metadata": to_jsonable(metadata), "error": error, "steps": tuple(steps)})
