"""Choices that are decided: where one coaching more, though likely enough, changes nothing of what applies today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.recall.many_choices import CLOSE
from langgraph_coaching.recall.many_searches import CLOSE_RANK
from langgraph_coaching.recall.search import CANDIDATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.authoring.choices_today import Today
    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.recall.scoring.head import Head
    from langgraph_coaching.recall.scoring.one_coaching import Chances


def stays_as_today(
    today: Today, own: Chances, heads: Sequence[Head], priority: int, limits: Limits
) -> NDArray[np.bool_]:
    """Where a coaching has no place for sure, and what it crowds out of the candidates has none today.

    It has none where it is too far behind the best, or behind all of those that fill the prompt.

    Args:
        today: What applies today; a first stage lets through as many as without the coaching.
        own: How likely the coaching is in the same situations.
        heads: The coachings of today.
        priority: Of the coaching.
        limits: Of a call.

    Returns:
        `bool[n]`: of the situations.
    """
    ranked, width = today.ranked.candidates(), today.ranked.indices.shape[1]
    if not width:
        return np.zeros(len(own.values), dtype=np.bool_)
    chances, mine = ranked.chances, own.values[:, np.newaxis]
    priorities = np.array([head.coaching.priority for head in heads])[ranked.indices]
    chosen = _chosen_of(today, heads, ranked.indices)
    best = chances.max(axis=1, keepdims=True)
    leads = chances >= best - CLOSE
    too_far = (mine < best - limits.margin - CLOSE) & (priority <= priorities).all(axis=1, where=leads, keepdims=True)
    before = (priorities > priority) | ((priorities == priority) & (chances > mine + CLOSE))
    full = chosen.sum(axis=1, keepdims=True) == limits.items
    no_room = full & before.all(axis=1, where=chosen, keepdims=True) & (mine < best - CLOSE)
    stays: NDArray[np.bool_] = (too_far | no_room)[:, 0] & ~own.unsure & ~today.ranked.unsure
    if width >= CANDIDATES:  # the last of the candidates may have to go
        ranks = today.ranked.ranks
        last = np.partition(ranks, width - CANDIDATES, axis=1)[:, width - CANDIDATES, np.newaxis]
        stays &= ~((np.abs(ranks - last) < CLOSE_RANK) & (chosen | leads)).any(axis=1)
    return stays


def _chosen_of(today: Today, heads: Sequence[Head], indices: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which of the candidates are in the prompt."""
    places = {head.coaching.id: index for index, head in enumerate(heads)}
    most = max(map(len, today.chosen), default=0)
    chosen = np.full((len(indices), most), -2)
    for row, ids in enumerate(today.chosen):
        chosen[row, : len(ids)] = [places[one] for one in ids]
    found: NDArray[np.bool_] = (indices[:, :, np.newaxis] == chosen[:, np.newaxis]).any(axis=2)
    return found
