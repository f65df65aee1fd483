"""The reserve: verdicts on what was applied make a whole store more reserved, after `calibrate` and never bolder."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langgraph_coaching import Reply
from langgraph_coaching.recall.scoring import traffic_sampler as survey_module
from langgraph_coaching.recall.scoring.reserve import reserve_of
from parts import database_of, sampler_of


def after(*judged, before=0.0):
    return reserve_of([(chance, before, right) for chance, right in judged])


def test_half_of_what_is_believed_is_half_as_many_logits_and_more():
    # Of a thousand at 0.73 (a logit of 1), half are right: a reserve of nearly 1 makes them 0.5.
    assert after(*[(0.7311, n % 2 == 0) for n in range(1_000)]) == pytest.approx(1.0, abs=0.07)


def test_a_few_verdicts_say_little():
    assert 0 < after((0.7, False), (0.7, True)) < 0.1


def test_what_was_better_than_believed_makes_no_store_bolder():
    assert after() == 0
    assert after(*[(0.4, True)] * 100) == 0


def test_it_is_held_against_what_was_believed_without_a_reserve():
    wrong = [(0.6, n % 3 == 0) for n in range(300)]
    (taken,) = {round(after(*wrong), 6)}
    lowered = [(1 / (1 + math.exp(taken) * 2 / 3), right) for _, right in wrong]
    assert after(*lowered, before=taken) == pytest.approx(taken, abs=1e-6)


judged = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=30)


@given(judged, st.floats(0, 3))
def test_it_is_finite_and_one_more_wrong_one_never_lowers_it(found, before):
    value = after(*found, before=before)
    assert 0 <= value < 20
    assert after(*found, (0.9, False), before=before) >= value - 1e-9
    assert after(*found[::-1], before=before) == pytest.approx(value, abs=1e-9)


@pytest.fixture
def judged_badly(coach):
    """A store with a coaching that was wrongly applied, and another one beside it."""
    coach.add(intent="a refund for shoes", behavior=Reply("Refund them."))
    coach.add(intent="where an order is", behavior=Reply("Track it."))
    (receipt,) = coach.advise("I want a refund for my shoes").applied
    coach.verdict(receipt, correct=False)
    return coach


def chance(coach, text="where is my order"):
    return coach.advise(text).considered[0].probability


def test_verdicts_touch_no_other_coaching_until_the_store_is_calibrated(judged_badly, opened):
    fresh = opened(namespace="other")
    fresh.add(intent="where an order is", behavior=Reply("Track it."))
    assert chance(judged_badly) == pytest.approx(chance(fresh), abs=1e-6)
    found = judged_badly.calibrate()
    assert found.reserve > 0
    assert chance(judged_badly) < chance(fresh)
    assert judged_badly.calibrate() == found  # each verdict counts once


def test_it_stays_in_the_store_and_in_its_namespace(judged_badly, opened):
    judged_badly.calibrate()
    assert chance(opened()) == chance(judged_badly)
    assert sampler_of(opened(namespace="other")).reserve() == 0


def test_a_running_agent_notices_that_its_store_was_calibrated_elsewhere(judged_badly, opened, monkeypatch):
    monkeypatch.setattr(survey_module, "LOOK", 0.0)
    running = opened()
    before = chance(running)
    judged_badly.calibrate()
    assert chance(running) == before
    running.flush()
    assert chance(running) < before


def test_right_ones_take_it_back(judged_badly):
    reserve = judged_badly.calibrate().reserve
    for text in ("where is my order", "where is the order", "where the order is"):
        (receipt,) = judged_badly.advise(text).applied
        judged_badly.verdict(receipt, correct=True)
    assert judged_badly.calibrate().reserve < reserve


def test_a_verdict_said_otherwise_counts_as_it_stands(coach):
    coach.add(intent="where an order is", behavior=Reply("Track it."))
    (receipt,) = coach.advise("where is my order").applied
    coach.verdict(receipt, correct=False)
    assert coach.calibrate().reserve > 0
    coach.verdict(receipt, correct=True)
    assert coach.calibrate().reserve == 0


def test_verdicts_of_an_earlier_version_are_read_and_added_to(judged_badly, opened):
    database_of(judged_badly).table("verdicts").drop_columns(["reserve"])
    later = opened()
    assert later.calibrate().reserve > 0
    (receipt,) = later.advise("where is my order").applied
    later.verdict(receipt, correct=True)
    assert [round(one.reserve, 6) for one in later.verdicts()] == [0.0, round(receipt.reserve, 6)]
    assert receipt.reserve > 0
