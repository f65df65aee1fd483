"""Search: situation vectors against the live coachings of a snapshot, one pass for one or for thousands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.coaching.stage import part_of
from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.scoring.probability import FittedHeads, probabilities

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.coaching.stage import Part
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
    part: Part = "live"
    """What it is in the call: only what is live may be in the prompt."""


def in_scope(snapshot: Snapshot, labels: Labels, now: datetime) -> NDArray[np.bool_]:
    """Which of the snapshot's heads may speak at all: scope matched, not expired; `bool[len(heads)]`."""
    eligible = np.zeros(len(snapshot.heads), dtype=np.bool_)
    for scope, indices in snapshot.scopes.items():
        if scope.covers(agent=labels.agent, node=labels.node, tags=labels.tags):
            eligible[indices] = True
    eligible &= snapshot.expires > now.timestamp()
    return eligible


def search(
    snapshot: Snapshot, situations: Sequence[SituationVector], labels: Labels, now: datetime, count: int
) -> list[list[Candidate]]:
    """The most probable coachings of each situation.

    Args:
        snapshot: Live coachings.
        situations: Their vectors.
        labels: Matched exactly against each coaching's scope.
        now: For expiry.
        count: How many candidates a situation gets at most.

    Returns:
        For each situation its candidates, most probable first; ties in order of id. Behind them as many of what is in
        shadow or a canary, which are searched by themselves: they take no place from what is active.
    """
    found = _search_heads(snapshot, situations, labels, now, count)
    if snapshot.staged is None:
        return found
    staged = _search_heads(snapshot.staged, situations, labels, now, count)
    parts = {head.coaching.id: part_of(head.coaching, labels.thread_id) for head in snapshot.staged.heads}
    return [
        [*active, *(replace(one, part=parts[one.head.coaching.id]) for one in others)]
        for active, others in zip(found, staged, strict=True)
    ]


def _search_heads(
    snapshot: Snapshot, situations: Sequence[SituationVector], labels: Labels, now: datetime, count: int
) -> list[list[Candidate]]:
    eligible = None if snapshot.is_open else in_scope(snapshot, labels, now)
    background = snapshot.background
    if background is None or not snapshot.heads or not (eligible is None or eligible.any()):
        return [[] for _ in situations]
    fitted = FittedHeads(snapshot.heads, snapshot.fits, background, snapshot.reserve)
    among = None if eligible is None or eligible.all() else eligible
    with one_thread():
        nearby = (
            snapshot.traffic.neighbours_of(situations, background) if snapshot.traffic else [None] * len(situations)
        )
        found: list[list[Candidate]] = []
        for situation, neighbours in zip(situations, nearby, strict=True):
            best, ranks = snapshot.rows.largest(situation.vector, count, among=among)
            chances = probabilities(situation, best, ranks, fitted, neighbours)
            order = np.lexsort((best, -chances))
            found.append([Candidate(snapshot.heads[best[i]], float(chances[i])) for i in order])
    return found
