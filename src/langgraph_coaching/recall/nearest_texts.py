"""Nearest texts: of each coaching the nearest text it is known by, and its nearest "never here"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from langgraph_coaching.recall.scoring.blas import one_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.head import Head

CLOSE = 1.0
"""Likeness from which a text says the same in other words: what is silent there is silenced."""


class NearestTexts(NamedTuple):
    """One coaching beside one situation; likeness is on the embedder's own scale, 0 unrelated, 1 like neighbours."""

    texts: int
    """By how many texts the coaching is known: its intent, and each example in which it also applies."""
    nearest: int
    """Which of its vectors is nearest of those: 0 the intent, otherwise the number of the example, from 1."""
    likeness: float
    """Of that one."""
    never: int | None = None
    """Number of the nearest "never here", from 1, or None where it has none."""
    never_likeness: float = 0.0
    """Of that one."""

    @property
    def silenced(self) -> bool:
        """Whether a "never here" is nearer than anything it is known by, where that would be near enough without."""
        return self.never is not None and self.never_likeness >= self.likeness >= CLOSE


@dataclass(frozen=True, slots=True)
class Query:
    """What the texts are compared with; at hand anyway once candidates were found."""

    vector: NDArray[np.float32]
    """The situation's, `float32[dimension]` of unit length."""
    background: Background
    """Of the same embedder."""
    english: str = ""
    """What the user said, where the embedder knows English only; "" for any other embedder."""


def nearest_texts(heads: Sequence[Head], query: Query) -> list[NearestTexts]:
    """What each coaching has nearest to a situation; one product for all of them.

    Args:
        heads: Coachings with the vectors of their texts.
        query: The situation.
    """
    if not heads:
        return []
    with one_thread():
        cosines = np.concatenate([head.vectors for head in heads]) @ query.vector
    likenesses = query.background.scale_cosines(cosines).tolist()
    found, start = [], 0
    for head in heads:
        end = start + len(head.vectors)
        found.append(_nearest_of(likenesses[start:end], head.applies_mask.tolist()))
        start = end
    return found


def _nearest_of(likenesses: list[float], applies: list[bool]) -> NearestTexts:
    if all(applies):
        likeness = max(likenesses)
        return NearestTexts(len(applies), likenesses.index(likeness), likeness)
    texts = [*zip(likenesses, range(len(applies)), applies, strict=True)]
    own = [one for one in texts if one[2]]
    likeness, nearest, _ = max(own)
    never_likeness, never, _ = max(one for one in texts if not one[2])
    return NearestTexts(len(own), nearest, likeness, never, never_likeness)
