"""Many searches: the candidates of `search` in many situations at once, coaching by coaching."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.scoring.one_coaching import chances_of
from langgraph_coaching.recall.scoring.probability import FittedHeads
from langgraph_coaching.recall.search import CANDIDATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.first_stage import Rows
    from langgraph_coaching.recall.scoring.places import Places, Surroundings
    from langgraph_coaching.recall.snapshot import Snapshot

KEPT = CANDIDATES + 1
"""Coachings of each situation that are known: one more than are chosen from, for when one of them goes."""

CLOSE_RANK = 1e-4
"""Difference of two ranks below which rounding may tell which is larger."""

NUMBERS = 2_000_000
"""Products that are held at once."""


class Ranked(NamedTuple):
    """The likeliest coachings of many situations, in no order; `[n, width]`, where there are fewer the index is -1."""

    indices: NDArray[np.int32]
    """Of the coachings."""
    ranks: NDArray[np.float32]
    """-infinity where there is none."""
    chances: NDArray[np.float64]
    """0..1; -1 where there is none."""
    unsure: NDArray[np.bool_]
    """`bool[n]`: where rounding may decide, so that a search has to tell."""

    def candidates(self) -> Ranked:
        """Without those that a search would not look at, since more are nearer."""
        if self.indices.shape[1] <= CANDIDATES:
            return self
        sorted_ranks = -np.sort(-self.ranks, axis=1)
        last, next_one = sorted_ranks[:, CANDIDATES - 1 : CANDIDATES], sorted_ranks[:, CANDIDATES : CANDIDATES + 1]
        out = self.ranks < last
        close = (last - next_one < CLOSE_RANK)[:, 0] & np.isfinite(next_one)[:, 0]
        return Ranked(
            np.where(out, -1, self.indices), self.ranks, np.where(out, -1.0, self.chances), self.unsure | close
        )


def rank_many(
    snapshot: Snapshot, places: Places, surroundings: Surroundings | None, eligible: NDArray[np.bool_]
) -> Ranked:
    """The likeliest coachings of each situation.

    Args:
        snapshot: Live coachings, with a background.
        places: The situations.
        surroundings: Of the same situations, where the store has traffic.
        eligible: Which coachings may speak at all, `bool[len(heads)]`.
    """
    width = min(KEPT, int(eligible.sum()))
    if width == 0 or snapshot.background is None:
        return _nothing(len(places))
    blocks = [_nearest(snapshot.rows, one, eligible, width) for one in _blocks(places, len(snapshot.heads))]
    indices = np.concatenate([np.zeros((0, width), dtype=np.int32), *(one[0] for one in blocks)])
    unsure = np.concatenate([np.zeros(0, dtype=np.bool_), *(one[1] for one in blocks)])
    ranks, chances = np.full(indices.shape, -np.inf, dtype=np.float32), np.full(indices.shape, -1.0)
    fitted = FittedHeads(snapshot.heads, snapshot.fits, snapshot.background, snapshot.reserve)
    with one_thread():
        for index, rows, columns in _by_coaching(indices):
            where: NDArray[np.intp] | slice = rows if len(rows) < len(places) else slice(None)
            found = chances_of(places.take(where), fitted, index, surroundings and surroundings.take(where))
            ranks[rows, columns], chances[rows, columns] = found.ranks, found.values
            unsure[rows] |= found.unsure
    return Ranked(indices, ranks, chances, unsure)


def is_considered(snapshot: Snapshot, index: int, vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where a search of all coachings has one of them among its candidates, `bool[len(vectors)]`.

    Args:
        snapshot: Coachings.
        index: Which of them.
        vectors: Of the situations, `float32[n, dimension]`.
    """
    rows = snapshot.rows
    if len(snapshot.heads) <= CANDIDATES:
        return np.ones(len(vectors), dtype=np.bool_)
    size, parts = max(NUMBERS // len(snapshot.heads), 1), [np.zeros(0, dtype=np.bool_)]
    for start in range(0, len(vectors), size):
        block = vectors[start : start + size]
        with one_thread():
            ranks = block @ rows.full.T + rows.offsets
        more = ranks - ranks[:, [index]]
        inside, close = rows.shortlist_many(block, CANDIDATES, CLOSE_RANK) or (True, False)
        before = ((more > CLOSE_RANK) & inside & ~np.asarray(close)).sum(axis=1)
        before_perhaps = ((more > -CLOSE_RANK) & (inside | np.asarray(close))).sum(axis=1) - 1
        mine = [np.broadcast_to(one, ranks.shape)[:, index] for one in (inside, close)]
        found, unsure = (
            mine[0] & (before < CANDIDATES),
            mine[1] | ((before < CANDIDATES) & (before_perhaps >= CANDIDATES)),
        )
        for row in np.flatnonzero(unsure).tolist():
            found[row] = index in rows.largest(block[row], CANDIDATES)[0]
        parts.append(found)
    return np.concatenate(parts)


def _nothing(count: int) -> Ranked:
    none = np.zeros((count, 0))
    return Ranked(none.astype(np.int32), none.astype(np.float32), none, np.zeros(count, dtype=np.bool_))


def _blocks(places: Places, coachings: int) -> Iterator[NDArray[np.float32]]:
    size = max(NUMBERS // max(coachings, 1), 1)
    for start in range(0, len(places), size):
        yield places.vectors[start : start + size]


def _nearest(
    rows: Rows, vectors: NDArray[np.float32], eligible: NDArray[np.bool_], width: int
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Indices of the coachings of the largest ranks, and where the first stage of a search may miss one of them."""
    sure = np.zeros(len(vectors), dtype=np.bool_)
    if width == eligible.sum() <= CANDIDATES:
        return np.repeat(np.flatnonzero(eligible).astype(np.int32)[np.newaxis], len(vectors), axis=0), sure
    with one_thread():
        ranks = vectors @ rows.full.T + rows.offsets
    ranks[:, ~eligible] = -np.inf
    shortlist = rows.shortlist_many(vectors, CANDIDATES, CLOSE_RANK, eligible)
    border = np.full(len(vectors), -np.inf, dtype=np.float32)
    if shortlist is not None:
        inside, close = shortlist
        border = np.where(close, ranks, -np.inf).max(axis=1)
        ranks[~inside] = -np.inf
    best = np.argpartition(ranks, -width, axis=1)[:, -width:].astype(np.int32)
    found = np.take_along_axis(ranks, best, axis=1)
    return np.where(np.isfinite(found), best, -1), border > found.min(axis=1) - CLOSE_RANK


def _by_coaching(indices: NDArray[np.int32]) -> Iterator[tuple[int, NDArray[np.intp], NDArray[np.intp]]]:
    """Each coaching, with the rows and columns in which it stands."""
    flat = indices.ravel()
    order = np.argsort(flat, kind="stable")
    starts = np.flatnonzero(np.diff(flat[order], prepend=-2))
    for places in np.split(order, starts[1:]) if len(order) else ():
        rows, columns = np.divmod(places, indices.shape[1])
        if flat[places[0]] >= 0:
            yield int(flat[places[0]]), rows, columns
