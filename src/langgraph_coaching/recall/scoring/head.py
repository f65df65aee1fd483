"""Head: what is known of one coaching, fitted in closed form: a prototype and a linear head against the background.

A head depends on the coaching's own texts and the background alone: saving one coaching never moves another, the order
of saving does not matter, and every process computes the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.coaching.enforcement import describe_enforcement
from langgraph_coaching.coaching.stage import STAGES
from langgraph_coaching.recall.normalization.negation import is_unwanted_only
from langgraph_coaching.recall.prompt import entry
from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.scoring.weights import HEAD_SHARE, NEVER_MASS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.coaching.model import Coaching, Example
    from langgraph_coaching.recall.scoring.background.background import Background


TOGETHER = 512
"""Heads that are fitted in one pass at most: some 2 MB a text of each."""


@dataclass(frozen=True)
class Head:
    """The latest revision of one coaching, with its vectors."""

    coaching: Coaching
    vectors: NDArray[np.float32]
    """`float32[1 + examples, dimension]`: the intent, then the examples in order."""

    @property
    def is_live(self) -> bool:
        """Whether calls look at it: it is active, in shadow or a canary."""
        return self.coaching.status in STAGES and not self.coaching.deleted

    @cached_property
    def applies_mask(self) -> NDArray[np.bool_]:
        """Which of the vectors are the intent or where it also applies; the others are where it never does."""
        return np.array([True, *(example.applies for example in self.coaching.examples)])

    @cached_property
    def later_mask(self) -> NDArray[np.bool_]:
        """Which of the examples are the moment it was written from, where that is understood with the turns before."""
        return np.array([_is_later(one) for one in self.coaching.examples])

    @cached_property
    def knows_later(self) -> bool:
        """Whether any of them is such a moment."""
        return any(_is_later(one) for one in self.coaching.examples)

    @cached_property
    def is_unwanted(self) -> bool:
        """Whether something it is known by says what is not wanted, and nothing else."""
        coaching = self.coaching
        return any(map(is_unwanted_only, (coaching.intent, *(one.text for one in coaching.examples if one.applies))))

    @cached_property
    def behavior_key(self) -> str:
        """What it says to do, in any case and with any blanks; one that is enforced says more than one that is not."""
        behavior = self.coaching.behavior
        said = " ".join(behavior.render().casefold().split())
        return f"{said} ({enforcement})" if (enforcement := describe_enforcement(behavior)) else said

    @cached_property
    def entry(self) -> str:
        """What it contributes to a prompt."""
        return entry(self.coaching)

    @property
    def applies(self) -> NDArray[np.float32]:
        """Vectors of the intent and of where it also applies."""
        return self.vectors[self.applies_mask]

    @property
    def never(self) -> NDArray[np.float32]:
        """Vectors of where it never applies; may be none."""
        return self.vectors[~self.applies_mask]


def _is_later(example: Example) -> bool:
    return example.applies and example.origin == "source" and bool(example.turns)


@dataclass(frozen=True, slots=True)
class Fits:
    """Fitted heads, one row each."""

    prototypes: NDArray[np.float32]
    """`float32[n, dimension]`: the unit mean of where each applies."""
    rows: NDArray[np.float32]
    """`float32[n, dimension]`: a situation's product with it, plus the offset, ranks candidates."""
    offsets: NDArray[np.float32]
    """`float32[n]`."""
    crowding: NDArray[np.float64]
    """`float64[n]`: of each prototype."""
    known: NDArray[np.float64]
    """`float64[n]`: log of how many texts say where each applies, the intent among them."""


NO_FITS = Fits(*(np.zeros(shape) for shape in ((0, 0), (0, 0), (0,), (0,), (0,))))  # type: ignore[arg-type]


def join_fits(first: Fits, second: Fits) -> Fits:
    """The rows of both, in this order."""
    if not len(first.offsets):
        return second
    return Fits(
        np.vstack([first.prototypes, second.prototypes]),
        np.vstack([first.rows, second.rows]),
        np.concatenate([first.offsets, second.offsets]),
        np.concatenate([first.crowding, second.crowding]),
        np.concatenate([first.known, second.known]),
    )


def take_rows(fits: Fits, indices: Sequence[int]) -> Fits:
    """The rows at these indices, in this order."""
    if list(indices) == list(range(len(fits.offsets))):
        return fits
    return Fits(
        fits.prototypes[indices], fits.rows[indices], fits.offsets[indices], fits.crowding[indices], fits.known[indices]
    )


def fit_heads(heads: Sequence[Head], background: Background) -> Fits:
    """Fits heads; some milliseconds for one, about a second for 10,000.

    Args:
        heads: At least one.
        background: Of the same embedder.
    """
    scale = background.high - background.low
    prototypes = np.stack([_prototype(head) for head in heads])
    with one_thread():
        linear = _linear(heads, background)
        rows = prototypes / scale + HEAD_SHARE * linear[:, :-1]
        offsets = HEAD_SHARE * (linear[:, -1] - linear[:, :-1] @ background.mean) - background.low / scale
        crowding = [background.crowding(prototypes[start : start + 256]) for start in range(0, len(heads), 256)]
    known = np.log([float(head.applies_mask.sum()) for head in heads])
    return Fits(prototypes, rows.astype(np.float32), offsets.astype(np.float32), np.concatenate(crowding), known)


def _prototype(head: Head) -> NDArray[np.float32]:
    mean = (head.vectors if head.applies_mask.all() else head.applies).mean(axis=0)
    result: NDArray[np.float32] = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return result


def _linear(heads: Sequence[Head], background: Background) -> NDArray[np.float64]:
    """Balanced ridge regression: +1 on a coaching's texts, -1 on the background, by Woodbury; `[n, dimension + 1]`.

    The inverse of the background's Gram matrix is shared; each coaching corrects it by its own few texts.
    """
    own = [head.vectors if head.applies_mask.all() else np.vstack([head.applies, head.never]) for head in heads]
    stacked = np.hstack([np.vstack(own) - background.mean, np.ones((sum(map(len, own)), 1))])
    spread = stacked @ background.inverse
    result = np.zeros((len(heads), stacked.shape[1]))
    for (texts, yes), members in _by_texts(heads).items():
        for some in (members[at : at + TOGETHER] for at in range(0, len(members), TOGETHER)):
            places = np.array([start for _, start in some])[:, None] + np.arange(texts)
            result[[index for index, _ in some]] = _correct(stacked[places], spread[places], yes, background)
    return result


def _by_texts(heads: Sequence[Head]) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """The indices of the heads with equally many texts that apply, and that do not, and where their texts begin."""
    found: dict[tuple[int, int], list[tuple[int, int]]] = {}
    start = 0
    for index, head in enumerate(heads):
        texts = len(head.vectors)
        found.setdefault((texts, int(head.applies_mask.sum())), []).append((index, start))
        start += texts
    return found


def _correct(
    rows: NDArray[np.floating], spreads: NDArray[np.floating], yes: int, background: Background
) -> NDArray[np.float64]:
    """The regression of some coachings with equally many texts, one by one, `[n, dimension + 1]`.

    Args:
        rows: Of each coaching its texts, centred and with a bias, `float64[n, texts, dimension + 1]`.
        spreads: Their products with the inverse, of the same shape.
        yes: How many of the texts, in front, apply.
        background: As for `fit_heads`.
    """
    texts, mass = rows.shape[1], float(len(background.vectors))
    weights = np.full(texts, NEVER_MASS * mass / (texts - yes + 3))
    weights[:yes] = mass / yes
    signs = np.where(np.arange(texts) < yes, weights, -weights)
    bias = -mass * background.inverse[-1]  # the centred background sums to nothing but its bias
    plain = bias + np.einsum("t,ntd->nd", signs, spreads)
    gram = np.einsum("nsd,ntd->nst", rows, spreads) + np.diag(1 / weights)
    solved = np.linalg.solve(gram, np.einsum("ntd,nd->nt", rows, plain)[..., np.newaxis])[..., 0]
    result: NDArray[np.float64] = plain - np.einsum("nt,ntd->nd", solved, spreads)
    return result
