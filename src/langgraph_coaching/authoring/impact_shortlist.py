"""Shortlist of an impact: whether a search would read in full a coaching that is supposed beside those of today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.recall.many_searches import CLOSE_RANK, Ranked
from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.scoring.first_stage import SHORTLIST, TIMES
from langgraph_coaching.recall.search import CANDIDATES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from langgraph_coaching.authoring.impact_choices import Comparison

_SIZE = max(SHORTLIST, TIMES * CANDIDATES)
"""Coachings that the first stage of a search leaves."""


def leave_out_of_shortlist(
    ranked: Ranked, vectors: NDArray[np.float32], comparison: Comparison, eligible: NDArray[np.bool_]
) -> Ranked:
    """The ranking of today with one coaching more, as a search with a first stage would have it.

    One more on the shortlist takes the last one's place there. Where that one is among the likeliest, or where
    rounding tells who is last, a search has to tell.

    Args:
        ranked: The likeliest of today, and in the last column the coaching that is supposed.
        vectors: Of the situations.
        comparison: Of two snapshots, both with a first stage.
        eligible: Which coachings of today may speak at all.
    """
    rows, supposed = comparison.today.rows, comparison.alone[0].fits
    if rows.axes is None or rows.short is None or len(rows.full) < _SIZE:
        return ranked
    with one_thread():
        short = vectors @ rows.axes
        rough = short @ rows.short + rows.offsets
        own = short @ (supposed.rows[0] @ rows.axes) + supposed.offsets[0]
    rough[:, ~eligible] = -np.inf
    cut = np.partition(rough, -_SIZE, axis=1)[:, -_SIZE]
    kept = ranked.indices[:, :-1]
    last_of_kept = np.where(kept < 0, np.inf, np.take_along_axis(rough, np.maximum(kept, 0), axis=1)).min(axis=1)
    out, full = own < cut - CLOSE_RANK, np.isfinite(cut)
    unsure = full & ~out & ((own < cut + CLOSE_RANK) | (last_of_kept < cut + CLOSE_RANK))
    indices, ranks, chances = ranked.indices.copy(), ranked.ranks.copy(), ranked.chances.copy()
    indices[out, -1], ranks[out, -1], chances[out, -1] = -1, -np.inf, -1.0
    return Ranked(indices, ranks, chances, ranked.unsure | unsure)
