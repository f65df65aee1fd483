"""A recorded situation that would teach a coaching something, to be answered yes or no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.model import Example
from langgraph_coaching.coaching.validation import PROSE_LIMIT, is_name, quote_text
from langgraph_coaching.recall.situation import turns_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from langgraph_coaching.traces.situations import RecordedSituation


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """A recorded situation, and what a coaching would be in it today: does it apply there, yes or no?"""

    text: str
    """What the user said."""
    turns: tuple[tuple[str, bool], ...]
    """The conversation there, the latest turn first: a text, and whether the user said it."""
    probability: float
    """0..1: how likely the coaching is right there, as far as it is known now."""
    count: int
    """Recorded runs in which this, or what is alike, was met."""
    trace_id: str | None = None
    """The trace it is from, where it was captured or imported."""
    step: int | None = None
    """Index of the user's step in that trace."""
    receipt_id: str | None = None
    """A receipt of it, where there is one."""

    def example(self, *, applies: bool) -> Example:
        """It as an example: of where a coaching also applies, or never does."""
        reference = next((name for name in (self.trace_id, self.receipt_id) if name and is_name(name)), None)
        return Example(text=self.text, turns=self.turns, applies=applies, origin="recorded", reference=reference)


def references_in(changes: Mapping[str, Any]) -> list[str | None]:
    """The traces and receipts of the recorded situations that a person has put among the examples.

    Args:
        changes: Fields as `coach.edit` takes them.
    """
    given = (changes.get(name) for name in ("examples", "never", "add_examples", "add_never"))
    listed = [one for some in given if isinstance(some, list | tuple) for one in some]
    return [one.trace_id or one.receipt_id for one in listed if isinstance(one, Similar)]


def similar_of(met: RecordedSituation, probability: float, count: int) -> Similar:
    """A situation that was met, to be asked about.

    Args:
        met: Where it was met.
        probability: Of the coaching there, 0..1.
        count: Runs in which this, or what is alike, was met.
    """
    turns = turns_of(met.situation.text)
    said = next((text for text, user in turns if user), met.situation.text)
    return Similar(
        text=quote_text(said, PROSE_LIMIT),
        turns=turns,
        probability=probability,
        count=count,
        trace_id=met.trace_id,
        step=met.step,
        receipt_id=met.receipt_id,
    )
