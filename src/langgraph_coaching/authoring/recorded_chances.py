"""Recorded chances: how likely one coaching is right at many places at once, as a search of each would say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.recall.many_choices import CLOSE
from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.scoring.one_coaching import chances_of
from langgraph_coaching.recall.scoring.probability import FittedHeads, probabilities

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.places import Places, Surroundings
    from langgraph_coaching.recall.scoring.situation_vector import SituationVector
    from langgraph_coaching.recall.snapshot import Snapshot


def chances_at(
    snapshot: Snapshot, index: int, places: Places, near: Surroundings | None, edges: Sequence[float]
) -> NDArray[np.float64]:
    """The probability of one coaching at each place, whatever its scope; some milliseconds for thousands.

    Args:
        snapshot: Coachings, with their background.
        index: Which of them.
        places: Any number.
        near: What of the snapshot's traffic is near each place; None where it has none.
        edges: Probabilities at which something is decided: what is so near to one that rounding might decide is
            reckoned as a search does. What is farther off differs from that by a hundred-thousandth at most.

    Returns:
        `float64[len(places)]`, 0..1; equal at equal places.
    """
    if snapshot.background is None or not len(places):
        return np.zeros(len(places))
    fitted = FittedHeads(snapshot.heads, snapshot.fits, snapshot.background, snapshot.reserve)
    found = chances_of(places, fitted, index, near)
    values, unsure = found.values, found.unsure.copy()
    for edge in edges:
        unsure |= np.abs(values - edge) < CLOSE
    for row in np.flatnonzero(unsure).tolist():
        values[row] = chance_at(snapshot, index, places.situation(row))
    return values


def chance_at(snapshot: Snapshot, index: int, situation: SituationVector) -> float:
    """The probability of one coaching in one situation, as a search says it."""
    if snapshot.background is None:
        return 0.0
    fitted = FittedHeads(snapshot.heads, snapshot.fits, snapshot.background, snapshot.reserve)
    with one_thread():
        around = snapshot.traffic.neighbours_of([situation], snapshot.background)[0] if snapshot.traffic else None
        ranks = snapshot.fits.rows[[index]] @ situation.vector + snapshot.fits.offsets[[index]]
        return float(probabilities(situation, np.array([index]), ranks, fitted, around)[0])
