"""Probability: one shipped logistic from the features of a situation and a coaching to how likely it applies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from langgraph_coaching.recall.scoring.opening import opening_penalties
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


class FittedHeads(NamedTuple):
    """Coachings as they are searched."""

    heads: Sequence[Head]
    fits: Fits
    """A row for each head."""
    background: Background
    """Of the same embedder."""
    reserve: float = 0.0
    """0 or more, taken from every logit; see `reserve.py`."""


@dataclass(frozen=True, slots=True)
class TrafficNeighbours:
    """What else is said near a situation."""

    mean: SituationVector
    """Of its nearest neighbours in the store's own traffic."""
    density: float
    """Their scaled similarity to it: high where much is said that is near to it."""
    weight: float
    """0..1: how much they count."""


def probabilities(
    situation: SituationVector,
    chosen: NDArray[np.intp],
    ranks: NDArray[np.float32],
    fitted: FittedHeads,
    neighbours: TrafficNeighbours | None = None,
) -> NDArray[np.float64]:
    """The probability of each candidate in one situation.

    Args:
        situation: The situation.
        chosen: Indices of the candidates.
        ranks: Of each candidate, its product with the situation plus its offset.
        fitted: All coachings.
        neighbours: What else is said near it, where that is known.

    Returns:
        0..1 each; rises with the similarity, falls near a "never here".
    """
    logits = logits_without_traffic(situation, chosen, ranks, fitted)
    logits -= opening_penalties([fitted.heads[index] for index in chosen], situation.vector, situation.latest)
    if neighbours is not None:
        logits += traffic_features(situation, neighbours, chosen, logits, fitted) @ NEARBY
    result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(fitted.reserve - logits))
    return result


def logits_without_traffic(
    situation: SituationVector, chosen: NDArray[np.intp], ranks: NDArray[np.float32], fitted: FittedHeads
) -> NDArray[np.float64]:
    """Logits without the surroundings, `float64[candidates]`; the arguments are those of `probabilities`."""
    inputs = coaching_features(situation, chosen, ranks, fitted)
    result: NDArray[np.float64] = inputs @ fitted.background.weights + MIXED * situation.mixed
    if situation.unwanted:
        result -= UNWANTED * np.array([not fitted.heads[index].is_unwanted for index in chosen])
    again = inputs[:, NEAREST_COLUMN] >= fitted.background.scale_cosines(np.array(SAME))
    return np.where(again, np.maximum(result, AGAIN), result)


def traffic_features(
    situation: SituationVector,
    neighbours: TrafficNeighbours,
    chosen: NDArray[np.intp],
    logits: NDArray[np.float64],
    fitted: FittedHeads,
) -> NDArray[np.float64]:
    """What `NEARBY` weighs, `float64[candidates, 3]`; `logits` are those without the surroundings."""
    heads, fits, background, _ = fitted
    ranks = fits.rows[chosen] @ neighbours.mean.vector + fits.offsets[chosen]
    theirs = logits_without_traffic(neighbours.mean, chosen, ranks, fitted)
    own = background.scale_cosines(_nearest_cosines([heads[index] for index in chosen], situation.vector)[0])
    above = max(0.0, neighbours.density - SPARSE)
    covered = min(above / SPARSE, 1.0)
    result = np.full((len(chosen), len(NEARBY)), covered)
    result[:, 1] = above * (theirs - logits)
    result[:, 2] = covered * np.maximum(0.0, neighbours.density - own)
    return result * neighbours.weight


def coaching_features(
    situation: SituationVector, chosen: NDArray[np.intp], ranks: NDArray[np.float32], fitted: FittedHeads
) -> NDArray[np.float64]:
    """What `WEIGHTS` weighs, `float64[candidates, 10]`; the arguments are those of `probabilities`."""
    heads, fits, background, _ = fitted
    result = np.ones((len(chosen), len(WEIGHTS)))
    prototype = background.scale_cosines(fits.prototypes[chosen] @ situation.vector)
    result[:, 1] = prototype
    result[:, 2] = (ranks - prototype) / HEAD_SHARE
    result[:, 3] = situation.crowding
    result[:, 4] = fits.crowding[chosen]
    result[:, 5] = _never_feature([heads[index] for index in chosen], situation.vector, background)
    result[:, 6] = fits.known[chosen] - KNOWN
    result[:, 7] = result[:, 2] * result[:, 6]
    nearest, intent = _nearest_cosines([heads[index] for index in chosen], situation.vector)
    result[:, 8], result[:, 9] = background.scale_cosines(nearest), background.scale_cosines(intent)
    return result


def _never_feature(heads: Sequence[Head], vector: NDArray[np.float32], background: Background) -> NDArray[np.float64]:
    """How much each "never here" weighs around a situation against where it applies; 0 far from every such text."""
    result = np.zeros(len(heads))
    with_never = [index for index, head in enumerate(heads) if not head.applies_mask.all()]
    if with_never:
        starts = np.cumsum([0, *(len(heads[index].vectors) for index in with_never[:-1])])
        near = np.concatenate([heads[index].vectors @ vector for index in with_never])
        near = np.exp(KERNEL * background.scale_cosines(near))
        yes = np.concatenate([heads[index].applies_mask for index in with_never])
        against, for_it = np.add.reduceat(near * ~yes, starts), np.add.reduceat(near * yes, starts)
        result[with_never] = np.log1p(against / for_it) / KERNEL
    return result


def _nearest_cosines(
    heads: Sequence[Head], vector: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cosines of each head's nearest text that applies, and of its intent."""
    starts = np.cumsum([0, *(len(head.vectors) for head in heads[:-1])])
    near = np.concatenate([head.vectors @ vector for head in heads])
    intent = near[starts]
    near[~np.concatenate([head.applies_mask for head in heads])] = -1.0
    result: NDArray[np.float32] = np.maximum.reduceat(near, starts)
    return result, intent
