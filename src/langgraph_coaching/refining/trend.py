"""The trend: whether a share was higher in the later half of a window, or whether there is too little to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from langgraph_coaching.refining.difference import difference_of_shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langgraph_coaching.refining.difference import Difference

Direction: TypeAlias = Literal["rising", "falling", "steady", "too few to say"]

FEWEST = 10
"""Trials in each half below which nothing is said."""


@dataclass(frozen=True, slots=True)
class Trend:
    """What became of a share between the earlier and the later half of a window."""

    word: Direction
    earlier: float | None = None
    """The share in the earlier half, 0..1; None without trials."""
    later: float | None = None
    difference: Difference | None = None
    """The later less the earlier, with Newcombe's 95 % interval; None where there is too little."""

    def __str__(self) -> str:
        """Its word."""
        return self.word

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        found = self.difference
        return {
            "word": self.word,
            "earlier": self.earlier,
            "later": self.later,
            "difference": None if found is None else found.value,
            "interval": None if found is None else [found.low, found.high],
        }


def trend_of(counts: Sequence[tuple[int, int]], same: float) -> Trend:
    """The trend of a share: its periods in two halves, compared by the interval of the difference.

    `rising` or `falling` where the 95 % interval of the later less the earlier share (Newcombe 1998, method 10) leaves
    out 0; `steady` where all of it is within `same` of 0, as in a test of equivalence (Schuirmann 1987); otherwise, and
    below 10 trials in a half, `too few to say`: that no change was seen does not say that there was none. Of an odd
    number of periods the earlier half has one more.

    Args:
        counts: Successes and trials of each period, in order.
        same: The largest difference that is none, 0..1.
    """
    middle = (len(counts) + 1) // 2
    (right, count), (later_right, later_count) = (_sum(half) for half in (counts[:middle], counts[middle:]))
    earlier = right / count if count else None
    later = later_right / later_count if later_count else None
    if min(count, later_count) < FEWEST:
        return Trend("too few to say", earlier, later)
    found = difference_of_shares(later_right, later_count, right, count)
    if found.certain:
        return Trend("rising" if found.value > 0 else "falling", earlier, later, found)
    word: Direction = "steady" if max(-found.low, found.high) <= same else "too few to say"
    return Trend(word, earlier, later, found)


def _sum(counts: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(right for right, _ in counts), sum(count for _, count in counts)
