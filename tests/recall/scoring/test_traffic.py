"""The store's own traffic: what is said near a situation moves its probability, and nothing else does."""

from datetime import UTC, datetime

import numpy as np
import pytest

from langgraph_coaching import Reply
from langgraph_coaching.coaching.model import Coaching, Example, Labels
from langgraph_coaching.recall.embedder import Embedder
from langgraph_coaching.recall.minilm import MiniLM
from langgraph_coaching.recall.scoring.background.cache import PACKAGED, unpack
from langgraph_coaching.recall.scoring.first_stage import Rows
from langgraph_coaching.recall.scoring.head import Head, fit
from langgraph_coaching.recall.scoring.situation_vector import SituationVector
from langgraph_coaching.recall.scoring.traffic import LEAST, Traffic
from langgraph_coaching.recall.scoring.weights import TRAFFIC_ENOUGH
from langgraph_coaching.recall.search import search
from langgraph_coaching.recall.snapshot import Snapshot

ORDERS = [
    f"{how} {what}"
    for what in (
        "the blue lamp I ordered",
        "my order of garden chairs",
        "the shoes from last week",
        "a parcel for my sister",
        "the coffee machine",
        "two winter coats",
        "the phone case",
        "a birthday present",
        "the new desk",
        "my second order",
        "the bicycle helmet",
        "a box of tea",
    )
    for how in ("where is", "when will you ship", "can I still change the address of", "is there a tracking number for")
]
BILLS = [
    f"{how} {what}"
    for what in ("my invoice", "the last bill", "a payment", "my card", "the receipt", "this charge")
    for how in ("I do not understand", "please send me", "there is a mistake in", "who can explain")
]


@pytest.fixture(scope="module")
def background():
    return unpack(PACKAGED.read_bytes())


@pytest.fixture(scope="module")
def placed(background):
    """Where texts are."""
    embedder = Embedder(MiniLM())

    def at(*texts):
        vectors = embedder.documents(texts)
        return [SituationVector(v, float(c)) for v, c in zip(vectors, background.crowding(vectors), strict=True)]

    return at


@pytest.fixture
def chance(placed, background):
    """The probability of a coaching, given as texts where it applies, at a text, in a store with some traffic."""

    def of(applies, text, traffic=None):
        said = [Example(text=other) for other in applies[1:]]
        coaching = Coaching(id="c", intent=applies[0], behavior=Reply("Do it."), examples=tuple(said))
        heads = [Head(coaching, np.stack([one.vector for one in placed(*applies)]))]
        snapshot = Snapshot.of(1, heads, fit(heads, background), background, traffic)
        return search(snapshot, placed(text), Labels(), datetime.now(UTC), 1)[0][0].probability

    return of


@pytest.fixture(scope="module")
def little(placed, background):
    """What customers say of orders and bills."""
    return Traffic.of(placed(*ORDERS, *BILLS), background)


@pytest.fixture(scope="module")
def much(little):
    """The same from many customers, no two of whom say it quite alike: enough to count in full."""
    times = -(-TRAFFIC_ENOUGH // len(little.vectors))
    noise = np.random.default_rng(0).normal(scale=0.02, size=(times * len(little.vectors), little.vectors.shape[1]))
    vectors = np.tile(little.vectors, (times, 1)) + noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    crowding, mixed = np.tile(little.crowding, times), np.tile(little.mixed, times)
    return Traffic(Rows.of(vectors.astype(np.float32)), crowding, mixed)


def test_little_counts_little(chance, little, much):
    coached, asked = ["how to assemble the desk", "the desk has no screws"], "when does the new desk ship"
    cold, some, full = (chance(coached, asked, traffic) for traffic in (None, little, much))
    assert full < some < cold
    assert cold - some < (cold - full) / 2


def test_a_near_miss_that_everybody_says_is_less_likely_with_traffic(chance, much):
    coached, asked = ["how to assemble the desk", "the desk has no screws"], "when does the new desk ship"
    assert chance(coached, asked, much) < 0.8 * chance(coached, asked)


def test_a_coaching_whose_own_situation_is_most_of_the_traffic_still_applies(chance, much):
    coached = ["where an order is", "where is my order", "when will my order be shipped"]
    assert chance(coached, "where is the order I placed", much) >= 0.3


def test_too_little_is_none(placed, background):
    assert Traffic.of(placed(*ORDERS[: LEAST - 1]), background) is None


def test_where_the_traffic_covers_nothing_it_says_nothing(chance, much):
    coached, asked = ["how to learn jazz", "I would love to play jazz"], "is jazz harder to play than blues"
    assert chance(coached, asked, much) == chance(coached, asked)


def test_what_is_alike_counts_once(placed, background):
    once = Traffic.of(placed(*ORDERS, *BILLS), background)
    twice = Traffic.of(placed(*ORDERS, *BILLS, *(f"{text}?" for text in ORDERS)), background)
    assert len(twice.vectors) < len(once.vectors) + len(ORDERS) / 2
    assert Traffic.of(placed(*["where is my order"] * 500), background) is None


def test_the_same_situation_is_no_neighbour_of_itself(placed, background):
    traffic = Traffic.of(placed(*ORDERS, *BILLS), background)
    (known,) = traffic.around(placed(ORDERS[0]), background)
    without = Traffic.of(placed(*ORDERS[1:], *BILLS), background)
    (unknown,) = without.around(placed(ORDERS[0]), background)
    assert known.density == pytest.approx(unknown.density)
