"""Known texts: the vectors of all texts that some coachings are known by, in one array."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.recall.scoring.weights import KERNEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.head import Head


@dataclass(frozen=True, slots=True)
class KnownTexts:
    """Those of some candidates, one after the other."""

    heads: Sequence[Head]
    vectors: NDArray[np.float32]
    """`float32[texts, dimension]`: of each head the intent, then its examples."""
    applies: NDArray[np.bool_]
    """`bool[texts]`: which of them are the intent, or where it also applies."""
    starts: NDArray[np.intp]
    """`intp[heads]`: where those of each head begin."""

    @classmethod
    def of(cls, heads: Sequence[Head]) -> KnownTexts:
        """Puts them together.

        Args:
            heads: At least one.
        """
        starts = np.cumsum([0, *(len(head.vectors) for head in heads[:-1])])
        vectors = np.concatenate([head.vectors for head in heads])
        return cls(heads, vectors, np.concatenate([head.applies_mask for head in heads]), starts)

    def nearest(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        """The cosine of each head's nearest text that applies, `float32[heads]`.

        Args:
            cosines: Of every text, `float32[texts]`.
        """
        result: NDArray[np.float32] = np.maximum.reduceat(np.where(self.applies, cosines, -1.0), self.starts)
        return result

    def never_features(self, cosines: NDArray[np.float32], background: Background) -> NDArray[np.float64]:
        """How much each head's "never here" weighs against where it applies, `float64[heads]`; 0 far from all of them.

        Args:
            cosines: Of every text, `float32[texts]`.
            background: Of the same embedder.
        """
        if self.applies.all():
            return np.zeros(len(self.heads))
        near = np.exp(KERNEL * background.scale_cosines(cosines))
        against = np.add.reduceat(near * ~self.applies, self.starts)
        for_it = np.add.reduceat(near * self.applies, self.starts)
        result: NDArray[np.float64] = np.log1p(against / for_it) / KERNEL
        return result
