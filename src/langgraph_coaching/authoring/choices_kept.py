"""Choices kept over a save: where another set of coachings leaves the likeliest of a situation as they were.

How likely a coaching is somewhere depends on no other one. So what applies in a situation stays as it is where what has
gone was not among its candidates, and what has come is not among them either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from langgraph_coaching.recall.many_searches import CLOSE_RANK, KEPT, NUMBERS
from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.scoring.first_stage import SHORTLIST, TIMES
from langgraph_coaching.recall.search import CANDIDATES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from langgraph_coaching.recall.many_searches import Ranked
    from langgraph_coaching.recall.snapshot import Snapshot

MOST_CHANGES = 16
"""Coachings that have gone and come between two snapshots; with more, all is looked up anew."""

_SIZE = max(SHORTLIST, TIMES * CANDIDATES)
"""Coachings that the first stage of a search leaves."""


class Changes(NamedTuple):
    """What may speak in one snapshot and not in another."""

    before: Snapshot
    after: Snapshot
    gone: NDArray[np.intp]
    """Indices in the first."""
    come: NDArray[np.intp]
    """Indices in the second."""
    shared: NDArray[np.intp]
    """Indices in the second of what may speak in both."""
    moved: NDArray[np.int32]
    """`int32[len(before.heads)]`: the index in the second of each of the first; -1 of what is not in it."""


def find_changes(
    before: Snapshot, after: Snapshot, was_eligible: NDArray[np.bool_], is_eligible: NDArray[np.bool_]
) -> Changes | None:
    """What has gone and come; None where that is too much, or where all of it is searched otherwise.

    Args:
        before: Coachings.
        after: Coachings of the same store, which are held against the same traffic.
        was_eligible: Which of the first may speak.
        is_eligible: Which of the second may.
    """
    staged = [one.rows.axes is not None for one in (before, after)]
    if before.background is not after.background or staged[0] is not staged[1]:
        return None
    places = {id(head): index for index, head in enumerate(after.heads)}
    moved = np.array([places.get(id(head), -1) for head in before.heads], dtype=np.int32)
    stays = was_eligible & (moved >= 0)
    stays[stays] = is_eligible[moved[stays]]
    shared = moved[stays].astype(np.intp)
    has_come = is_eligible.copy()
    has_come[shared] = False
    gone, come = np.flatnonzero(was_eligible & ~stays), np.flatnonzero(has_come)
    as_wide = min(KEPT, int(was_eligible.sum())) == min(KEPT, int(is_eligible.sum()))
    if not as_wide or len(gone) + len(come) > min(MOST_CHANGES, _SIZE // 2):
        return None
    if not np.array_equal(before.fits.rows[stays], after.fits.rows[shared]):
        return None
    return Changes(before, after, gone, come, shared, moved)


def rows_that_stay(changes: Changes, ranked: Ranked, vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
    """In which situations the likeliest coachings are the same as before, `bool[n]`; not where rounding may tell.

    Args:
        changes: What has gone and come.
        ranked: The likeliest before.
        vectors: Of the situations, `float32[n, dimension]`.
    """
    size = max(NUMBERS // max(len(changes.after.heads), 1), 1)
    parts = [np.zeros(0, dtype=np.bool_)]
    for start in range(0, len(vectors), size):
        block = slice(start, start + size)
        parts.append(_stay(changes, ranked.indices[block], ranked.ranks[block], ranked.unsure[block], vectors[block]))
    return np.concatenate(parts)


def _stay(
    changes: Changes,
    indices: NDArray[np.int32],
    ranks: NDArray[np.float32],
    unsure: NDArray[np.bool_],
    vectors: NDArray[np.float32],
) -> NDArray[np.bool_]:
    rows, come = changes.after.rows, changes.come
    had: NDArray[np.bool_] = np.isin(indices, changes.gone)
    stay: NDArray[np.bool_] = np.logical_not(had.any(axis=1))
    with one_thread():
        theirs = vectors @ rows.full[come].T + rows.offsets[come]
    behind: NDArray[np.bool_] = theirs < ranks.min(axis=1, initial=np.inf)[:, np.newaxis] - CLOSE_RANK
    stay = stay & behind.all(axis=1)
    if rows.axes is not None and len(changes.shared) + max(len(changes.gone), len(come)) > _SIZE:
        stay &= _shortlist_stays(changes, indices, unsure, vectors)
    return stay


def _shortlist_stays(
    changes: Changes, indices: NDArray[np.int32], unsure: NDArray[np.bool_], vectors: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Where the first stage of a search lets the likeliest of before through, and nothing that it did not then.

    What is shared is cut off further up by as many as have come, further down by as many as have gone.
    """
    before, after = changes.before.rows, changes.after.rows
    if after.axes is None or after.short is None or before.short is None:
        raise AssertionError  # it was asked for a first stage
    with one_thread():
        short = vectors @ after.axes
        rough = short @ after.short + after.offsets
        of_gone = short @ before.short[:, changes.gone] + before.offsets[changes.gone]
    of_come = rough[:, changes.come].copy()
    among = np.full(rough.shape, -np.inf, dtype=rough.dtype)
    among[:, changes.shared] = rough[:, changes.shared]
    most = max(len(changes.gone), len(changes.come))
    sorted_there = np.partition(among, (-_SIZE, most - _SIZE), axis=1)
    low, high = sorted_there[:, -_SIZE, np.newaxis], sorted_there[:, most - _SIZE, np.newaxis]
    counts, sure = [], np.ones(len(vectors), dtype=np.bool_)
    for own in (of_gone, of_come):
        inside, outside = own >= high + CLOSE_RANK, own < low - CLOSE_RANK
        counts.append(inside.sum(axis=1))
        sure &= (inside | outside).all(axis=1)
    places = changes.moved[indices]
    known = (indices >= 0) & (places >= 0)
    kept = np.where(known, np.take_along_axis(rough, np.where(known, places, 0), axis=1), np.inf).min(axis=1)
    let_through = (kept >= high[:, 0] + CLOSE_RANK) & ~unsure
    stays: NDArray[np.bool_] = sure & ((counts[0] == counts[1]) | ((counts[0] < counts[1]) & let_through))
    return stays
