"""Calls of an impact: the recorded ones by where they came from and where their situation is, so that each is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.authoring.known_places import Known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.authoring.call_index import IndexedCall
    from langgraph_coaching.coaching.model import Labels


@dataclass(frozen=True, slots=True)
class CallGroup:
    """Calls from one origin, situation by situation."""

    labels: Labels
    rows: NDArray[np.intp]
    """Of each of their situations, in ascending order."""
    starts: NDArray[np.intp]
    """`intp[len(rows) + 1]`: where the calls of each begin in `calls`."""
    calls: NDArray[np.intp]
    """Indices of the calls, situation by situation, ascending in each."""

    def calls_at(self, place: int) -> NDArray[np.intp]:
        """Indices of the calls in a situation, by its place in `rows`."""
        return self.calls[self.starts[place] : self.starts[place + 1]]


@dataclass(frozen=True, slots=True)
class GroupedCalls:
    """Recorded calls whose situation is known, by their origin; and how many there are of the others."""

    groups: tuple[CallGroup, ...]
    not_looked_at: int
    distinct: Known | None = None
    """The situations that `CallGroup.rows` has rows of: of all that are at one place the first."""


def group_calls(calls: Sequence[IndexedCall], known: Known | None) -> GroupedCalls:
    """Groups recorded calls.

    Args:
        calls: Recorded calls.
        known: Their situations.
    """
    if known is None:
        return GroupedCalls((), len(calls))
    unknown = -1
    distinct, place = _distinct(known)
    found = (known.row(call.key) for call in calls)
    rows = np.array([unknown if row is None else row for row in found], dtype=np.intp)
    origins: dict[Labels, int] = {}
    origin = np.array([origins.setdefault(call.labels, len(origins)) for call in calls], dtype=np.intp)
    there = rows != unknown
    rows[there] = place[rows[there]]
    groups = (_group(labels, np.flatnonzero(there & (origin == number)), rows) for labels, number in origins.items())
    return GroupedCalls(tuple(one for one in groups if len(one.rows)), int((~there).sum()), distinct)


def _distinct(known: Known) -> tuple[Known, NDArray[np.intp]]:
    """The places of situations, each once, in the order in which they have become known; and which each is at.

    What is said again in other words may be embedded alike: an order's number is of one person, and left out.
    """
    places = known.places
    numbers = np.column_stack([places.crowding, places.mixed, places.latest, places.unwanted])
    seen: dict[tuple[bytes, bytes], int] = {}
    pairs = zip(places.vectors, numbers, strict=True)
    place = np.array([seen.setdefault((v.tobytes(), n.tobytes()), len(seen)) for v, n in pairs], dtype=np.intp)
    if len(seen) == len(places):
        return known, place
    return Known({}, places.take(np.unique(place, return_index=True)[1]), known.generation), place


def _group(labels: Labels, indices: NDArray[np.intp], rows: NDArray[np.intp]) -> CallGroup:
    order = indices[np.argsort(rows[indices], kind="stable")]
    distinct, starts = np.unique(rows[order], return_index=True)
    return CallGroup(labels, distinct, np.append(starts, len(order)), order)


class LatestGroups:
    """Groups the same calls once."""

    def __init__(self) -> None:
        self._of: tuple[Sequence[IndexedCall], int, int] | None = None
        self._held = GroupedCalls((), 0)

    def group(self, calls: Sequence[IndexedCall], known: Known | None) -> GroupedCalls:
        """The groups of calls, those of the last time where nothing has become known since."""
        generation, count = (-1, 0) if known is None else (known.generation, len(known.places))
        of = self._of
        if of is None or of[0] is not calls or of[1:] != (generation, count):
            self._held, self._of = group_calls(calls, known), (calls, generation, count)
        return self._held
