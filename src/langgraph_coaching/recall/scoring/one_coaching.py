"""One coaching in many situations: the probabilities of `probability.py` the other way round, fifty times as quick.

It screens recorded situations for those in which a coaching may apply at all. What becomes of it there is decided by
`search` as everywhere else: sums are rounded otherwise here, and neighbours in the traffic are looked for among all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.recall.scoring.blas import one_thread
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
    TRAFFIC_ENOUGH,
    TRAFFIC_NEIGHBOURS,
    UNWANTED,
    WEIGHTS,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.probability import FittedHeads
    from langgraph_coaching.recall.scoring.situation_vector import SituationVector
    from langgraph_coaching.recall.scoring.traffic import Traffic

BLOCK = 1_000
"""Situations looked at together: their products with a full traffic sample take 8 MB."""


@dataclass(frozen=True, slots=True)
class Places:
    """Many situations as arrays; the fields are those of `SituationVector`, `[n]` and `[n, dimension]`."""

    vectors: NDArray[np.float32]
    crowding: NDArray[np.float64]
    mixed: NDArray[np.float64]
    latest: NDArray[np.float64]
    unwanted: NDArray[np.bool_]

    @classmethod
    def of(cls, situations: Sequence[SituationVector]) -> Places:
        """The situations in their order."""
        return cls(
            np.stack([one.vector for one in situations]),
            np.array([one.crowding for one in situations]),
            np.array([one.mixed for one in situations]),
            np.array([one.latest for one in situations]),
            np.array([one.unwanted for one in situations], dtype=np.bool_),
        )


def largest_probabilities(
    situations: Sequence[SituationVector], coachings: Sequence[FittedHeads], traffic: Traffic | None
) -> NDArray[np.float64]:
    """The probability of the likeliest of some coachings in each situation, `float64[n]`.

    Args:
        situations: Any number.
        coachings: Each with a single head.
        traffic: Of the store.
    """
    result = np.zeros(len(situations))
    with one_thread():
        for start in range(0, len(situations), BLOCK):
            places = Places.of(situations[start : start + BLOCK])
            nearby = None if traffic is None else _neighbours(places.vectors, traffic)
            for one in coachings:
                chances = _probabilities(places, one, nearby)
                result[start : start + BLOCK] = np.maximum(result[start : start + BLOCK], chances)
    return result


def _neighbours(vectors: NDArray[np.float32], traffic: Traffic) -> tuple[Places, NDArray[np.float64], float]:
    """The mean of what is nearest to each, the mean of its cosines, and how much it counts."""
    similar = vectors @ traffic.vectors.T
    similar[similar > SAME] = -np.inf
    near = np.argpartition(similar, -TRAFFIC_NEIGHBOURS, axis=1)[:, -TRAFFIC_NEIGHBOURS:]
    mean = Places(
        traffic.vectors[near].mean(axis=1),
        traffic.crowding[near].mean(axis=1),
        traffic.mixed[near].mean(axis=1),
        np.zeros(len(vectors)),
        np.zeros(len(vectors), dtype=np.bool_),
    )
    cosines = np.take_along_axis(similar, near, axis=1).mean(axis=1)
    return mean, cosines, min(len(traffic.vectors) / TRAFFIC_ENOUGH, 1.0)


def _probabilities(
    places: Places, fitted: FittedHeads, nearby: tuple[Places, NDArray[np.float64], float] | None
) -> NDArray[np.float64]:
    (head,) = fitted.heads
    logits, nearest = _logits(places, fitted)
    if head.later_mask.any():
        begins = np.clip((places.latest - OPENING_LEAST) / (OPENING_FULL - OPENING_LEAST), 0.0, 1.0)
        near = np.where(head.applies_mask[1:], places.vectors @ head.vectors[1:].T, -1.0)
        logits -= OPENING * begins * head.later_mask[near.argmax(axis=1)]
    if nearby is not None:
        mean, cosines, weight = nearby
        density = fitted.background.scale_cosines(cosines)
        above = np.maximum(0.0, density - SPARSE)
        covered = np.minimum(above / SPARSE, 1.0)
        nearer = covered * np.maximum(0.0, density - nearest)
        features = np.stack([covered, above * (_logits(mean, fitted)[0] - logits), nearer], axis=1)
        logits += weight * (features @ NEARBY)
    result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(fitted.reserve - logits))
    return result


def _logits(places: Places, fitted: FittedHeads) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Logits without the surroundings, and the scaled similarity to the nearest text that applies."""
    (head,), fits, background, _ = fitted
    prototype = background.scale_cosines(places.vectors @ fits.prototypes[0])
    scaled = background.scale_cosines(places.vectors @ head.vectors.T)
    nearest = scaled[:, head.applies_mask].max(axis=1)
    inputs = np.ones((len(prototype), len(WEIGHTS)))
    inputs[:, 1] = prototype
    inputs[:, 2] = (places.vectors @ fits.rows[0] + fits.offsets[0] - prototype) / HEAD_SHARE
    inputs[:, 3] = places.crowding
    inputs[:, 4] = fits.crowding[0]
    inputs[:, 5] = 0.0
    if not head.applies_mask.all():
        near = np.exp(KERNEL * scaled)
        against, for_it = near[:, ~head.applies_mask].sum(axis=1), near[:, head.applies_mask].sum(axis=1)
        inputs[:, 5] = np.log1p(against / for_it) / KERNEL
    inputs[:, 6] = fits.known[0] - KNOWN
    inputs[:, 7] = inputs[:, 2] * inputs[:, 6]
    inputs[:, 8], inputs[:, 9] = nearest, scaled[:, 0]
    logits = inputs @ background.weights + MIXED * places.mixed
    if not head.is_unwanted:
        logits -= UNWANTED * places.unwanted
    again = nearest >= background.scale_cosines(np.array(SAME))
    return np.where(again, np.maximum(logits, AGAIN), logits), nearest
