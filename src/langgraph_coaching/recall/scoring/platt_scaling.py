"""Platt scaling: aligns the weights of one embedder with those of the embedded one, by the packaged phrasings.

What a likeness means differs from embedder to embedder, most of all for paraphrases: one sees them at once, another
sees words. So simulated stores of packaged wishes say how much this embedder's logits have to be stretched and moved
(Platt's scaling) until a probability is right as often as the embedded embedder's is. A floor means the same for all.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from langgraph_coaching.coaching.behavior import Reply
from langgraph_coaching.coaching.model import Coaching, Example
from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.scoring.coaching_vectors import intent_text
from langgraph_coaching.recall.scoring.head import Head, fit_heads
from langgraph_coaching.recall.scoring.phrasings import wishes
from langgraph_coaching.recall.scoring.probability import FittedHeads, coaching_features, texts_of
from langgraph_coaching.recall.scoring.situation_vector import SituationVector
from langgraph_coaching.recall.scoring.weights import NEVER_COLUMN, REFERENCE, WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.phrasings import Wish

EXAMPLES = (0, 1, 3)
SIZES = (8, 16, 32)
"""Coachings of a simulated store."""

ROUNDS = 2
"""Stores of each size with each number of examples."""

ASKED, OTHERS, TALK = 6, 3, 20
"""Phrasings of each coached wish, of each two others, and of small talk."""

HELD = 5.0
"""Situations that being like the embedded one counts as much as; some 3,000 are measured."""


_STEP = 1.0
"""Most that Newton's method moves at once: further, and it can leave where there is any curve."""

LEAST, MOST = 0.5, 2.0
"""How much logits are stretched at least and at most: one that sees no likeness in other words still knows the same
words again."""


class Measurements(NamedTuple):
    """What was measured of the likeliest coaching of each situation, and whether it is right there."""

    inputs: NDArray[np.float64]
    """`float64[n, 10]`, as `coaching_features` has them."""
    right: NDArray[np.float64]
    """`float64[n]`, 0 or 1."""


def simulate_stores(vectors: Mapping[str, NDArray[np.float32]], background: Background) -> Measurements:
    """Measures stores of packaged wishes, each asked in other people's words.

    Args:
        vectors: Unit vector of each text of `phrasing_texts()` that the embedder has one for.
        background: Of the same embedder.
    """
    known = [wish for wish in wishes() if all(text in vectors for text in (intent_text(wish.intent), *wish.said))]
    talk = background.small_talk
    parts = []
    for number in range(ROUNDS * len(SIZES) * len(EXAMPLES)):
        rng = random.Random(number)  # noqa: S311 - the same stores for every embedder
        examples, size = EXAMPLES[number % len(EXAMPLES)], SIZES[number // len(EXAMPLES) % len(SIZES)]
        chosen = rng.sample(known, len(known))
        coached, others = chosen[:size], chosen[size : 2 * size]
        heads, asked = [], []
        for index, wish in enumerate(coached):
            said = rng.sample(wish.said, len(wish.said))
            heads.append(_head(index, wish, said[:examples], vectors))
            asked += [(vectors[text], index) for text in said[examples:][:ASKED]]
            asked += [(vectors[text], -1) for text in wish.near if text in vectors]
        asked += [(vectors[text], -1) for wish in others for text in rng.sample(wish.said, OTHERS)]
        asked += [(talk[index], -1) for index in rng.sample(range(len(talk)), min(TALK, len(talk)))]
        parts.append(_measure_store(heads, asked, background))
    return Measurements(np.vstack([part.inputs for part in parts]), np.concatenate([part.right for part in parts]))


def align_weights(found: Measurements) -> NDArray[np.float64]:
    """The shared weights, stretched and moved so that they mean for this embedder what they mean for the embedded one.

    Args:
        found: Of one embedder.

    Returns:
        `float64[10]`; "never here" weighs the same for all.
    """
    stretch, move = fit_platt(found)
    stretch /= REFERENCE[0]
    if not LEAST <= stretch <= MOST:
        stretch = min(max(stretch, LEAST), MOST)
        _, move = fit_platt(found, fixed=stretch * REFERENCE[0])
    result = WEIGHTS * stretch
    result[0] += (move - REFERENCE[1]) / REFERENCE[0]
    result[NEVER_COLUMN] = WEIGHTS[NEVER_COLUMN]
    return result


def fit_platt(found: Measurements, fixed: float | None = None) -> tuple[float, float]:
    """The most likely factor and addend for the logits of the shared weights, by Newton's method.

    Args:
        found: Of one embedder.
        fixed: The factor, where only the addend is looked for.
    """
    with one_thread():
        logits = found.inputs @ WEIGHTS
    x = np.column_stack([logits, np.ones(len(logits))])
    believed = HELD * (x**2).mean(axis=0) / 4  # a logistic's information per situation, at its most
    began = np.array(REFERENCE)
    result = began.copy()
    if fixed is not None:
        result[0] = began[0] = fixed
    free = [0, 1] if fixed is None else [1]
    with one_thread():
        for _ in range(50):
            chance = 1 / (1 + np.exp(-np.clip(x @ result, -30, 30)))
            curve = (x * (chance * (1 - chance))[:, np.newaxis]).T @ x + np.diag(believed)
            slope = x.T @ (found.right - chance) - believed * (result - began)
            step = np.linalg.solve(curve[np.ix_(free, free)], slope[free])
            result[free] += step * min(1.0, _STEP / max(float(np.abs(step).max()), 1e-12))
    return float(result[0]), float(result[1])


def _head(index: int, wish: Wish, said: Sequence[str], vectors: Mapping[str, NDArray[np.float32]]) -> Head:
    examples = tuple(Example(text=text) for text in said)
    coaching = Coaching(id=f"wish-{index}", intent=wish.intent, behavior=Reply(f"Answer {index}."), examples=examples)
    return Head(coaching, np.stack([vectors[text] for text in (intent_text(wish.intent), *said)]))


def _measure_store(
    heads: Sequence[Head], asked: Sequence[tuple[NDArray[np.float32], int]], background: Background
) -> Measurements:
    fits = fit_heads(heads, background)
    stacked = np.stack([vector for vector, _ in asked])
    crowding = background.crowding(stacked)
    with one_thread():
        ranks = stacked @ fits.rows.T + fits.offsets
    best = ranks.argmax(axis=1)
    fitted = FittedHeads(heads, fits, background)
    rows = _feature_rows(stacked, crowding, ranks, best, fitted)
    right = (best == [index for _, index in asked]).astype(np.float64)
    return Measurements(np.vstack(list(rows)), right)


def _feature_rows(
    stacked: NDArray[np.float32],
    crowding: NDArray[np.float64],
    ranks: NDArray[np.float32],
    best: NDArray[np.intp],
    fitted: FittedHeads,
) -> Iterator[NDArray[np.float64]]:
    for vector, crowd, row, index in zip(stacked, crowding, ranks, best, strict=True):
        chosen = np.array([index])
        yield coaching_features(
            SituationVector(vector, float(crowd)), chosen, row[chosen], fitted, texts_of(chosen, fitted)
        )
