"""Limits of one call: how much coaching it may carry, and how long finding it may take."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.recall.scoring.weights import FLOOR

LONGEST = 86_400.0
"""Seconds of the longest deadline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one call of `advise`.

    Raises:
        InvalidCoachingError: A bound makes no sense.
    """

    items: int = 3
    """Most coachings in one prompt. Each irrelevant one beside the right one costs following, so few is better."""
    tokens: int = 600
    """Most tokens of the prompt block, counted as `prompt.count_tokens` does (about four characters each)."""
    deadline: float = 2.0
    """Seconds after which a call goes on without coaching."""
    floor: float = FLOOR
    """0..1: below this probability nothing applies; higher is more silent. Why 0.2: `scoring/weights.py`."""
    margin: float = 0.2
    """0..1: how much less probable than the best one another may be and still apply beside it."""
    considered: int = 10
    """Most receipts one call leaves behind, the applied ones included; besides, as many of what would have been
    applied, were it not in shadow or held back."""

    def __post_init__(self) -> None:
        """Checks the bounds."""
        for name in ("items", "tokens", "considered"):
            _refuse_other(name, getattr(self, name), Integral, "a whole number")
        for name in ("deadline", "floor", "margin"):
            _refuse_other(name, getattr(self, name), Real, "a number")
        if not 0.0 <= self.floor <= 1.0:
            raise InvalidCoachingError(f"floor is a probability from 0 to 1, not {self.floor}")
        if not 0.0 <= self.margin <= 1.0:
            raise InvalidCoachingError(f"margin is a difference of probabilities from 0 to 1, not {self.margin}")
        for name in ("items", "tokens", "considered"):
            if getattr(self, name) < 1:
                raise InvalidCoachingError(f"{name} must be at least 1, not {getattr(self, name)}")
        if not 0 < self.deadline <= LONGEST:
            raise InvalidCoachingError(f"deadline is a number of seconds above 0, at most a day, not {self.deadline}")


def _refuse_other(name: str, value: Any, kind: type, words: str) -> None:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise InvalidCoachingError(f"{name} is {words}, not {value!r}")
