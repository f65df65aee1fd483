"""A store's own traffic as background: what it changes, for whom, and what it leaves alone."""

import numpy as np
import pytest

from langgraph_coaching import Reply
from langgraph_coaching.recall.advice import Advice, Receipt
from langgraph_coaching.recall.background import MOST
from langgraph_coaching.recall.background.traffic import LEAST, recorded, thinned
from langgraph_coaching.recall.ledger import Entry, Ledger
from langgraph_coaching.recall.situation import Situation

VERBS = ["cancel", "rebook", "upgrade", "confirm", "pay for", "change"]
THINGS = ["my flight", "the return flight", "a seat", "the luggage", "my booking", "a connection", "the ticket"]
WHEN = ["today", "on Monday", "next week", "for two people", "to Boston", "from Denver", "because I am ill", "at night"]
TRAFFIC = [f"I want to {verb} {thing} {when}" for verb in VERBS for thing in THINGS for when in WHEN]


def keep(database, texts, namespace="default"):
    """Receipts of these situations, as calls of `advise` leave them."""
    Ledger(database, namespace).write(
        [Entry("", Advice(considered=[_receipt(text, namespace), _receipt(text, namespace)])) for text in texts]
    )


def _receipt(text, namespace):
    names = {"coaching_id": "c-1", "revision": 1, "content_hash": "", "intent": "", "behavior": "reply"}
    chance = {"probability": 0.1, "outcome": "below_floor", "reason": "", "situation": f"user: {text}"}
    return Receipt(**names, **chance, namespace=namespace)


@pytest.fixture
def airline(coach):
    """A coach with one coaching, about business class."""
    coach.add(id="c-1", intent="a customer wants business class flights downgraded", behavior=Reply("Look first."))
    return coach


def chance(coach, text):
    return coach.advise(text).considered[0].probability


def test_in_a_narrow_domain_its_traffic_tells_near_misses_apart(airline):
    near, right = "I want to rebook my flight to Chicago", "please downgrade my business class flights"
    before = chance(airline, near), chance(airline, right)
    keep(airline._database, TRAFFIC)
    airline.calibrate()
    after = chance(airline, near), chance(airline, right)
    assert after[0] < before[0] / 2
    assert after[1] > airline.limits.floor


def test_little_traffic_changes_nothing(airline):
    before = chance(airline, "downgrade my flight")
    keep(airline._database, TRAFFIC[: LEAST - 1])
    airline.calibrate()
    assert chance(airline, "downgrade my flight") == before


def test_recorded_traffic_is_used_from_the_next_calibration_on_and_not_before(airline):
    before = chance(airline, "downgrade my flight")
    keep(airline._database, TRAFFIC)
    assert chance(airline, "downgrade my flight") == before
    airline.calibrate()
    assert chance(airline, "downgrade my flight") != before


def test_another_process_has_the_same_probabilities_after_calibration(airline, opened):
    other = opened()
    chance(other, "downgrade my flight")  # has its own copy in memory from before
    keep(airline._database, TRAFFIC)
    airline.calibrate()
    mine = [chance(airline, text) for text in ("downgrade my flight", "rebook to Boston")]
    assert [chance(other, text) for text in ("downgrade my flight", "rebook to Boston")] == mine
    assert [chance(opened(), text) for text in ("downgrade my flight", "rebook to Boston")] == mine


def test_saving_one_coaching_moves_no_other_in_a_warm_store(airline):
    keep(airline._database, TRAFFIC)
    airline.calibrate()
    before = chance(airline, "downgrade my flight")
    airline.add(id="c-2", intent="a customer wants another seat", behavior=Reply("Ask which."))
    found = {r.coaching_id: r.probability for r in airline.advise("downgrade my flight").considered}
    assert found["c-1"] == pytest.approx(before, rel=1e-5)


def test_another_namespace_is_not_warmed(airline, opened):
    other = opened(namespace="other")
    other.add(id="c-1", intent="a customer wants business class flights downgraded", behavior=Reply("Look first."))
    before = chance(other, "downgrade my flight")
    keep(airline._database, TRAFFIC)
    airline.calibrate()
    other.calibrate()
    assert chance(other, "downgrade my flight") == before
    assert chance(airline, "downgrade my flight") != before


def test_a_sample_is_bounded_and_the_same_in_any_order(airline):
    texts = [f"{text} {number}" for number in range(7) for text in TRAFFIC]
    keep(airline._database, texts)
    first = recorded(airline._database, "default")
    keep(airline._database, texts[::-1])
    again = recorded(airline._database, "default")
    assert len(first) == MOST < len(texts)
    assert first == again


@pytest.mark.parametrize(
    "turns",
    [
        (("hello", True),),
        (("yes please", True), ("which one?\nthe first?", False), ("a refund", True)),
        (("it said: user error", True), ("agent 7 here", False)),
    ],
)
def test_a_situation_is_read_as_it_was_written(turns):
    assert Situation.read(Situation(turns).text).turns == turns


def test_what_is_no_situation_has_no_turns():
    assert Situation.read("").turns == ()
    assert Situation.read("something else").turns == ()


def test_the_background_of_a_warm_store_holds_its_traffic_before_the_small_talk(airline):
    cold = airline._shelf.background(384)
    keep(airline._database, TRAFFIC)
    airline.calibrate()
    warm = airline._adviser.snapshot().background
    assert LEAST <= warm.traffic <= len(TRAFFIC)
    assert len(warm.vectors) == len(cold.vectors) + warm.traffic
    assert warm.small_talk == pytest.approx(cold.small_talk, abs=1e-3)
    assert (warm.low, warm.high) == (cold.low, cold.high)


def test_the_turns_of_one_conversation_count_once(airline):
    background = airline._shelf.background(384)
    same = airline._embedder.documents(
        ["I want to cancel my flight to Boston", "I want to cancel my flight to boston."]
    )
    other = airline._embedder.documents(["where is my luggage"])
    assert len(thinned(np.vstack([same, other, same]), background)) == 2
