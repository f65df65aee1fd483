"""Which runs of a test of several kinds of parameters are in the quick suite; the rest of the product is left to CI.

A test of three kinds or more (a fault, a door, a call style), and one of a call style or a door and another kind, is
run with every value of each, and with as many pairs of values as go into these runs. Every test begins elsewhere: a
door meets both call styles many times over. Whatever is left out is run by `pytest -m product`.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

WAYS = {"run", "ask", "asked", "style", "agent", "door"}
"""Parameters that make several tests of one: a call style each, or a door."""


def choose_every_value(runs: Sequence[Sequence[str]], turn: int = 0) -> list[int]:
    """A few runs that have every value that any of them has.

    Args:
        runs: For each run its values, one of each kind.
        turn: Where it begins, so that not every test has the same pairs.

    Returns:
        Places in `runs`, in order.
    """
    order = [(place + turn) % len(runs) for place in range(len(runs))]
    left = {value for run in runs for value in enumerate(run)}
    pairs: set[tuple[tuple[int, str], ...]] = set()
    chosen = []
    while left:
        best = max(
            order,
            key=lambda place: (
                len(left.intersection(enumerate(runs[place]))),
                len({*combinations(enumerate(runs[place]), 2)} - pairs),
            ),
        )
        chosen.append(best)
        left.difference_update(enumerate(runs[best]))
        pairs.update(combinations(enumerate(runs[best]), 2))
    return sorted(chosen)


def left_to_ci(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The runs that the quick suite does without."""
    tests = defaultdict(list)
    for item in sorted(items, key=lambda item: item.nodeid):
        if hasattr(item, "callspec") and not item.get_closest_marker("slow"):
            tests[item.nodeid.partition("[")[0]].append(item)
    left = []
    for name, runs in tests.items():
        values = [run.callspec._idlist for run in runs]
        if len(values[0]) > 2 or (len(values[0]) == 2 and WAYS & runs[0].callspec.params.keys()):
            chosen = choose_every_value(values, zlib.crc32(name.encode()))
            left += [run for place, run in enumerate(runs) if place not in chosen]
    return left
