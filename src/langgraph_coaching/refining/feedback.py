"""Feedback: receipts and verdicts as scores, in the formats of the tracers that have the runs."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.refining.verdict import Verdict
    from langgraph_coaching.traces.model import Step, Trace

_NAMES = uuid.UUID("0d1f9c1e-3a51-4d0c-9a52-5c3b2f7e8d40")
"""The same score has the same id each time, so that sending it again changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One score of one model call."""

    id: str
    trace: Trace
    step: Step
    name: str
    """`coaching.applied`, `coaching.followed` or `coaching.correct`."""
    value: float
    """The probability of what was applied, 0..1; otherwise 1 for yes and 0 for no."""
    revision: str
    """Id and revision of the coaching, such as `c-1@3`."""
    comment: str
    human: bool
    """Whether a person said it."""
    at: datetime


def scores(traces: Iterable[Trace], verdicts: Iterable[Verdict]) -> Iterator[Score]:
    """The scores of the model calls of traces.

    Args:
        traces: With receipts.
        verdicts: Of any receipts.
    """
    judged = {verdict.receipt_id: verdict for verdict in verdicts}
    for trace in traces:
        for step in trace.steps:
            for receipt in step.receipts:
                yield from _scores_of_receipt(trace, step, receipt, judged.get(receipt.id))


def _scores_of_receipt(trace: Trace, step: Step, receipt: Receipt, verdict: Verdict | None) -> Iterator[Score]:
    def score(name: str, value: float, comment: str, at: datetime, *, human: bool = False) -> Score:
        return Score(
            id=str(uuid.uuid5(_NAMES, f"{receipt.id} {name}")),
            trace=trace,
            step=step,
            name=f"coaching.{name}",
            value=value,
            revision=f"{receipt.coaching_id}@{receipt.revision}",
            comment=comment,
            human=human,
            at=at,
        )

    if receipt.applied:
        yield score("applied", round(receipt.probability, 4), f"{receipt.intent}: {receipt.reason}", receipt.at)
        if receipt.followed != "unknown":
            yield score("followed", float(receipt.followed == "yes"), receipt.intent, receipt.at)
    if verdict is not None:
        yield score("correct", float(verdict.correct), verdict.comment, verdict.at, human=True)


def _langsmith(found: Score) -> dict[str, Any]:
    """Keyword arguments of `langsmith.Client.create_feedback`."""
    return {
        "feedback_id": found.id,
        "run_id": found.step.run_id,
        "key": found.name,
        "score": found.value,
        "value": found.revision,
        "comment": found.comment or None,
        "feedback_source_type": "api",
        "source_info": {"coaching_trace": found.trace.id, "human": found.human},
    }


def _langfuse(found: Score) -> dict[str, Any]:
    """A score, as Langfuse's `POST /api/public/scores` takes it."""
    return {
        "id": found.id,
        "traceId": found.trace.id.removeprefix("t-"),
        "observationId": found.step.run_id,
        "name": found.name,
        "value": found.value,
        "dataType": "NUMERIC" if found.name == "coaching.applied" else "BOOLEAN",
        "comment": found.comment or None,
        "metadata": {"coaching": found.revision},
    }


def _openinference(found: Score) -> dict[str, Any]:
    """A span annotation, as Phoenix takes it."""
    return {
        "span_id": found.step.run_id,
        "name": found.name,
        "identifier": found.id,
        "annotator_kind": "HUMAN" if found.human else "CODE",
        "result": {"label": found.revision, "score": found.value, "explanation": found.comment or None},
    }


def _otel(found: Score) -> dict[str, Any]:
    """An event of the GenAI semantic conventions, to be added to the span of the model call."""
    attributes = {
        "gen_ai.evaluation.name": found.name,
        "gen_ai.evaluation.score.value": found.value,
        "gen_ai.evaluation.score.label": found.revision,
        "gen_ai.evaluation.explanation": found.comment,
    }
    return {
        "name": "gen_ai.evaluation.result",
        "time_unix_nano": int(found.at.timestamp() * 1e9),
        "trace_id": found.trace.id.removeprefix("t-"),
        "span_id": found.step.run_id,
        "attributes": {name: value for name, value in attributes.items() if value != ""},
    }


FORMATTERS: Mapping[str, Callable[[Score], dict[str, Any]]] = {
    "langsmith": _langsmith,
    "langfuse": _langfuse,
    "openinference": _openinference,
    "otel": _otel,
}
"""The formats, and what makes a row of each."""


def format_scores(format: str, found: Iterable[Score]) -> list[dict[str, Any]]:  # noqa: A002 - what it is called everywhere
    """Scores as rows of JSON values.

    Args:
        format: `langsmith`, `langfuse`, `openinference` or `otel`.
        found: Scores; those of steps that no run is known of are left out: there is nothing to attach them to.

    Raises:
        InvalidCoachingError: There is no such format.
    """
    if format not in FORMATTERS:
        raise InvalidCoachingError(f"the format {format!r} is unknown; use one of {', '.join(FORMATTERS)}")
    return [FORMATTERS[format](one) for one in found if one.step.run_id]
