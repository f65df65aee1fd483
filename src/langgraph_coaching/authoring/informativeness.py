"""Informativeness of an answer: most where it is undecided, where it is often met, and unlike what is asked besides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.scoring.traffic import ALIKE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.background.background import Background

LEAST = 0.1
"""0..1: what is less undecided is not asked about; with a floor of 0.3 that is below 0.011 and above 0.94."""

TURN = 0.7
"""What a choice leaves of the worth of everything else in its group, so that the others get their turn."""

_EDGE = 0.01


def undecidedness(probabilities: Sequence[float] | NDArray[np.float64], floor: float) -> NDArray[np.float64]:
    """How open it is whether a coaching applies: 1 at the floor, toward 0 far from it on either side.

    Args:
        probabilities: 0..1, of one coaching or of several.
        floor: 0..1: where nothing applies below.

    Returns:
        `float64[len(probabilities)]`, 4 q (1 - q), where q is the probability that it would have with the floor at 0.5.
    """
    chance = np.clip(np.asarray(probabilities, dtype=np.float64), 1e-9, 1 - 1e-9)
    odds = chance / (1 - chance)
    at = min(max(floor, _EDGE), 1 - _EDGE)
    share = odds / (odds + at / (1 - at))
    result: NDArray[np.float64] = 4 * share * (1 - share)
    return result


def similarity(
    vectors: NDArray[np.float32], others: NDArray[np.float32], background: Background
) -> NDArray[np.float64]:
    """How alike vectors are, on the embedder's own scale, `float64[len(vectors), len(others)]`; from `ALIKE` on, one.

    Args:
        vectors: `float32[n, dimension]`, unit length.
        others: The same.
        background: Of the same embedder.
    """
    with one_thread():
        return background.scaled(vectors @ others.T)


def count_runs(alike: NDArray[np.bool_], runs: Sequence[frozenset[str]]) -> NDArray[np.int64]:
    """In how many runs each situation, or one alike, was met.

    Args:
        alike: `bool[candidates, len(runs)]`.
        runs: Of every situation, those it was met in.
    """
    met = (frozenset().union(*(runs[index] for index in np.flatnonzero(row).tolist())) for row in alike)
    return np.array([len(one) for one in met], dtype=np.int64)


def choose_unlike(
    worth: NDArray[np.float64], likeness: NDArray[np.float64], groups: Sequence[str | None], limit: int
) -> list[int]:
    """The best ones that are unlike each other, greedily: each choice takes from the worth of what is like it.

    Args:
        worth: Of each, 0 or more; what is worth 0 is not chosen.
        likeness: Of each two, as `similarity` gives it.
        groups: Of each. Likeness counts within a group; groups take turns.
        limit: Most to choose.

    Returns:
        Indices, best first; of several that are `ALIKE` in a group, one.
    """
    left, nearest = worth.astype(np.float64), np.zeros(len(worth))
    names = np.array([group or "" for group in groups])
    found: list[int] = []
    while len(found) < limit and left.size:
        best = int((left * (1 - nearest)).argmax())
        if left[best] * (1 - nearest[best]) <= 0:
            break
        found.append(best)
        same = names == names[best]
        nearest[same] = np.maximum(nearest[same], np.clip(likeness[best][same] / ALIKE, 0.0, 1.0))
        nearest[best] = 1.0
        left[same] *= TURN
    return found
