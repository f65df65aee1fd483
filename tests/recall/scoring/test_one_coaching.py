"""One coaching in many situations: the numbers of `search`, the other way round."""

from datetime import UTC, datetime

import numpy as np
import pytest

from langgraph_coaching.coaching.compose import compose
from langgraph_coaching.coaching.model import Labels
from langgraph_coaching.recall.embedder import Embedder
from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
from langgraph_coaching.recall.scoring.coaching_vectors import vectors_of
from langgraph_coaching.recall.scoring.head import Head, fit_heads
from langgraph_coaching.recall.scoring.one_coaching import chances_of
from langgraph_coaching.recall.scoring.places import Places, surroundings_of
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
    many = Places.of(places)
    got = chances_of(many, fitted, 0, traffic and surroundings_of(many, traffic))
    assert expected.max() > 0.5 > expected.min()
    np.testing.assert_allclose(got.values[~got.unsure], expected[~got.unsure], atol=2e-6)
    assert got.unsure.mean() < 0.05
    ranks = many.vectors @ snapshot.rows.full[0] + snapshot.rows.offsets[0]
    np.testing.assert_allclose(got.ranks, ranks, atol=1e-4)


def test_there_may_be_no_situation_at_all(places, embedder, backgrounds, background):
    coaching = compose("default", intent="a customer asks where a parcel is", behavior={"type": "reply", "text": "x"})
    head = Head(coaching, np.stack(vectors_of([coaching], embedder, backgrounds.background)[0]))
    fitted = FittedHeads((head,), fit_heads([head], background), background)
    none = Places.of(places).take(slice(0))
    assert [len(part) for part in chances_of(none, fitted, 0, None)] == [0, 0, 0]
