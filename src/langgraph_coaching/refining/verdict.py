"""A verdict: a person's answer to "was it correctly applied?"."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime


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
    supposed: bool = False
    """Whether it would have been in the prompt, were it not in shadow or held back: then that is what was judged."""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def applies(self) -> bool:
        """What it teaches: whether the coaching applies in that situation."""
        return (self.applied or self.supposed) == self.correct
