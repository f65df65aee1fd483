"""The weights of one embedder: fitted on packaged phrasings, held near those that all share."""

from __future__ import annotations

import io

import numpy as np
import pytest

from langgraph_coaching.recall.background.shelf import PACKAGED, packed, unpacked
from langgraph_coaching.recall.calibrate import WEIGHTS
from langgraph_coaching.recall.embedder import Embedder
from langgraph_coaching.recall.minilm import MiniLM
from langgraph_coaching.recall.scoring.fitting import NEVER, Measured, simulated, weights
from langgraph_coaching.recall.scoring.phrasings import texts, wishes


@pytest.fixture(scope="module")
def background():
    return unpacked(PACKAGED.read_bytes())


@pytest.fixture(scope="module")
def found(background) -> Measured:
    return simulated(Embedder(MiniLM()).known_documents(texts()), background)


def unlikely(found: Measured, using: np.ndarray) -> float:
    logits = found.inputs @ using
    return float(np.log1p(np.exp(-np.where(found.right > 0, logits, -logits))).mean())


def test_the_phrasings_are_many_peoples_words_with_near_misses():
    assert len(wishes()) >= 80
    for wish in wishes():
        assert len(set(wish.said)) >= 10, wish.intent
        assert len(wish.near) >= 3, wish.intent
        assert not set(wish.said) & set(wish.near), wish.intent


def test_fitted_weights_say_better_what_is_right_than_the_shared_ones_do(found):
    assert unlikely(found, weights(found)) < unlikely(found, WEIGHTS)


def test_the_weight_of_never_here_is_set_not_fitted(found):
    assert weights(found)[NEVER] == WEIGHTS[NEVER]


def test_an_embedder_with_little_measured_stays_with_the_shared_weights(found):
    few = Measured(found.inputs[:1], found.right[:1])
    assert np.abs(weights(few, held=1e6) - WEIGHTS).max() < 0.01


def test_the_packaged_weights_are_those_of_the_packaged_embedder(background, found):
    assert np.allclose(background.weights, weights(found), atol=0.15)  # vectors are kept at half precision


def test_a_background_keeps_its_weights(background):
    assert np.array_equal(unpacked(packed(background)).weights, background.weights)


def test_a_background_of_an_earlier_version_is_read_with_the_shared_weights(background):
    with np.load(io.BytesIO(packed(background))) as kept:
        earlier = io.BytesIO()
        np.savez(earlier, **{name: kept[name] for name in kept.files if name != "weights"})
    assert np.array_equal(unpacked(earlier.getvalue()).weights, WEIGHTS)
