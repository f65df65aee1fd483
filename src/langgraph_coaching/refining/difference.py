"""The difference of two shares or two means, with the interval that says how far chance alone may be behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean, variance
from typing import TYPE_CHECKING

from langgraph_coaching.refining.wilson import QUANTILE, wilson_interval

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Difference:
    """The first less the second."""

    value: float
    low: float
    """Lower bound of the 95 % interval."""
    high: float

    @property
    def certain(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


def difference_of_shares(right: int, count: int, other_right: int, other_count: int) -> Difference:
    """The difference of two independent shares, with Newcombe's interval.

    Newcombe 1998, Statistics in Medicine 17:873-890, method 10: put together of the two Wilson intervals; it stays
    within -1 and 1, and holds for few and for extreme shares, where the textbook interval does not.

    Args:
        right: Successes of the first.
        count: Trials of the first, at least 1.
        other_right: Successes of the second.
        other_count: Trials of the second, at least 1.
    """
    share, other = right / count, other_right / other_count
    low, high = wilson_interval(right, count)
    other_low, other_high = wilson_interval(other_right, other_count)
    value = share - other
    return Difference(
        value,
        max(-1.0, value - math.hypot(share - low, other_high - other)),
        min(1.0, value + math.hypot(high - share, other - other_low)),
    )


def difference_of_means(values: Sequence[float], others: Sequence[float]) -> Difference | None:
    """The difference of two independent means, with Welch's interval; None where neither side varies.

    Welch 1947: each side has its own variance, and Satterthwaite's degrees of freedom.

    Args:
        values: Of the first, at least 2.
        others: Of the second, at least 2.
    """
    mine, theirs = variance(values) / len(values), variance(others) / len(others)
    error = mine + theirs
    if not error > 0:
        return None
    freedom = error**2 / (mine**2 / (len(values) - 1) + theirs**2 / (len(others) - 1))
    value, half = fmean(values) - fmean(others), student_quantile(freedom) * math.sqrt(error)
    return Difference(value, value - half, value + half)


def student_quantile(freedom: float) -> float:
    """The 97.5 % quantile of Student's t, by its expansion about the normal one.

    Abramowitz and Stegun 1964, 26.7.5: off by less than 0.001 from 8 degrees of freedom on.

    Args:
        freedom: Degrees of freedom, at least 1.
    """
    z, v = QUANTILE, freedom
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4)
    )
