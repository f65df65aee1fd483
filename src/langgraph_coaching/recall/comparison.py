"""What a situation is compared with: the nearest text a coaching is known by, and the nearest "never here" of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.head import Head

CLOSE = 1.0
"""Likeness from which a text says the same in other words: what is silent there is silenced."""


class Comparison(NamedTuple):
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
class Vantage:
    """Where comparisons are made from; what is at hand anyway when candidates were found."""

    vector: NDArray[np.float32]
    """The situation's, `float32[dimension]` of unit length."""
    background: Background
    """Of the same embedder."""
    english: str = ""
    """What the user said, where the embedder knows English only; "" for any other embedder."""


def compared(heads: Sequence[Head], vantage: Vantage) -> list[Comparison]:
    """What each coaching has nearest to a situation; one product for all of them.

    Args:
        heads: Coachings with the vectors of their texts.
        vantage: The situation.
    """
    if not heads:
        return []
    cosines = np.concatenate([head.vectors for head in heads]) @ vantage.vector
    scaled = vantage.background.scaled(cosines).tolist()
    found, start = [], 0
    for head in heads:
        likenesses = scaled[start : start + len(head.vectors)]
        start += len(head.vectors)
        found.append(_comparison(likenesses, head.yes.tolist()))
    return found


def _comparison(likenesses: list[float], yes: list[bool]) -> Comparison:
    if all(yes):
        likeness = max(likenesses)
        return Comparison(len(yes), likenesses.index(likeness), likeness)
    told = [*zip(likenesses, range(len(yes)), yes, strict=True)]
    own = [one for one in told if one[2]]
    likeness, nearest, _ = max(own)
    never_likeness, never, _ = max(one for one in told if not one[2])
    return Comparison(len(own), nearest, likeness, never, never_likeness)
