"""One coaching in many situations: the numbers of `search`, the other way round."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from langgraph_coaching.coaching.compose import compose
from langgraph_coaching.coaching.model import Labels
from langgraph_coaching.recall.embedder import Embedder
from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
from langgraph_coaching.recall.scoring.coaching_vectors import vectors_of
from langgraph_coaching.recall.scoring.head import Head, fit_heads
from langgraph_coaching.recall.scoring.one_coaching import largest_probabilities
from langgraph_coaching.recall.scoring.probability import FittedHeads
from langgraph_coaching.recall.scoring.situation_vector import situation_vector
from langgraph_coaching.recall.scoring.traffic import Traffic
from langgraph_coaching.recall.search import search
from langgraph_coaching.recall.situation import Situation
from langgraph_coaching.recall.snapshot import Snapshot
from langgraph_coaching.storage.database import Database

ASKED = ("where is my", "I lost the", "how much is a", "cancel the", "yes,", "not the")
THINGS = ("parcel", "card", "flight", "refund", "hotel", "password", "voucher", "bag", "ticket", "invoice")
SAID = [f"{asked} {thing}" for asked in ASKED for thing in THINGS]


@pytest.fixture(scope="module")
def embedder(embeddings):
    return Embedder(embeddings)


@pytest.fixture(scope="module")
def backgrounds(embedder, tmp_path_factory):
    return BackgroundCache(Database(tmp_path_factory.mktemp("store")), embedder)


@pytest.fixture(scope="module")
def background(backgrounds):
    return backgrounds.background(384)


@pytest.fixture(scope="module")
def places(embedder, background):
    situations = [Situation(((text, True),)) for text in SAID]
    situations += [Situation(((text, True), ("Which one?", False), (SAID[0], True))) for text in SAID]
    situations += [Situation((("I don't want a refund", True),)), Situation((("goodbye", True),))]
    return [situation_vector(one, embedder.documents(one.texts), background) for one in situations]


KNOWN = {
    "by its intent": {},
    "with examples": {"examples": ["where is my parcel", "my parcel did not come"]},
    "with a never": {"examples": ["where is my parcel"], "never": ["how much is a parcel", "cancel the parcel"]},
    "of what is not wanted": {"examples": ["I don't want a refund"]},
    "of a later moment": {
        "examples": [
            {
                "text": "yes, parcel",
                "turns": [("yes, parcel", True), ("Which?", False), ("where is it", True)],
                "origin": "source",
            }
        ]
    },
}


@pytest.mark.parametrize("reserve", [0.0, 0.7])
@pytest.mark.parametrize("crowd", [False, True], ids=["without traffic", "with traffic"])
@pytest.mark.parametrize("fields", KNOWN.values(), ids=KNOWN)
def test_the_numbers_are_those_of_a_search(fields, crowd, reserve, places, embedder, backgrounds, background):
    behavior = {"type": "reply", "text": "x"}
    coaching = compose("default", intent="a customer asks where a parcel is", behavior=behavior, **fields)
    head = Head(coaching, np.stack(vectors_of([coaching], embedder, backgrounds.background)[0]))
    traffic = Traffic.of(places, background) if crowd else None
    assert (traffic is not None) is crowd
    snapshot = Snapshot.of(0, [head], fit_heads([head], background), background, traffic, reserve)
    found = search(snapshot, places, Labels(), datetime.now(UTC), 1)
    expected = np.array([some[0].probability for some in found])
    fitted = FittedHeads(snapshot.heads, snapshot.fits, background, reserve)
    got = largest_probabilities(places, [fitted], traffic)
    assert expected.max() > 0.5 > expected.min()
    np.testing.assert_allclose(got, expected, atol=2e-3)


def test_of_several_coachings_the_likeliest_counts(places, embedder, backgrounds, background):
    both = [
        compose("default", intent=intent, behavior={"type": "reply", "text": "x"})
        for intent in ("a customer asks where a parcel is", "a customer wants to cancel a flight")
    ]
    heads = [
        Head(one, np.stack(rows))
        for one, rows in zip(both, vectors_of(both, embedder, backgrounds.background), strict=True)
    ]
    each = [FittedHeads((head,), fit_heads([head], background), background) for head in heads]
    alone = [largest_probabilities(places, [one], None) for one in each]
    np.testing.assert_array_equal(largest_probabilities(places, each, None), np.maximum(*alone))
    assert largest_probabilities([], each, None).shape == (0,)
    crowded = [replace(one, crowding=9.0) for one in places]
    assert (largest_probabilities(crowded, each, None) <= np.maximum(*alone) + 1e-9).all()
