"""The search: situation vectors against the live coachings of a snapshot, one pass for one or for thousands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.scoring.probability import Fitted, probabilities

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.recall.scoring.head import Head
    from langgraph_coaching.recall.scoring.situation_vector import SituationVector
    from langgraph_coaching.recall.snapshot import Snapshot

CANDIDATES = 32
"""Coachings a choice is made from; more than any prompt takes, so that priority and duplicates can be weighed."""


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
    snapshot: Snapshot, places: Sequence[SituationVector], labels: Labels, now: datetime, count: int
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
    among = None if eligible.all() else eligible
    with one_thread():
        nearby = snapshot.traffic.around(places, background) if snapshot.traffic else [None] * len(places)
        found: list[list[Candidate]] = []
        for place, around in zip(places, nearby, strict=True):
            best, ranks = snapshot.rows.largest(place.vector, count, among=among)
            chances = probabilities(place, best, ranks, fitted, around)
            order = np.lexsort((best, -chances))
            found.append([Candidate(snapshot.heads[best[i]], float(chances[i])) for i in order])
    return found
