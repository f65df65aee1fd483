"""Spans: the runs of a tracer, told as the events that a running graph would have told, and so made into a trace."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, LLMResult

from langgraph_coaching.traces.assemble import Assembler
from langgraph_coaching.traces.event import Event
from langgraph_coaching.traces.importers.plain import plain
from langgraph_coaching.traces.storable import storable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.traces.event import Kind as Kinds
    from langgraph_coaching.traces.importers.report import Repairs
    from langgraph_coaching.traces.model import Step, Trace

Kind = Literal["chain", "model", "tool", "retriever"]

_NAMES = uuid.UUID("6f8f3a0e-54a1-4a55-9d53-0a4b1f3d2c11")
"""Whatever ids a tracer gives, equal ones become equal UUIDs."""


@dataclass(slots=True)
class Span:
    """One run of a tracer."""

    id: str
    parent: str | None
    kind: Kind
    name: str
    start: float
    """Seconds since 1970."""
    end: float
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


def trace_of(spans: Sequence[Span], fields: dict[str, Any], repairs: Repairs) -> Trace:
    """One run of an agent.

    Args:
        spans: All that belong to it; a parent that is not among them counts as none.
        fields: Of the trace: `id`, `namespace`, `origin`, and any other that is known.
        repairs: Told what had to be mended.

    Raises:
        ValueError: There is nothing in it that an agent or a user has said or done.
    """
    known = {span.id for span in spans}
    ordered = sorted(spans, key=lambda span: (span.start, span.parent in known, -span.end))
    tops = [span for span in ordered if span.parent not in known]
    if not tops:
        raise ValueError("its runs are each other's parents, so that none is the first")
    root = tops[0]
    if len(tops) > 1 or root.kind not in ("chain", "model"):
        start, end = min(span.start for span in ordered), max(span.end for span in ordered)
        root = Span("root", None, "chain", str(fields.get("name") or ""), start, end)
        for span in tops:
            span.parent = root.id
        ordered = [root, *ordered]
    traces = Assembler(prompts=True).consume(_events(ordered, root))
    steps = traces[-1].steps if traces else ()
    if not any(step.type != "system" for step in steps):
        raise ValueError("there is no message, no tool call and no answer in it that can be read")
    return _finished(traces[-1], {_number(span.id): span for span in ordered}, fields, repairs)


def _number(name: str) -> uuid.UUID:
    try:
        return uuid.UUID(name)
    except ValueError:
        return uuid.uuid5(_NAMES, name)


def _events(spans: Sequence[Span], root: Span) -> Iterator[Event]:
    """Starts and ends in the order of time; at one time what is inside starts later and ends earlier."""
    depth = _depths(spans)
    told: list[tuple[float, int, int, Event]] = []
    for span in spans:
        started = max(span.start, root.start)
        ended, rank = max(started, min(span.end, root.end)), 0 if span.end > span.start else 2
        told.append((started, 1, depth[span.id], _start(span, root)))
        told.append((ended, rank, -depth[span.id], _end(span)))
    end_of_root = _end(root)
    ordered = [event for *_, event in sorted(told, key=lambda one: one[:3])]
    yield from (event for event in ordered if event.run_id != end_of_root.run_id or event.kind.endswith("_start"))
    yield end_of_root


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
    parent = None if span is root or span.parent is None else _number(span.parent)
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
    return Event(kind, _number(span.id), parent, span.start, data, span.name, (), span.metadata, more)


def _end(span: Span) -> Event:
    number, at = _number(span.id), span.end
    if span.error is not None:
        kind = "llm_error" if span.kind == "model" else f"{span.kind}_error"
        return Event(kind, number, at=at, data=_Failed(span.error))  # type: ignore[arg-type]
    match span.kind:
        case "model":
            answer = next((m for m in reversed(span.gave) if isinstance(m, AIMessage)), None) or AIMessage("")
            return Event("llm_end", number, at=at, data=LLMResult(generations=[[ChatGeneration(message=answer)]]))
        case "tool":
            return Event("tool_end", number, at=at, data=span.gave[0] if span.gave else span.result)
        case "retriever":
            return Event("retriever_end", number, at=at)
    return Event("chain_end", number, at=at, data={"messages": span.gave})


class _Failed(Exception):  # noqa: N818 - it stands for an error that somebody else had
    pass


def _finished(trace: Trace, spans: dict[uuid.UUID, Span], fields: dict[str, Any], repairs: Repairs) -> Trace:
    """The trace under its own id, its steps under the runs' own ids, and with everything that was left over."""
    rests = {str(number): span for number, span in spans.items()}
    steps: list[Step] = []
    placed = set()
    for step in trace.steps:
        changes: dict[str, Any] = {"trace_id": fields["id"]}
        if (span := rests.get(step.run_id or "")) is not None:
            changes["run_id"] = span.id
            if span.id not in placed and span.rest:
                placed.add(span.id)
                changes["extra"] = {**step.extra, **storable(plain(span.rest, repairs))}
        if step.error is not None:
            changes["error"] = step.error.removeprefix("_Failed: ")
        steps.append(step.model_copy(update=changes))
    others = [
        {"id": span.id, "name": span.name, **storable(plain(span.rest, repairs))}
        for span in spans.values()
        if span.id not in placed and span.rest
    ]
    metadata = {**trace.metadata, **fields.pop("metadata", {}), **({"runs": others} if others else {})}
    error = trace.error.removeprefix("_Failed: ") if trace.error else None
    return trace.model_copy(update={**fields, "metadata": storable(metadata), "error": error, "steps": tuple(steps)})


def with_words(span: Span, given: Any, gave: Any) -> None:
    """Lets a run that holds nothing else say what the whole was asked and answered, where that is plain text."""
    if not span.given and isinstance(given, str) and given.strip():
        span.given = [HumanMessage(given)]
    if not span.gave and isinstance(gave, str) and gave.strip():
        span.gave = [AIMessage(gave)]
