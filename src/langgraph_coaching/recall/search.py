"""The search: situation vectors against the live coachings of a snapshot, one pass for one or for thousands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from langgraph_coaching.recall.calibrate import probabilities

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from langgraph_coaching.recall.snapshot import Head, Snapshot

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
    snapshot: Snapshot, situations: NDArray[np.float32], labels: Labels, now: datetime, count: int
) -> list[list[Candidate]]:
    """The most probable coachings of each situation.

    Args:
        snapshot: Live coachings.
        situations: Unit vectors, `float32[n, dimension]`.
        labels: Matched exactly against each coaching's scope.
        now: For expiry.
        count: How many candidates a situation gets at most.

    Returns:
        For each situation its candidates, most probable first; ties in order of id.
    """
    eligible = in_scope(snapshot, labels, now)
    if not eligible.any():
        return [[] for _ in situations]
    found: list[list[Candidate]] = []
    for start in range(0, len(situations), _ROWS):
        with _one_thread():
            similarity = situations[start : start + _ROWS] @ snapshot.matrix.T
        if not eligible.all():
            similarity[:, ~eligible] = -np.inf
        for row in similarity:
            best = [index for index in _largest(row, count) if eligible[index]]
            chances = probabilities(row[best])
            found.append([Candidate(snapshot.heads[i], float(p)) for i, p in zip(best, chances, strict=True)])
    return found


def _largest(row: NDArray[np.float32], count: int) -> Sequence[int]:
    kept = np.argpartition(-row, count)[:count] if row.size > count else np.arange(row.size)
    order = kept[np.lexsort((kept, -row[kept]))]
    return order.tolist()  # type: ignore[no-any-return]


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _one_thread() -> Any:
    # With BLAS's own threads, products from several calling threads slow each other down more than tenfold.
    return _controller().limit(limits=1, user_api="blas")
