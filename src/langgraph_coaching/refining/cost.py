"""What coaching costs: the tokens that it adds to prompts, and the time that finding it takes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.recall.prompt import block, count_tokens, entry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.refining.receipt_counts import PeriodCounts

FENCE_TOKENS = count_tokens("\n\n" + block([""]))
"""What the block of a prompt takes besides the coachings in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeCost:
    """How long recall took, of the calls that it is known of: those with a receipt, of this version or later."""

    calls: int
    median_ms: float
    p95_ms: float
    """Of twenty calls one took longer."""
    most_ms: float

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self)


def time_cost(counted: Iterable[PeriodCounts]) -> TimeCost | None:
    """The time of the calls of some periods; None where none is known."""
    took = np.concatenate([np.empty(0, np.float32), *(one.took for one in counted)])
    if not took.size:
        return None
    median, p95 = (float(value) for value in np.percentile(took, (50, 95)))
    return TimeCost(calls=int(took.size), median_ms=median, p95_ms=p95, most_ms=float(took.max()))


def applied_revisions(counted: Iterable[PeriodCounts]) -> set[tuple[str, int]]:
    """The coachings and revisions that were in a prompt."""
    counts = (count for one in counted for own in one.counts.values() for count in own if count.outcome == "applied")
    return {(one.coaching_id, one.revision) for one in counts if one.coaching_id and one.revision is not None}


def tokens_of(coaching: Coaching) -> int:
    """What a coaching takes in a prompt, as `count_tokens` estimates."""
    return count_tokens(entry(coaching) + "\n")


def check_price(price: float | None) -> None:
    """Refuses a price that is none.

    Raises:
        InvalidCoachingError: It is below 0, or no number.
    """
    number = isinstance(price, int | float) and not isinstance(price, bool)
    if price is not None and not (number and 0 <= price < float("inf")):
        raise InvalidCoachingError(f"price_per_million_tokens is a number from 0 on, not {price!r}")
