"""The weights of one embedder: fitted on packaged phrasings, held near those that all share."""

from __future__ import annotations

import io

import numpy as np
import pytest

from langgraph_coaching.recall.embedder import Embedder
from langgraph_coaching.recall.minilm import MiniLM
from langgraph_coaching.recall.scoring.background.cache import PACKAGED, pack, unpack
from langgraph_coaching.recall.scoring.phrasings import phrasing_texts, wishes
from langgraph_coaching.recall.scoring.platt_scaling import Measurements, align_weights, simulate_stores
from langgraph_coaching.recall.scoring.weights import NEVER_COLUMN, WEIGHTS

pytestmark = pytest.mark.usefixtures("computed_anew")


@pytest.fixture(scope="module")
def background():
    return unpack(PACKAGED.read_bytes())


@pytest.fixture(scope="module")
def found(background) -> Measurements:
    return simulate_stores(Embedder(MiniLM()).known_documents(phrasing_texts()), background)


def test_the_phrasings_are_many_peoples_words_with_near_misses():
    assert len(wishes()) >= 80
    for wish in wishes():
        assert len(set(wish.said)) >= 10, wish.intent
        assert len(wish.near) >= 3, wish.intent
        assert not set(wish.said) & set(wish.near), wish.intent


@pytest.mark.slow
def test_the_embedded_embedder_is_what_others_are_held_against(found):
    assert np.allclose(align_weights(found), WEIGHTS, atol=0.02)


@pytest.mark.slow
def test_an_embedder_whose_likeness_says_half_as_much_gets_weights_that_say_the_same(found):
    """Half of every logit, and one less: stretched and moved back, each situation is as likely as it was."""
    logits = found.inputs @ WEIGHTS
    other = Measurements(found.inputs.copy(), found.right)
    other.inputs[:] = found.inputs / 2
    other.inputs[:, 0] = 1.0
    away = (logits - WEIGHTS[0]) / 2 + WEIGHTS[0]  # what the shared weights say of it
    assert np.abs(away - logits).mean() > 0.5
    aligned = other.inputs @ align_weights(other)
    assert np.abs(aligned - logits).mean() < 0.2


@pytest.mark.slow
def test_the_weight_of_never_here_is_set_not_fitted(found):
    assert align_weights(Measurements(found.inputs / 2, found.right))[NEVER_COLUMN] == WEIGHTS[NEVER_COLUMN]


@pytest.mark.slow
def test_an_embedder_of_which_little_is_measured_is_taken_for_the_embedded_one(found):
    assert np.abs(align_weights(Measurements(found.inputs[:1], found.right[:1])) - WEIGHTS).max() < 0.5


@pytest.mark.slow
def test_the_packaged_weights_are_those_of_the_packaged_embedder(background, found):
    assert np.allclose(background.weights, align_weights(found), atol=0.15)  # vectors are kept at half precision


def test_a_background_keeps_its_weights(background):
    assert np.array_equal(unpack(pack(background)).weights, background.weights)


def test_a_background_of_an_earlier_version_is_read_with_the_shared_weights(background):
    with np.load(io.BytesIO(pack(background))) as kept:
        earlier = io.BytesIO()
        np.savez(earlier, **{name: kept[name] for name in kept.files if name != "weights"})
    assert np.array_equal(unpack(earlier.getvalue()).weights, WEIGHTS)
