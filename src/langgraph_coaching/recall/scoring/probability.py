"""From what is measured between a situation and a coaching to the probability that it applies: one shipped logistic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from langgraph_coaching.recall.scoring.early import early
from langgraph_coaching.recall.scoring.head import SHARE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.head import Fits, Head

WEIGHTS = np.array([-6.55, 4.04, 1.9, -1.77, -1.08, -6.0, -0.42, 1.26, 0.94, 2.57])
"""Of 1, similarity to the prototype, head, crowding of the situation, crowding of the prototype, "never here", how
many texts are known, the head times that, similarity to the nearest text that applies, and to the intent.

Fitted by `tests/benchmarks/tune.py` for the embedded embedder, on train splits of HWU64, BANKING77 and CLINC150 and,
twenty times as heavy, on the packaged phrasings, with 0 to 6 examples and 0 to 20 verdicts a coaching: what people say
to agents is more like the latter. Another embedder's are aligned with these: see `scoring/fitting.py`. All inputs are
on the embedder's own scale. A probability needs a base rate: here from 5 % to half of what is asked is coached, on the
phrasings a tenth, with as many near misses.
"""

KNOWN = 1.5
"""Log of the number of texts at which what is known neither adds nor takes."""

MIXED = 3.1
"""What a logit gets back for each log of the length that mixing several turns has cost; fitted by the same command on
even STAR dialogues, half of the tasks coached."""

NEARBY = np.array([0.54, 0.72, -1.34])
"""Of how well the store's own traffic covers a place, what neighbours make of a coaching, and how much nearer they are
than its own texts.

Neighbours for which a coaching fits too make it likelier, the more the nearer they are. Where others are nearer than
anything it is known by, it is one of many things that are said there. Where the traffic covers nothing, it says
nothing: what is new is as likely as it was without. Fitted by the same command as `WEIGHTS`, with 300 and 2,000
unlabelled train utterances as traffic from which a third of the intents that are not coached is missing, and on even
STAR dialogues.
"""

SPARSE = 0.5
"""Scaled similarity of the nearest traffic up to which it covers nothing; at twice that it covers a place fully."""

SAME = 1 - 1e-4
"""A cosine above it is the same text, but for what is not embedded."""

AGAIN = 2.0
"""Logit at least where somebody says again what a coaching is known by, whatever else an embedder makes of it."""

UNWANTED = 2.5
"""Taken from a logit where somebody says what they do not want and nothing else, unless that is what the coaching is
known by. Of the messages of `tests/benchmarks/embedder/families.jsonl` 0.5 % are such, of the near misses 1.6 %."""

NEAREST = 8
"""Column of the similarity to the nearest text that applies."""

KERNEL = 6.0
"""Sharpness of "never here" in scaled similarity: it silences a neighbourhood, not the coaching."""


class Fitted(NamedTuple):
    """Coachings as they are searched."""

    heads: Sequence[Head]
    fits: Fits
    """A row for each head."""
    background: Background
    """Of the same embedder."""
    reserve: float = 0.0
    """0 or more, taken from every logit; see `reserve.py`."""


@dataclass(frozen=True, slots=True)
class SituationVector:
    """Where a situation is: its unit vector, how crowded it is there, and what mixing its turns has cost."""

    vector: NDArray[np.float32]
    """`float32[dimension]`."""
    crowding: float
    mixed: float = 0.0
    """Log of the sum of the weights over the length of the weighted sum; 0 for a single text."""
    latest: float = 0.0
    """0..1: how much of what the user has said is in the latest turn; 0 where that is not known."""
    unwanted: bool = False
    """Whether the latest turn says what its speaker does not want, and nothing else."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else is said near a situation."""

    middle: SituationVector
    """Of its nearest neighbours in the store's own traffic."""
    density: float
    """Their scaled similarity to it: high where much is said that is near to it."""
    weight: float
    """0..1: how much they count."""


def probabilities(
    place: SituationVector,
    chosen: NDArray[np.intp],
    ranks: NDArray[np.float32],
    fitted: Fitted,
    around: Surroundings | None = None,
) -> NDArray[np.float64]:
    """The probability of each candidate in one situation.

    Args:
        place: The situation.
        chosen: Indices of the candidates.
        ranks: Of each candidate, its product with the situation plus its offset.
        fitted: All coachings.
        around: What else is said near it, where that is known.

    Returns:
        0..1 each; rises with the similarity, falls near a "never here".
    """
    logits = likely(place, chosen, ranks, fitted)
    logits -= early([fitted.heads[index] for index in chosen], place.vector, place.latest)
    if around is not None:
        logits += surrounded(place, around, chosen, logits, fitted) @ NEARBY
    result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(fitted.reserve - logits))
    return result


def likely(
    place: SituationVector, chosen: NDArray[np.intp], ranks: NDArray[np.float32], fitted: Fitted
) -> NDArray[np.float64]:
    """Logits without the surroundings, `float64[candidates]`; the arguments are those of `probabilities`."""
    inputs = measured(place, chosen, ranks, fitted)
    result: NDArray[np.float64] = inputs @ fitted.background.weights + MIXED * place.mixed
    if place.unwanted:
        result -= UNWANTED * np.array([not fitted.heads[index].unwanted for index in chosen])
    again = inputs[:, NEAREST] >= fitted.background.scaled(np.array(SAME))
    return np.where(again, np.maximum(result, AGAIN), result)


def surrounded(
    place: SituationVector, around: Surroundings, chosen: NDArray[np.intp], logits: NDArray[np.float64], fitted: Fitted
) -> NDArray[np.float64]:
    """What `NEARBY` weighs, `float64[candidates, 3]`; `logits` are those without the surroundings."""
    heads, fits, background, _ = fitted
    ranks = fits.rows[chosen] @ around.middle.vector + fits.offsets[chosen]
    theirs = likely(around.middle, chosen, ranks, fitted)
    own = background.scaled(_nearest([heads[index] for index in chosen], place.vector)[0])
    above = max(0.0, around.density - SPARSE)
    covered = min(above / SPARSE, 1.0)
    result = np.full((len(chosen), len(NEARBY)), covered)
    result[:, 1] = above * (theirs - logits)
    result[:, 2] = covered * np.maximum(0.0, around.density - own)
    return result * around.weight


def measured(
    place: SituationVector, chosen: NDArray[np.intp], ranks: NDArray[np.float32], fitted: Fitted
) -> NDArray[np.float64]:
    """What `WEIGHTS` weighs, `float64[candidates, 10]`; the arguments are those of `probabilities`."""
    heads, fits, background, _ = fitted
    result = np.ones((len(chosen), len(WEIGHTS)))
    prototype = background.scaled(fits.prototypes[chosen] @ place.vector)
    result[:, 1] = prototype
    result[:, 2] = (ranks - prototype) / SHARE
    result[:, 3] = place.crowding
    result[:, 4] = fits.crowding[chosen]
    result[:, 5] = _never([heads[index] for index in chosen], place.vector, background)
    result[:, 6] = fits.known[chosen] - KNOWN
    result[:, 7] = result[:, 2] * result[:, 6]
    nearest, intent = _nearest([heads[index] for index in chosen], place.vector)
    result[:, 8], result[:, 9] = background.scaled(nearest), background.scaled(intent)
    return result


def _never(heads: Sequence[Head], vector: NDArray[np.float32], background: Background) -> NDArray[np.float64]:
    """How much each "never here" weighs around a situation against where it applies; 0 far from every such text."""
    result = np.zeros(len(heads))
    told = [index for index, head in enumerate(heads) if not head.yes.all()]
    if told:
        starts = np.cumsum([0, *(len(heads[index].vectors) for index in told[:-1])])
        near = np.concatenate([heads[index].vectors @ vector for index in told])
        near, yes = np.exp(KERNEL * background.scaled(near)), np.concatenate([heads[index].yes for index in told])
        result[told] = np.log1p(np.add.reduceat(near * ~yes, starts) / np.add.reduceat(near * yes, starts)) / KERNEL
    return result


def _nearest(heads: Sequence[Head], vector: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cosines of each head's nearest text that applies, and of its intent."""
    starts = np.cumsum([0, *(len(head.vectors) for head in heads[:-1])])
    near = np.concatenate([head.vectors @ vector for head in heads])
    intent = near[starts]
    near[~np.concatenate([head.yes for head in heads])] = -1.0
    result: NDArray[np.float32] = np.maximum.reduceat(near, starts)
    return result, intent
