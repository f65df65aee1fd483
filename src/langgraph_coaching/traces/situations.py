"""Recorded situations: those of traces and of receipts, each once, the latest first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from langchain_core.messages import HumanMessage

from langgraph_coaching.recall.situation import Situation, situate_at
from langgraph_coaching.recall.user import user_mask
from langgraph_coaching.traces.branches import Branches
from langgraph_coaching.traces.messages import messages_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.traces.model import Trace


REPEATED = 10
"""How many times more may be read than is kept: the runs of a thread each begin with all that was said before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSituation:
    """One situation, with the latest time and the runs in which it was met."""

    situation: Situation
    at: datetime
    """When, the latest time."""
    runs: frozenset[str]
    """Threads in which it was met; a run without one is its own."""
    trace_id: str | None = None
    """The latest trace it is in."""
    step: int | None = None
    """Index of the user's step in that trace."""
    receipt_id: str | None = None
    """The latest receipt of it."""


def situations_in(trace: Trace) -> Iterator[Situation]:
    """The situation after each turn of the user, in order.

    Args:
        trace: Any trace, captured or imported.
    """
    return (situation for _, situation in turns_with_steps(trace))


def turns_with_steps(trace: Trace) -> Iterator[tuple[int, Situation]]:
    """The index of each of the user's steps, and the situation after it.

    Args:
        trace: Any trace, captured or imported.
    """
    steps = [step for step in Branches(trace.steps).user_steps() if not step.aside]
    messages = messages_of(steps)
    said = (step.index for step in steps if step.type == "user")
    users = user_mask(messages)  # of the whole: a turn costs the same wherever it is
    for index, message in enumerate(messages, 1):
        if isinstance(message, HumanMessage):
            step = next(said, len(trace.steps) - 1)
            if (situation := situate_at(index, messages, users)) is not None:
                yield step, situation


def recorded_situations(traces: Iterable[Trace], receipts: Iterable[Receipt], most: int) -> list[RecordedSituation]:
    """The latest situations of traces and of receipts, each once.

    Args:
        traces: Newest first; no more of them are read than are needed.
        receipts: One of each call, newest first.
        most: Most situations to return.

    Returns:
        The latest first.
    """
    return merge_situations(traced_situations(traces, most), receipts, most)


def traced_situations(traces: Iterable[Trace], most: int) -> Iterator[RecordedSituation]:
    """What is met in the latest traces, in their order, each as often as it is there; no more than can be needed.

    Args:
        traces: Newest first.
        most: Different situations, at most.
    """
    own: set[str] = set()
    met = (one for trace in islice(traces, most) for one in _from_trace(trace))
    for one in islice(met, REPEATED * most):
        if len(own) >= most:
            break
        own.add(one.situation.text)
        yield one


def merge_situations(
    traced: Iterable[RecordedSituation], receipts: Iterable[Receipt], most: int
) -> list[RecordedSituation]:
    """What is met in traces and in receipts, each once.

    Args:
        traced: Of traces, newest first.
        receipts: One of each call, newest first.
        most: Most situations to return.

    Returns:
        The latest first.
    """
    received = (met for receipt in receipts for met in _from_receipt(receipt))
    found: dict[str, RecordedSituation] = {}
    for source in (traced, received):
        own: set[str] = set()
        for one in islice(source, REPEATED * most):
            if len(own) >= most:
                break
            own.add(one.situation.text)
            _merge(found, one)
    return sorted(found.values(), key=lambda met: met.at, reverse=True)[:most]


def _merge(found: dict[str, RecordedSituation], one: RecordedSituation) -> None:
    known = found.setdefault(one.situation.text, one)
    receipt_id = known.receipt_id or one.receipt_id
    runs, at = known.runs | one.runs, max(known.at, one.at)
    found[one.situation.text] = replace(known, runs=runs, at=at, receipt_id=receipt_id)


def _from_trace(trace: Trace) -> Iterator[RecordedSituation]:
    run = frozenset([trace.thread_id or trace.id])
    for step, situation in turns_with_steps(trace):
        yield RecordedSituation(situation=situation, at=trace.started_at, runs=run, trace_id=trace.id, step=step)


def _from_receipt(receipt: Receipt) -> Iterator[RecordedSituation]:
    situation = Situation.from_text(receipt.situation)
    if any(user for _, user in situation.turns):
        # The same as of its trace, so that a run counts once.
        run = receipt.thread_id or receipt.trace_id or receipt.id
        yield RecordedSituation(
            situation=situation,
            at=receipt.at,
            runs=frozenset([run]),
            trace_id=receipt.trace_id,
            receipt_id=receipt.id,
        )
