"""Of a test with three or more kinds of parameters, as many runs as show every value with every value of another kind.

What fails by an interplay fails by one of two, almost always: a fault behind a door, a door in a call style. The rest
of the product is marked `slow` and runs in CI.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

KINDS = 3
"""Of fewer parameters the whole product is run."""


def choose_every_pair(runs: Sequence[Sequence[str]]) -> list[int]:
    """A few runs that have every pair of values that any of them has.

    Args:
        runs: For each run its values, one of each kind.

    Returns:
        Places in `runs`, in order.
    """
    pairs = [frozenset(combinations(enumerate(run), 2)) for run in runs]
    left = frozenset().union(*pairs)
    chosen = []
    while left:
        best = max(range(len(runs)), key=lambda place: len(pairs[place] & left))
        chosen.append(best)
        left -= pairs[best]
    return sorted(chosen)


def runs_beyond_every_pair(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The runs that show no pair of values that the others of their test do not show."""
    tests = defaultdict(list)
    for item in sorted(items, key=lambda item: item.nodeid):
        call = getattr(item, "callspec", None)
        if call and len(call._idlist) >= KINDS and not item.get_closest_marker("slow"):
            tests[item.nodeid.partition("[")[0]].append(item)
    beyond = []
    for runs in tests.values():
        chosen = {*choose_every_pair([run.callspec._idlist for run in runs])}
        beyond += [run for place, run in enumerate(runs) if place not in chosen]
    return beyond
