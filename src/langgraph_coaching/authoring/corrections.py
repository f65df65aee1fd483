"""Corrections in imported traces: what people said in a tracer that the agent should have answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.validation import PROSE_LIMIT

if TYPE_CHECKING:
    from langgraph_coaching.traces.model import Step, Trace

_BEGIN = "Answer like this: "

_TEXTS = ("longStringValue", "stringValue", "correction", "output", "text", "content", "answer")
"""Where a correction keeps what should have been said."""


def corrections_of(trace: Trace) -> list[tuple[Step, str]]:
    """The steps that somebody corrected, and what the agent should have done, as an instruction.

    Found are LangSmith's feedback with a `correction`, Langfuse's corrections and scores named `output` that hold a
    text, and OpenInference's annotations with a correction.

    Args:
        trace: An imported trace.
    """
    found = []
    for run, text in _corrections_in(trace.metadata):
        step = _corrected_step(trace, run)
        if step is not None and text.strip():
            found.append((step, (_BEGIN + text.strip())[:PROSE_LIMIT]))
    return found


def _corrections_in(metadata: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    for item in _mappings(metadata.get("feedback")):
        if item.get("correction"):
            yield _id_of(item.get("run_id")), _text_of(item["correction"])
    for item in _mappings(metadata.get("corrections")):
        yield _id_of(item.get("observationId")), _text_of(item)
    for item in _mappings(metadata.get("scores")):
        if item.get("dataType") == "CORRECTION" or (item.get("name") == "output" and item.get("source") != "EVAL"):
            yield _id_of(item.get("observationId")), _text_of(item)
    for item in _mappings(metadata.get("annotations")):
        result = item.get("result")
        said = dict(result) if isinstance(result, Mapping) else {}
        if item.get("correction"):
            yield _id_of(item.get("span_id")), _text_of(item["correction"])
        elif item.get("name") == "correction":
            yield _id_of(item.get("span_id")), str(said.get("explanation") or said.get("label") or "")


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    yield from (item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()


def _id_of(value: Any) -> str | None:
    return str(value) if value else None


def _text_of(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return _text_of(value[-1]) if value else ""
    if not isinstance(value, Mapping):
        return ""
    inside = (_text_of(value[name]) for name in (*_TEXTS, "messages", "outputs") if value.get(name))
    return next((text for text in inside if text), "")


def _corrected_step(trace: Trace, run: str | None) -> Step | None:
    """What the agent said in a run; of the whole trace, or of a run around others, what it said last."""
    steps = trace.coachable_steps()
    mine = [step for step in steps if step.run_id == run] if run else []
    said = [step for step in mine or steps if step.type == "message"]
    found = said or mine or steps
    return found[-1] if found else None
