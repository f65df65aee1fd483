"""One coaching in many situations: the probabilities of `probability.py` the other way round, fifty times as quick.

Sums are rounded otherwise here than in a search: to a hundred-thousandth the numbers are the same, and where that may
decide, it is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.scoring.places import CLOSE
from langgraph_coaching.recall.scoring.probability import SAME
from langgraph_coaching.recall.scoring.weights import (
    AGAIN,
    HEAD_SHARE,
    KERNEL,
    KNOWN,
    MIXED,
    NEARBY,
    OPENING,
    OPENING_FULL,
    OPENING_LEAST,
    SPARSE,
    UNWANTED,
    WEIGHTS,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.head import Head
    from langgraph_coaching.recall.scoring.places import Places, Surroundings
    from langgraph_coaching.recall.scoring.probability import FittedHeads


class Chances(NamedTuple):
    """How likely one coaching is right in each of many situations."""

    values: NDArray[np.float64]
    """`float64[n]`, 0..1."""
    unsure: NDArray[np.bool_]
    """`bool[n]`: where rounding may decide, so that a search has to tell."""
    ranks: NDArray[np.float32]
    """`float32[n]`: what candidates are ranked by."""


TOGETHER = 4_000
"""Situations looked at together: with fifty texts of a coaching some megabytes."""


def chances_of(places: Places, fitted: FittedHeads, index: int, surroundings: Surroundings | None) -> Chances:
    """The probability of one coaching in many situations.

    Args:
        places: The situations.
        fitted: The coachings.
        index: Which of them.
        surroundings: Of the same situations, where the store has traffic.
    """
    blocks = [slice(start, start + TOGETHER) for start in range(0, len(places), TOGETHER)]
    with one_thread():
        if len(places) <= TOGETHER:
            return _chances(places, fitted, index, surroundings)
        parts = [_chances(places.take(one), fitted, index, surroundings and surroundings.take(one)) for one in blocks]
    return Chances(*(np.concatenate(some) for some in zip(*parts, strict=True)))


def _chances(places: Places, fitted: FittedHeads, index: int, surroundings: Surroundings | None) -> Chances:
    head, fits = fitted.heads[index], fitted.fits
    own = np.vstack([fits.prototypes[index], fits.rows[index], head.vectors]).astype(np.float32)
    products = places.vectors @ own.T
    logits, nearest = _logits(products, places.crowding, places.mixed, fitted, index)
    if not head.is_unwanted:
        logits -= UNWANTED * places.unwanted
    logits, unsure = _at_least_again(logits, nearest, fitted)
    if head.knows_later:
        taken, close = _opening(head, products[:, 3:], places.latest)
        logits, unsure = logits - taken, unsure | close
    if surroundings is not None:
        added, close = _nearby(surroundings, own, logits, nearest, fitted, index)
        logits, unsure = logits + added, unsure | close
    values: NDArray[np.float64] = 1.0 / (1.0 + np.exp(fitted.reserve - logits))
    return Chances(values, unsure, products[:, 1] + fits.offsets[index])


def _nearby(
    surroundings: Surroundings,
    own: NDArray[np.float32],
    logits: NDArray[np.float64],
    nearest: NDArray[np.float64],
    fitted: FittedHeads,
    index: int,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """What the surroundings add to each logit, and where rounding may decide about that."""
    traffic = surroundings.traffic
    crowding, mixed = surroundings.mean_of(traffic.crowding), surroundings.mean_of(traffic.mixed)
    theirs, nearer = _logits(surroundings.mean_products(own), crowding, mixed, fitted, index)
    theirs, unsure = _at_least_again(theirs, nearer, fitted)
    density = fitted.background.scale_cosines(surroundings.cosines)
    above = np.maximum(0.0, density - SPARSE)
    covered = np.minimum(above / SPARSE, 1.0)
    features = np.stack([covered, above * (theirs - logits), covered * np.maximum(0.0, density - nearest)], axis=1)
    return surroundings.weight * (features @ NEARBY), unsure | surroundings.unsure


def _logits(
    products: NDArray[np.float32],
    crowding: NDArray[np.float64],
    mixed: NDArray[np.float64],
    fitted: FittedHeads,
    index: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Logits without the surroundings, and the scaled similarity to the nearest text that applies.

    Args:
        products: With the prototype, the row and each text of the coaching, `float32[n, 2 + texts]`.
        crowding: `float64[n]`.
        mixed: `float64[n]`.
        fitted: The coachings.
        index: Which of them.
    """
    head, fits, background = fitted.heads[index], fitted.fits, fitted.background
    prototype = background.scale_cosines(products[:, 0])
    scaled = background.scale_cosines(products[:, 2:])
    nearest = scaled[:, head.applies_mask].max(axis=1)
    inputs = np.ones((len(products), len(WEIGHTS)))
    inputs[:, 1] = prototype
    inputs[:, 2] = (products[:, 1] + fits.offsets[index] - prototype) / HEAD_SHARE
    inputs[:, 3] = crowding
    inputs[:, 4] = fits.crowding[index]
    inputs[:, 5] = 0.0
    if not head.applies_mask.all():
        near = np.exp(KERNEL * scaled)
        against, for_it = near[:, ~head.applies_mask].sum(axis=1), near[:, head.applies_mask].sum(axis=1)
        inputs[:, 5] = np.log1p(against / for_it) / KERNEL
    inputs[:, 6] = fits.known[index] - KNOWN
    inputs[:, 7] = inputs[:, 2] * inputs[:, 6]
    inputs[:, 8], inputs[:, 9] = nearest, scaled[:, 0]
    return inputs @ background.weights + MIXED * mixed, nearest


def _at_least_again(
    logits: NDArray[np.float64], nearest: NDArray[np.float64], fitted: FittedHeads
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Logits where somebody says the same again, and where rounding may tell whether it is the same."""
    same, close = fitted.background.scale_cosines(np.array([SAME, SAME + CLOSE]))
    return np.where(nearest >= same, np.maximum(logits, AGAIN), logits), np.abs(nearest - same) < close - same


def _opening(
    head: Head, products: NDArray[np.float32], latest: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """What `opening_penalties` takes, and where rounding may tell which example is nearest."""
    begins = np.clip((latest - OPENING_LEAST) / (OPENING_FULL - OPENING_LEAST), 0.0, 1.0)
    near = np.where(head.applies_mask[1:], products, -1.0)
    later = head.later_mask[near.argmax(axis=1)]
    of_later = near[:, head.later_mask].max(axis=1)
    of_others = near[:, ~head.later_mask].max(axis=1, initial=-1.0)
    return OPENING * begins * later, (begins > 0) & (np.abs(of_later - of_others) < CLOSE)
