"""Fits what traffic near a situation says: simulated stores that have met most of what they are asked, but not all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from data import OUT_OF_SCOPE, Said, halves, in_words, shuffled
from dialogues import AS_IT_IS, Star

from langgraph_coaching.recall.scoring.probability import (
    FittedHeads,
    coaching_features,
    logits_without_traffic,
    texts_of,
    traffic_features,
)
from langgraph_coaching.recall.scoring.traffic import Traffic
from langgraph_coaching.recall.scoring.weights import NEAREST_COLUMN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from data import Split
    from intents import Coached
    from vectors import Vectors

    from langgraph_coaching.recall.scoring.situation_vector import SituationVector

SIZES = (300, 2_000)
"""Situations that a store has met."""

HIDDEN = 0.35
"""Share of the intents that are not coached which it has never met."""

NEW = 0.4
"""Weight of a situation that is new in this way: of what people say tomorrow, about one in seven is."""

OUT = 120
"""Out-of-scope utterances that are asked besides."""

STARS, MET, DIALOGUES = 3, 250, 100
"""Stores that are asked STAR dialogues, dialogues each has met, and is asked."""

RIDGE = 1e-4


class Nearby(NamedTuple):
    """Of each situation's likeliest coaching: what the surroundings measure, the logit without them, and the truth."""

    inputs: np.ndarray
    logits: np.ndarray
    right: np.ndarray
    mass: np.ndarray


def nearby(
    coached: Coached, traffic: Traffic, places: Sequence[SituationVector], right: np.ndarray, mass: np.ndarray
) -> Nearby:
    """Measures the surroundings of these situations."""
    background = coached.vectors.background
    fitted = FittedHeads(coached.heads, coached.fits, background)
    inputs, logits, found = [], [], []
    for place, around in zip(places, traffic.neighbours_of(places, background), strict=True):
        ranks = coached.fits.rows @ place.vector + coached.fits.offsets
        best = np.array([ranks.argmax()])
        texts = texts_of(best, fitted)
        plain = logits_without_traffic(place, best, ranks[best], fitted, texts)
        own = coaching_features(place, best, ranks[best], fitted, texts)[:, NEAREST_COLUMN]
        inputs.append(traffic_features(around, best, plain, own, fitted, texts)[0])
        logits.append(plain[0])
        found.append(best[0])
    return Nearby(np.array(inputs), np.array(logits), (np.array(found) == right).astype(float), mass)


def met(data: Path, name: str, found: Split, states: dict[int, Coached], asked: list[Said], seed: int) -> list[Nearby]:
    """What a simulated store measures with either size of traffic, at each number of verdicts.

    Args:
        data: The data folder.
        name: Of the data set.
        found: What is coached.
        states: The store, by number of verdicts; one without any counts as much as all others.
        asked: What it is asked.
        seed: Of the choice of what it has never met.
    """
    train, _ = halves(data, name)
    intent = {row["text"]: row["intent"] for row in train}
    others = sorted({one for one in intent.values() if in_words(one) not in found.names} - {OUT_OF_SCOPE})
    rng = np.random.default_rng(seed)
    hidden = {OUT_OF_SCOPE, *rng.permutation(others)[: round(HIDDEN * len(others))].tolist()}
    outside = sorted(text for text, one in intent.items() if one == OUT_OF_SCOPE)
    said = [*asked, *(Said(text, -1) for text in shuffled(outside, rng)[:OUT])]
    right = np.array([one.right for one in said])
    new = np.where([intent[one.text] in hidden for one in said], NEW, 1.0)
    result = []
    for count, coached in states.items():
        places = coached.vectors.places([one.text for one in said])
        known = coached.vectors.places(
            [one.text for one in found.stream if intent[one.text] not in hidden][: SIZES[-1]]
        )
        for size in SIZES:
            if (traffic := Traffic.of(known[:size], coached.vectors.background)) is not None:
                mass = new * ((len(states) - 1.0 if count == 0 else 1.0) / len(said))
                result.append(nearby(coached, traffic, places, right, mass))
    return result


def dialogues(data: Path, vectors: Vectors) -> list[Nearby]:
    """Even STAR dialogues, half of the tasks coached, in stores that have met other even ones."""
    result = []
    for seed in range(STARS):
        star = Star(data, vectors, seed, DIALOGUES, tuning=True)
        asked = star.asked(AS_IT_IS)
        known = [one[0] for one in Star(data, vectors, seed + 50, MET, tuning=True).asked(AS_IT_IS)]
        known = shuffled(known, seed)
        right = np.array([one[2] for one in asked])
        mass = np.full(len(asked), 3.0 / len(asked))
        for size in SIZES:
            traffic = Traffic.of(known[:size], vectors.background)
            result.append(nearby(star.coached, traffic, [one[0] for one in asked], right, mass))
    return result


def weights(found: Sequence[Nearby]) -> np.ndarray:
    """`NEARBY` for these, by Newton's method with a small ridge; the logits without are taken as they are."""
    inputs, logits, right, mass = (np.concatenate(parts) for parts in zip(*found, strict=True))
    result = np.zeros(inputs.shape[1])
    ridge = RIDGE * mass.sum()
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(inputs @ result + logits, -30, 30)))
        curve = (inputs * (mass * chance * (1 - chance))[:, None]).T @ inputs + ridge * np.eye(len(result))
        result = result + np.linalg.solve(curve, inputs.T @ (mass * (right - chance)) - ridge * result)
    return result
