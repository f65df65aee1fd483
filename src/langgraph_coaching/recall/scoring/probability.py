"""Probability: one shipped logistic from the features of a situation and a coaching to how likely it applies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from langgraph_coaching.recall.scoring.known_texts import KnownTexts
from langgraph_coaching.recall.scoring.opening import opening_penalties
from langgraph_coaching.recall.scoring.row_products import row_products
from langgraph_coaching.recall.scoring.weights import (
    AGAIN,
    HEAD_SHARE,
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
    if not len(chosen):
        return np.zeros(0)
    texts = texts_of(chosen, fitted)
    inputs = coaching_features(situation, chosen, ranks, fitted, texts)
    logits = _logits_of(inputs, situation, fitted, texts)
    logits -= opening_penalties(texts.heads, situation.vector, situation.latest)
    if neighbours is not None:
        own = inputs[:, NEAREST_COLUMN]
        logits += row_products(traffic_features(neighbours, chosen, logits, own, fitted, texts), NEARBY)
    result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(fitted.reserve - logits))
    return result


def texts_of(chosen: NDArray[np.intp], fitted: FittedHeads) -> KnownTexts:
    """The known texts of candidates, of which there is at least one."""
    return KnownTexts.of([fitted.heads[index] for index in chosen.tolist()])


def logits_without_traffic(
    situation: SituationVector,
    chosen: NDArray[np.intp],
    ranks: NDArray[np.float32],
    fitted: FittedHeads,
    texts: KnownTexts,
) -> NDArray[np.float64]:
    """Logits without the surroundings, `float64[candidates]`; the arguments are those of `coaching_features`."""
    return _logits_of(coaching_features(situation, chosen, ranks, fitted, texts), situation, fitted, texts)


def _logits_of(
    inputs: NDArray[np.float64], situation: SituationVector, fitted: FittedHeads, texts: KnownTexts
) -> NDArray[np.float64]:
    result: NDArray[np.float64] = row_products(inputs, fitted.background.weights) + MIXED * situation.mixed
    if situation.unwanted:
        result -= UNWANTED * np.array([not head.is_unwanted for head in texts.heads])
    again = inputs[:, NEAREST_COLUMN] >= fitted.background.scale_cosines(np.array(SAME))
    return np.where(again, np.maximum(result, AGAIN), result)


def traffic_features(
    neighbours: TrafficNeighbours,
    chosen: NDArray[np.intp],
    logits: NDArray[np.float64],
    own: NDArray[np.float64],
    fitted: FittedHeads,
    texts: KnownTexts,
) -> NDArray[np.float64]:
    """What `NEARBY` weighs, `float64[candidates, 3]`.

    Args:
        neighbours: What else is said near the situation.
        chosen: Indices of the candidates.
        logits: Those without the surroundings.
        own: The scaled similarity of each candidate's nearest text that applies, `float64[candidates]`.
        fitted: All coachings.
        texts: Of the candidates.
    """
    ranks = row_products(fitted.fits.rows[chosen], neighbours.mean.vector) + fitted.fits.offsets[chosen]
    theirs = logits_without_traffic(neighbours.mean, chosen, ranks, fitted, texts)
    above = max(0.0, neighbours.density - SPARSE)
    covered = min(above / SPARSE, 1.0)
    result = np.full((len(chosen), len(NEARBY)), covered)
    result[:, 1] = above * (theirs - logits)
    result[:, 2] = covered * np.maximum(0.0, neighbours.density - own)
    return result * neighbours.weight


def coaching_features(
    situation: SituationVector,
    chosen: NDArray[np.intp],
    ranks: NDArray[np.float32],
    fitted: FittedHeads,
    texts: KnownTexts,
) -> NDArray[np.float64]:
    """What `WEIGHTS` weighs, `float64[candidates, 10]`.

    Args:
        situation: The situation.
        chosen: Indices of the candidates.
        ranks: Of each candidate, its product with the situation plus its offset.
        fitted: All coachings.
        texts: Of the candidates.
    """
    fits, background = fitted.fits, fitted.background
    cosines = row_products(texts.vectors, situation.vector)
    result = np.ones((len(chosen), len(WEIGHTS)))
    prototype = background.scale_cosines(row_products(fits.prototypes[chosen], situation.vector))
    result[:, 1] = prototype
    result[:, 2] = (ranks - prototype) / HEAD_SHARE
    result[:, 3] = situation.crowding
    result[:, 4] = fits.crowding[chosen]
    result[:, 5] = texts.never_features(cosines, background)
    result[:, 6] = fits.known[chosen] - KNOWN
    result[:, 7] = result[:, 2] * result[:, 6]
    result[:, 8] = background.scale_cosines(texts.nearest(cosines))
    result[:, 9] = background.scale_cosines(cosines[texts.starts])
    return result
