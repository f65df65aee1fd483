"""Answered turn: what a user said, and the model calls that answered it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

from langgraph_coaching.coaching.model import Labels
from langgraph_coaching.recall.situation import Situation
from langgraph_coaching.traces.recorded_calls import calls_of
from langgraph_coaching.traces.situations import turns_with_steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.traces.model import Trace

ANY = Labels()
"""What is known of where a call came from that says nothing of it."""


@dataclass(frozen=True, slots=True)
class AnsweredTurn:
    """What a user said, and each call in answer to it for which coaching was looked up, or may be."""

    situation: Situation
    trace_id: str | None
    calls: tuple[tuple[int | None, Labels], ...]
    """The first step that each call made, and where it came from; the user's own step where no answer is recorded."""
    receipt_id: str | None = None
    """Of a turn that no trace holds, a receipt."""


def answered_turns(trace: Trace) -> Iterator[AnsweredTurn]:
    """The turns of a run that were answered in it, and a last one that was not.

    Args:
        trace: Any trace, captured or imported.
    """
    said = [*turns_with_steps(trace)]
    calls = [(call.step.index, call.labels(ANY)) for call in calls_of(trace) if call.coached and not call.step.aside]
    calls.sort(key=itemgetter(0))
    places = [place for place, _ in calls]
    for number, (user_step, situation) in enumerate(said):
        last = number == len(said) - 1
        end = len(trace.steps) if last else said[number + 1][0]
        first, behind = bisect_right(places, user_step), bisect_left(places, end)
        mine = tuple(calls[first:behind])
        answered = mine or any(step.author in ("agent", "canned") for step in trace.steps[user_step:end])
        if mine or (last and not answered and not trace.steps[user_step].history):
            yield AnsweredTurn(situation, trace.id, mine or ((user_step, ANY),))


def received_turns(receipts: Iterable[Receipt], traced: set[str]) -> Iterator[AnsweredTurn]:
    """The turns that only receipts tell of.

    Args:
        receipts: One of each call.
        traced: The traces that are recorded.
    """
    for receipt in receipts:
        situation = Situation.from_text(receipt.situation)
        if receipt.trace_id not in traced and any(user for _, user in situation.turns):
            labels = Labels(agent=receipt.agent, node=receipt.node, tags=frozenset(receipt.tags))
            yield AnsweredTurn(situation, receipt.trace_id, ((receipt.step, labels),), receipt.id)
