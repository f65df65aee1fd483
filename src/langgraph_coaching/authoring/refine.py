"""Refining: what a verdict teaches a coaching about when to fire. The intent stays as its author wrote it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from langgraph_coaching.coaching.model import Example
from langgraph_coaching.coaching.wording import PROSE_LIMIT, quoted
from langgraph_coaching.recall.situation import Situation

if TYPE_CHECKING:
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.advice import Receipt

MOST = 100
"""Verdicts a coaching learns from, the latest; more change it little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A person's answer to "was it correctly applied?", or correctly left out."""

    receipt_id: str
    coaching_id: str
    revision: int
    """The revision that was judged."""
    applied: bool
    """Whether it was in the prompt."""
    correct: bool
    """Whether that was right."""
    probability: float
    """0..1: what the receipt said."""
    reserve: float = 0.0
    """0 or more: what the store's reserve had taken from its logit."""
    comment: str = ""
    author: str | None = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def applies(self) -> bool:
        """What it teaches: whether the coaching applies in that situation."""
        return self.applied == self.correct


def refined(coaching: Coaching, verdict: Verdict, receipt: Receipt) -> Coaching:
    """The next revision, which has learned a verdict; the same revision where it knew it already.

    Args:
        coaching: The latest revision.
        verdict: Replaces an earlier one on the same receipt.
        receipt: What was judged; its situation becomes an example.
    """
    turns = turns_of(receipt.situation)
    said = next((text for text, user in turns if user), receipt.situation)
    learned = Example(
        text=quoted(said, PROSE_LIMIT), turns=turns, applies=verdict.applies, origin="verdict", reference=receipt.id
    )
    if learned in coaching.examples:
        return coaching
    others = [example for example in coaching.examples if example.reference != receipt.id]
    told = [example for example in others if example.origin != "verdict"]
    earlier = [example for example in others if example.origin == "verdict"]
    return coaching.revised(examples=(*told, *earlier[-(MOST - 1) :], learned))


def turns_of(situation: str) -> tuple[tuple[str, bool], ...]:
    """Reads the turns of a receipt's situation, the latest first: pairs of a text and whether the user said it."""
    turns = ((quoted(text, PROSE_LIMIT), user) for text, user in Situation.read(situation).turns)
    return tuple(turn for turn in turns if turn[0])
