"""The background's vectors: the scale of an embedder, how crowded it is around one, what reads like a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.scoring.first_stage import Rows, principal_axes
from langgraph_coaching.recall.scoring.located import Located
from langgraph_coaching.recall.scoring.weights import FAREWELL_NEAR, HEAD_RIDGE, REQUEST_RIDGE, WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

NEIGHBOURS = 10
"""Nearest texts whose mean similarity says how crowded it is around one."""

_SAME = 1 - 1e-4
"""A cosine above it is the same text, which is no neighbour of itself."""

_BIAS_RIDGE = 1e-3
_LEAST_SPREAD = 0.01


@dataclass(frozen=True)
class Background:
    """The background's vectors, and the scale of their embedder."""

    vectors: NDArray[np.float32]
    """`float32[n, dimension]`, unit length: the requests, then the small talk."""
    talk: int
    """How many of them, at the end, are small talk."""
    low: float
    """Mean cosine of two of them: similarity 0 on the embedder's own scale."""
    high: float
    """Mean cosine of one and its nearest: similarity 1."""
    inverse: NDArray[np.float32]
    """`float32[dimension + 1, dimension + 1]`: of the regularised Gram matrix of the centred rows and a bias."""
    requesting: NDArray[np.float64]
    """`float64[dimension + 1]`: a vector's product with it, plus the last, says whether it reads like a request."""
    weights: NDArray[np.float64] = field(default_factory=WEIGHTS.copy)
    """`float64[10]`: weights of `coaching_features`; those of this embedder, once they are fitted."""
    farewells: int = 0
    """How many of them, at the very end, are farewells; 0 where an earlier version has not counted."""
    axes: NDArray[np.float32] | None = None
    """`float32[dimension, axes]`: the directions in which they differ most; None for no first stage."""

    @property
    def dimension(self) -> int:
        """Of its vectors."""
        return int(self.vectors.shape[1])

    @classmethod
    def of(
        cls,
        vectors: NDArray[np.float32],
        talk: int,
        farewells: int = 0,
        wishes: NDArray[np.float32] | None = None,
        answers: NDArray[np.float32] | None = None,
    ) -> Background:
        """Measures an embedder by its vectors of `background_texts()`; a second at 384 dimensions.

        Args:
            vectors: Unit length, `float32[n, dimension]`; more than `NEIGHBOURS` of them.
            talk: How many at the end are small talk; at least 1.
            farewells: How many of these, at the very end, are farewells.
            wishes: Vectors of further short requests, `float32[m, dimension]`.
            answers: Vectors of what is only understood with what was said before it, `float32[k, dimension]`.
        """
        count, mean = len(vectors), vectors.mean(axis=0, dtype=np.float64)
        rows = np.hstack([vectors - mean, np.ones((count, 1))])
        with one_thread():
            square, gram = float(mean @ mean), rows.T @ rows
            blocks = (vectors[start : start + 256] for start in range(0, count, 256))
            near = np.mean([nearest_cosines(block, vectors).mean() for block in blocks])
            ridge = np.full(len(gram), HEAD_RIDGE * (1.0 - square) * count)
            ridge[-1] = _BIAS_RIDGE * count
            gram[np.diag_indices(len(gram))] += ridge
            inverse = np.linalg.inv(gram).astype(np.float32)
        low = (count * square - 1.0) / (count - 1)
        high = max(float(near), low + _LEAST_SPREAD)
        requests = [vectors[: count - talk], *([] if wishes is None else [wishes])]
        others = [vectors[count - talk :], *([] if answers is None else [answers])]
        direction = request_direction(requests, others)
        return cls(vectors, talk, low, high, inverse, direction, farewells=farewells, axes=principal_axes(vectors))

    @property
    def small_talk(self) -> NDArray[np.float32]:
        """`float32[talk, dimension]`."""
        return self.vectors[len(self.vectors) - self.talk :]

    @cached_property
    def mean(self) -> NDArray[np.float64]:
        """`float64[dimension]`."""
        mean: NDArray[np.float64] = self.vectors.mean(axis=0, dtype=np.float64)
        return mean

    def request_scores(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """How much each reads like a request rather than like small talk or an answer, `float64[n]`, about -1..1."""
        result: NDArray[np.float64] = vectors @ self.requesting[:-1] + self.requesting[-1]
        return result

    def is_farewell(self, talk: NDArray[np.float32]) -> bool:
        """Whether a text says goodbye: nearest to a farewell of all small talk, and near.

        Args:
            talk: Products of its vector with the small talk, `float32[talk]`.
        """
        best = int(talk.argmax())
        return best >= self.talk - self.farewells and float(self.scale_cosines(talk[best])) > FAREWELL_NEAR

    @cached_property
    def located(self) -> Located:
        """Where the latest situations are."""
        return Located()

    @cached_property
    def rows(self) -> Rows:
        """The vectors as they are searched."""
        return Rows.of(self.vectors, self.axes)

    def scale_cosines(self, cosine: NDArray[np.floating]) -> NDArray[np.float64]:
        """Cosines on the embedder's own scale: 0 unrelated, 1 as near as neighbours in the background."""
        return (np.asarray(cosine, dtype=np.float64) - self.low) / (self.high - self.low)

    def crowding(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """How near the nearest background is to each, `float64[n]`: high where everything is near to everything."""
        return self.scale_cosines(nearest_cosines(vectors, self.vectors).mean(axis=1))

    def crowding_of(self, vector: NDArray[np.float32]) -> float:
        """The same for a single live one, by the first stage."""
        return float(self.scale_cosines(self.rows.largest(vector, NEIGHBOURS, below=_SAME)[1].mean()))


def request_direction(
    requests: Sequence[NDArray[np.float32]], others: Sequence[NDArray[np.float32]]
) -> NDArray[np.float64]:
    """Ridge regression from requests, +1, to what is none, -1; each side has half the mass, each group of it as much.

    Returns:
        `float64[dimension + 1]`, the bias last.
    """
    groups = [*requests, *others]
    rows = np.vstack(groups).astype(np.float64)
    mean = rows.mean(axis=0)
    rows = np.hstack([rows - mean, np.ones((len(rows), 1))])
    shares = [1.0 / len(requests)] * len(requests) + [-1.0 / len(others)] * len(others)
    mass = np.concatenate(
        [np.full(len(group), share / len(group)) for group, share in zip(groups, shares, strict=True)]
    )
    with one_thread():
        gram = (rows * np.abs(mass)[:, None]).T @ rows
        gram[np.diag_indices(len(gram))] += REQUEST_RIDGE
        result: NDArray[np.float64] = np.linalg.solve(gram, rows.T @ mass)
        result[-1] -= mean @ result[:-1]
    return result


def nearest_cosines(
    vectors: NDArray[np.float32], among: NDArray[np.float32], count: int = NEIGHBOURS
) -> NDArray[np.float32]:
    """Cosines of the nearest of them to each vector, `float32[n, count]`, in no order; the same text does not count."""
    with one_thread():
        similar = vectors @ among.T
    similar[similar > _SAME] = -1.0
    kept: NDArray[np.float32] = np.partition(similar, -count, axis=1)[:, -count:]
    return kept
