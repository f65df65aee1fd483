"""From what is measured between a situation and a coaching to the probability that it applies: one shipped logistic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.recall.head import SHARE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from langgraph_coaching.recall.background import Background
    from langgraph_coaching.recall.head import Fits, Head

WEIGHTS = np.array([-0.04, 2.02, 5.16, -0.49, -3.85, -6.0])
"""Of 1, similarity to the prototype, head, crowding of the situation, crowding of the prototype, and "never here".

Fitted on train splits of HWU64, BANKING77 and CLINC150, with 0 to 6 examples and 0 to 20 verdicts a coaching, over three
embedders together. All inputs are on the embedder's own scale, so the weights hold for others too.
"""

MIXED = 4.0
"""What a logit gets back for each log of the length that mixing several turns has cost (even STAR dialogues)."""

KERNEL = 6.0
"""Sharpness of "never here" in scaled similarity: it silences a neighbourhood, not the coaching."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a situation is: its unit vector, how crowded it is there, and what mixing its turns has cost."""

    vector: NDArray[np.float32]
    """`float32[dimension]`."""
    crowding: float
    mixed: float = 0.0
    """Log of the sum of the weights over the length of the weighted sum; 0 for a single text."""


def probabilities(
    place: Place,
    chosen: NDArray[np.intp],
    ranks: NDArray[np.float32],
    heads: tuple[Head, ...],
    fits: Fits,
    background: Background,
) -> NDArray[np.float64]:
    """The probability of each candidate in one situation.

    Args:
        place: The situation.
        chosen: Indices of the candidates.
        ranks: Of each candidate, its product with the situation plus its offset.
        heads: All heads.
        fits: Their fits.
        background: Of the same embedder.

    Returns:
        0..1 each; rises with the similarity, falls near a "never here".
    """
    prototype = background.scaled(fits.prototypes[chosen] @ place.vector)
    head = (ranks - prototype) / SHARE
    never = np.array([_never(heads[index], place.vector, background) for index in chosen])
    ones = np.ones(len(chosen))
    inputs = np.stack([ones, prototype, head, place.crowding * ones, fits.crowding[chosen], never], axis=1)
    logits = inputs @ WEIGHTS + MIXED * place.mixed
    result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-logits))
    return result


def _never(head: Head, vector: NDArray[np.float32], background: Background) -> float:
    """How much "never here" weighs around a situation against where it applies; 0 far from every such text."""
    if len(head.applies) == len(head.vectors):
        return 0.0
    no, yes = (np.exp(KERNEL * background.scaled(texts @ vector)).sum() for texts in (head.never, head.applies))
    return float(np.log1p(no / yes)) / KERNEL
