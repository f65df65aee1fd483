"""Wilson's score interval of a share."""

from __future__ import annotations

import math

QUANTILE = 1.959964
"""Normal quantile of a 95 % interval."""


def wilson_interval(right: int, count: int) -> tuple[float, float]:
    """Wilson's 95 % score interval of a share.

    Args:
        right: Successes, 0 to `count`.
        count: Trials; 0 gives (0, 1).

    Returns:
        Lower and upper bound, 0..1 (Wilson 1927, without continuity correction).
    """
    if not count:
        return 0.0, 1.0
    share, z2 = right / count, QUANTILE * QUANTILE
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = QUANTILE * math.sqrt(share * (1 - share) / count + z2 / (4 * count * count)) / (1 + z2 / count)
    return max(0.0, middle - half), min(1.0, middle + half)
