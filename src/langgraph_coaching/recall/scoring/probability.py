"""From what is measured between a situation and a coaching to the probability that it applies: one shipped logistic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from langgraph_coaching.recall.scoring.early import early
from langgraph_coaching.recall.scoring.weights import (
    AGAIN,
    HEAD_SHARE,
    KERNEL,
    KNOWN,
    MIXED,
    NEARBY,
    NEAREST_COLUMN,
    SPARSE,
    UNWANTED,
    WEIGHTS,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.head import Fits, Head
    from langgraph_coaching.recall.scoring.situation_vector import SituationVector

SAME = 1 - 1e-4
"""A cosine above it is the same text, but for what is not embedded."""


class Fitted(NamedTuple):
    """Coachings as they are searched."""

    heads: Sequence[Head]
    fits: Fits
    """A row for each head."""
    background: Background
    """Of the same embedder."""
    reserve: float = 0.0
    """0 or more, taken from every logit; see `reserve.py`."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else is said near a situation."""

    middle: SituationVector
    """Of its nearest neighbours in the store's own traffic."""
    density: float
    """Their scaled similarity to it: high where much is said that is near to it."""
    weight: float
    """0..1: how much they count."""


def probabilities(
    place: SituationVector,
    chosen: NDArray[np.intp],
    ranks: NDArray[np.float32],
    fitted: Fitted,
    around: Surroundings | None = None,
) -> NDArray[np.float64]:
    """The probability of each candidate in one situation.

    Args:
        place: The situation.
        chosen: Indices of the candidates.
        ranks: Of each candidate, its product with the situation plus its offset.
        fitted: All coachings.
        around: What else is said near it, where that is known.

    Returns:
        0..1 each; rises with the similarity, falls near a "never here".
    """
    logits = likely(place, chosen, ranks, fitted)
    logits -= early([fitted.heads[index] for index in chosen], place.vector, place.latest)
    if around is not None:
        logits += surrounded(place, around, chosen, logits, fitted) @ NEARBY
    result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(fitted.reserve - logits))
    return result


def likely(
    place: SituationVector, chosen: NDArray[np.intp], ranks: NDArray[np.float32], fitted: Fitted
) -> NDArray[np.float64]:
    """Logits without the surroundings, `float64[candidates]`; the arguments are those of `probabilities`."""
    inputs = measured(place, chosen, ranks, fitted)
    result: NDArray[np.float64] = inputs @ fitted.background.weights + MIXED * place.mixed
    if place.unwanted:
        result -= UNWANTED * np.array([not fitted.heads[index].unwanted for index in chosen])
    again = inputs[:, NEAREST_COLUMN] >= fitted.background.scaled(np.array(SAME))
    return np.where(again, np.maximum(result, AGAIN), result)


def surrounded(
    place: SituationVector, around: Surroundings, chosen: NDArray[np.intp], logits: NDArray[np.float64], fitted: Fitted
) -> NDArray[np.float64]:
    """What `NEARBY` weighs, `float64[candidates, 3]`; `logits` are those without the surroundings."""
    heads, fits, background, _ = fitted
    ranks = fits.rows[chosen] @ around.middle.vector + fits.offsets[chosen]
    theirs = likely(around.middle, chosen, ranks, fitted)
    own = background.scaled(_nearest([heads[index] for index in chosen], place.vector)[0])
    above = max(0.0, around.density - SPARSE)
    covered = min(above / SPARSE, 1.0)
    result = np.full((len(chosen), len(NEARBY)), covered)
    result[:, 1] = above * (theirs - logits)
    result[:, 2] = covered * np.maximum(0.0, around.density - own)
    return result * around.weight


def measured(
    place: SituationVector, chosen: NDArray[np.intp], ranks: NDArray[np.float32], fitted: Fitted
) -> NDArray[np.float64]:
    """What `WEIGHTS` weighs, `float64[candidates, 10]`; the arguments are those of `probabilities`."""
    heads, fits, background, _ = fitted
    result = np.ones((len(chosen), len(WEIGHTS)))
    prototype = background.scaled(fits.prototypes[chosen] @ place.vector)
    result[:, 1] = prototype
    result[:, 2] = (ranks - prototype) / HEAD_SHARE
    result[:, 3] = place.crowding
    result[:, 4] = fits.crowding[chosen]
    result[:, 5] = _never([heads[index] for index in chosen], place.vector, background)
    result[:, 6] = fits.known[chosen] - KNOWN
    result[:, 7] = result[:, 2] * result[:, 6]
    nearest, intent = _nearest([heads[index] for index in chosen], place.vector)
    result[:, 8], result[:, 9] = background.scaled(nearest), background.scaled(intent)
    return result


def _never(heads: Sequence[Head], vector: NDArray[np.float32], background: Background) -> NDArray[np.float64]:
    """How much each "never here" weighs around a situation against where it applies; 0 far from every such text."""
    result = np.zeros(len(heads))
    told = [index for index, head in enumerate(heads) if not head.yes.all()]
    if told:
        starts = np.cumsum([0, *(len(heads[index].vectors) for index in told[:-1])])
        near = np.concatenate([heads[index].vectors @ vector for index in told])
        near, yes = np.exp(KERNEL * background.scaled(near)), np.concatenate([heads[index].yes for index in told])
        result[told] = np.log1p(np.add.reduceat(near * ~yes, starts) / np.add.reduceat(near * yes, starts)) / KERNEL
    return result


def _nearest(heads: Sequence[Head], vector: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cosines of each head's nearest text that applies, and of its intent."""
    starts = np.cumsum([0, *(len(head.vectors) for head in heads[:-1])])
    near = np.concatenate([head.vectors @ vector for head in heads])
    intent = near[starts]
    near[~np.concatenate([head.yes for head in heads])] = -1.0
    result: NDArray[np.float32] = np.maximum.reduceat(near, starts)
    return result, intent
