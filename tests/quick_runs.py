"""Which runs of a test of several kinds of parameters are in the quick suite; the rest of the product is left to CI.

A test of three kinds or more (a fault, a door, a call style) is run with every value together with every value of
another kind: what fails by an interplay fails by one of two, almost always. A test of a call style and one other kind
is run with every value of both, one test with another pairing than the next: a door meets both styles many times over.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

STYLES = {"run", "ask", "asked"}
"""Fixtures that make two tests, or three, of one: a call style each."""


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


def choose_every_value(runs: Sequence[Sequence[str]], turn: int) -> list[int]:
    """The fewest runs that have every value of two kinds.

    Args:
        runs: For each run its two values.
        turn: Where the second kind begins, so that not every test has the same pairs.

    Returns:
        Places in `runs`, in order; all of them where it is no whole product.
    """
    first, second = ([*dict.fromkeys(kind)] for kind in zip(*runs, strict=True))
    if len(first) * len(second) != len(runs):
        return [*range(len(runs))]
    wanted = {
        (first[place % len(first)], second[(place + turn) % len(second)])
        for place in range(max(len(first), len(second)))
    }
    return [place for place, run in enumerate(runs) if tuple(run) in wanted]


def left_to_ci(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The runs that the quick suite does without."""
    tests = defaultdict(list)
    for item in sorted(items, key=lambda item: item.nodeid):
        if hasattr(item, "callspec") and not item.get_closest_marker("slow"):
            tests[item.nodeid.partition("[")[0]].append(item)
    left = []
    for name, runs in tests.items():
        values = [run.callspec._idlist for run in runs]
        if len(values[0]) > 2:
            chosen = choose_every_pair(values)
        elif len(values[0]) == 2 and STYLES & runs[0].callspec.params.keys():
            chosen = choose_every_value(values, zlib.crc32(name.encode()))
        else:
            continue
        left += [run for place, run in enumerate(runs) if place not in chosen]
    return left
