"""Many choices: which coachings `select` would put into the prompt in many situations at once."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from langgraph_coaching.recall.search import Candidate
from langgraph_coaching.recall.select import choose_fitting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.recall.many_searches import Ranked
    from langgraph_coaching.recall.scoring.head import Head

CLOSE = 2e-5
"""Difference of two probabilities below which rounding may tell which is larger: ten times what has been seen."""


class Choices(NamedTuple):
    """What is chosen in many situations."""

    chosen: list[tuple[int, ...]]
    """Indices of the coachings in the prompt, in its order."""
    unsure: NDArray[np.bool_]
    """`bool[n]`: where rounding may decide, so that a search and a choice have to tell."""


def choose_many(heads: Sequence[Head], ranked: Ranked, limits: Limits) -> Choices:
    """Chooses in each situation, by the rules of `select` without a judge.

    Args:
        heads: The coachings, which `ranked` has indices of.
        ranked: The candidates.
        limits: Floor, margin, item limit and token budget.
    """
    indices, chances, unsure = ranked.indices, ranked.chances, ranked.unsure.copy()
    if not indices.shape[1]:
        return Choices([()] * len(indices), unsure)
    priorities = np.array([head.coaching.priority for head in heads])[indices]
    best = chances.max(axis=1, keepdims=True)
    leading = chances >= best - CLOSE  # where there are several, rounding tells which of them is the best
    highest = np.where(leading, priorities, np.iinfo(np.int64).min).max(axis=1, keepdims=True)
    lowest = np.where(leading, priorities, np.iinfo(np.int64).max).min(axis=1, keepdims=True)
    margin = best - limits.margin
    likely = (chances >= limits.floor) & (indices >= 0) & ~((priorities <= highest) & (chances < margin))
    unsure |= (indices >= 0).any(axis=1) & (np.abs(chances - limits.floor) < CLOSE).any(axis=1)
    near_margin = (np.abs(chances - margin) < CLOSE) & (chances >= limits.floor)
    unsure |= ((lowest != highest) & (best >= limits.floor))[:, 0] | near_margin.any(axis=1)
    rows, columns = np.nonzero(likely)
    kept, chance, priority = indices[rows, columns], chances[rows, columns], priorities[rows, columns]
    live = np.array([head.coaching.status == "active" for head in heads])
    unsure[rows[~live[kept]]] = True  # what is in no prompt, or not in every one, is for a choice to tell
    made, names = _tie_breakers(heads)
    order = np.lexsort((names[kept], made[kept], -chance, -priority, rows))
    rows, kept, chance, priority = rows[order], kept[order], chance[order], priority[order]
    chosen, looked_at = _fitting(heads, rows, kept, len(indices), limits)
    close = (rows[1:] == rows[:-1]) & (priority[1:] == priority[:-1]) & (np.abs(np.diff(chance)) < CLOSE)
    place = np.arange(len(rows)) - np.searchsorted(rows, rows)  # behind those that fill the prompt no order matters
    unsure[rows[1:][close & (place < looked_at[rows])[:-1]]] = True
    return Choices(chosen, unsure)


def _tie_breakers(heads: Sequence[Head]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """What precedence goes by at last: the newer, then the id."""
    made = np.array([-head.coaching.created_at.timestamp() for head in heads])
    order = sorted(range(len(heads)), key=lambda index: heads[index].coaching.id)
    return made, np.argsort(order)


def _fitting(
    heads: Sequence[Head], rows: NDArray[np.intp], kept: NDArray[np.int32], count: int, limits: Limits
) -> tuple[list[tuple[int, ...]], NDArray[np.intp]]:
    """Of the likely ones of each situation those for which there is room; and how many of them were looked at."""
    ends = np.searchsorted(rows, np.arange(count + 1))
    flat, bounds = kept.tolist(), ends.tolist()
    made = {index: Candidate(heads[index], 0.0) for index in set(flat)}
    places = {id(one): index for index, one in made.items()}
    found = []
    for start, end in pairwise(bounds):
        fitting, looked_at = choose_fitting(map(made.__getitem__, flat[start:end]), limits)
        found.append((tuple(places[id(one)] for one in fitting), looked_at))
    return [chosen for chosen, _ in found], np.array([count for _, count in found], dtype=np.intp)
