"""The search: situation vectors against the live coachings of a snapshot, one pass for one or for thousands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.recall.blas import one_thread
from langgraph_coaching.recall.calibrate import Fitted, probabilities

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from langgraph_coaching.recall.calibrate import Place
    from langgraph_coaching.recall.head import Head
    from langgraph_coaching.recall.snapshot import Snapshot

CANDIDATES = 32
"""Coachings a choice is made from; more than any prompt takes, so that priority and duplicates can be weighed."""

_ROWS = 256
"""Situations multiplied at once: at 10,000 coachings a block of 10 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Where a call comes from; a coaching's scope is matched against it exactly, before any ranking."""

    agent: str | None = None
    node: str | None = None
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One coaching and how likely it is right here."""

    head: Head
    probability: float
    """0..1."""


def in_scope(snapshot: Snapshot, labels: Labels, now: datetime) -> NDArray[np.bool_]:
    """Which of the snapshot's heads may speak at all: scope matched, not expired; `bool[len(heads)]`."""
    eligible = np.zeros(len(snapshot.heads), dtype=np.bool_)
    for scope, indices in snapshot.scopes.items():
        if scope.covers(agent=labels.agent, node=labels.node, tags=labels.tags):
            eligible[indices] = True
    eligible &= snapshot.expires > now.timestamp()
    return eligible


def search(
    snapshot: Snapshot, places: Sequence[Place], labels: Labels, now: datetime, count: int
) -> list[list[Candidate]]:
    """The most probable coachings of each situation.

    Args:
        snapshot: Live coachings.
        places: Where the situations are.
        labels: Matched exactly against each coaching's scope.
        now: For expiry.
        count: How many candidates a situation gets at most.

    Returns:
        For each situation its candidates, most probable first; ties in order of id.
    """
    eligible = in_scope(snapshot, labels, now)
    background = snapshot.background
    if background is None or not eligible.any():
        return [[] for _ in places]
    fitted = Fitted(snapshot.heads, snapshot.fits, background, snapshot.reserve)
    found: list[list[Candidate]] = []
    for start in range(0, len(places), _ROWS):
        block = places[start : start + _ROWS]
        with one_thread():
            ranks = np.stack([place.vector for place in block]) @ snapshot.fits.rows.T
        ranks += snapshot.fits.offsets
        if not eligible.all():
            ranks[:, ~eligible] = -np.inf
        nearby = snapshot.traffic.around(block, background) if snapshot.traffic else [None] * len(block)
        for place, row, around in zip(block, ranks, nearby, strict=True):
            best = _largest(row, count)
            best = best[eligible[best]]
            chances = probabilities(place, best, row[best], fitted, around)
            order = np.lexsort((best, -chances))
            found.append([Candidate(snapshot.heads[best[i]], float(chances[i])) for i in order])
    return found


def _largest(row: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    return np.argpartition(-row, count)[:count] if row.size > count else np.arange(row.size)
