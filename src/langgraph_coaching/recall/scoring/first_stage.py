"""First-stage retrieval: rows a second time in a third of their dimensions, so that few are read in full.

What a search costs is the way of its rows through memory, 15 MB for 10,000 of 384 dimensions. The directions in which
an embedder's texts differ most tell which rows may have the largest products with a vector; only theirs are computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.scoring.row_products import row_products
from langgraph_coaching.recall.scoring.weights import FIRST_STAGE_VARIANCE

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST = 1_000
"""Fewer rows are read in full: they are as quick."""

AXES = 256
"""Directions at most, and never more than a third of the dimensions."""

TEXTS = 1_000
"""Texts that directions are measured on, about; three times as many find no better ones."""

SHORTLIST, TIMES = 128, 12
"""How many rows are read in full: at least so many, and so many times as are wanted."""


def principal_axes(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The directions in which some texts of an embedder differ most, `float32[dimension, axes]`, orthonormal.

    Args:
        vectors: `float32[n, dimension]`, any number; evenly spaced ones are used of more than `TEXTS`.
    """
    centred = (vectors - vectors.mean(axis=0))[:: -(-len(vectors) // TEXTS)]
    with one_thread():
        directions = np.linalg.svd(centred, full_matrices=False)[2]
    return np.ascontiguousarray(directions[: min(vectors.shape[1] // 3, AXES)].T, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that are searched for those with the largest products with a vector."""

    full: NDArray[np.float32]
    """`float32[n, dimension]`."""
    offsets: NDArray[np.float32]
    """`float32[n]`, added to the products."""
    axes: NDArray[np.float32] | None
    """`float32[dimension, axes]`; None where all rows are read in full."""
    short: NDArray[np.float32] | None
    """`float32[axes, n]`: the rows along the axes."""

    @classmethod
    def of(
        cls,
        full: NDArray[np.float32],
        axes: NDArray[np.float32] | None = None,
        offsets: NDArray[np.float32] | None = None,
    ) -> Rows:
        """Makes the first stage where it pays and loses next to nothing; 20 ms for 10,000 rows of 384 dimensions.

        Args:
            full: The rows, `float32[n, dimension]`.
            axes: `principal_axes` directions of the embedder; None for no first stage.
            offsets: Added to the products; by default nothing.
        """
        offsets = np.zeros(len(full), dtype=np.float32) if offsets is None else offsets
        if axes is not None and len(full) >= LEAST:
            with one_thread():
                short = full @ axes
                if np.vdot(short, short) >= FIRST_STAGE_VARIANCE * np.vdot(full, full):
                    return cls(full, offsets, axes, np.ascontiguousarray(short.T))
        return cls(full, offsets, None, None)

    def largest(
        self,
        vector: NDArray[np.float32],
        count: int,
        *,
        among: NDArray[np.bool_] | None = None,
        below: float = np.inf,
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The rows with the largest products, each plus its offset.

        Args:
            vector: `float32[dimension]`.
            count: How many are wanted.
            among: Which rows count, `bool[n]`; None for all.
            below: Larger products do not count.

        Returns:
            Indices of the rows, in no order, at most `count`, and the sums.
        """
        with one_thread():
            likely = self._shortlist(vector, max(SHORTLIST, TIMES * count), among)
            sums = self.full[likely] @ vector + self.offsets[likely]
        sums[sums > below] = -np.inf
        if among is not None:
            sums[~among[likely]] = -np.inf
        best = _largest(sums, count)
        best = best[sums[best] > -np.inf]
        found = best if isinstance(likely, slice) else likely[best]
        return found, row_products(self.full[found], vector) + self.offsets[found]

    def shortlist_many(
        self, vectors: NDArray[np.float32], count: int, close: float, among: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
        """Which rows `largest` reads in full for each of many vectors; None where it reads all of them.

        Args:
            vectors: `float32[m, dimension]`.
            count: How many are wanted.
            close: Difference of two products below which rounding may tell which is larger.
            among: Which rows count, `bool[n]`; None for all.

        Returns:
            Those rows, and where rounding may tell whether it is one of them; `bool[m, n]` each.
        """
        size = max(SHORTLIST, TIMES * count)
        if self.axes is None or self.short is None or size >= len(self.full):
            return None
        with one_thread():
            rough = (vectors @ self.axes) @ self.short + self.offsets
        if among is not None:
            rough[:, ~among] = -np.inf
        cut = np.partition(rough, -size, axis=1)[:, -size, np.newaxis]
        with np.errstate(invalid="ignore"):  # where fewer than that count, nothing is cut off
            return rough >= cut, np.abs(rough - cut) < close

    def _shortlist(
        self, vector: NDArray[np.float32], count: int, among: NDArray[np.bool_] | None
    ) -> NDArray[np.intp] | slice:
        if self.axes is None or self.short is None:
            return slice(None)
        rough = (vector @ self.axes) @ self.short + self.offsets
        if among is not None:
            rough[~among] = -np.inf
        return np.sort(_largest(rough, count))  # in the order in which they lie in memory


def _largest(values: NDArray[np.floating], count: int) -> NDArray[np.intp]:
    size = values.size
    return np.argpartition(values, size - count)[size - count :] if size > count else np.arange(size)
