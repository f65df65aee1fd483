"""From similarity to probability: the prior that a new store starts with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SLOPE = 16.0
_MIDDLE = 0.50


def probabilities(similarity: NDArray[np.float32]) -> NDArray[np.float64]:
    """The probability that a coaching applies, from its cosine to the situation.

    Args:
        similarity: Cosines, -1..1, of any shape.

    Returns:
        Probabilities 0..1 of the same shape; rises with the cosine.
    """
    exact = similarity.astype(np.float64)
    result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-_SLOPE * (exact - _MIDDLE)))
    return result
