"""The choice: floor, precedence, duplicates, item limit, budget; and a reason for everything left out."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from langgraph_coaching import Coaching, Limits, Reply
from langgraph_coaching.recall.head import Head
from langgraph_coaching.recall.prompt import count_tokens
from langgraph_coaching.recall.search import Candidate
from langgraph_coaching.recall.select import select

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
WIDE = {"margin": 1.0, "floor": 0.3}


def candidate(name, probability, **fields):
    coaching = Coaching(**{"id": name, "intent": f"case {name}", "behavior": Reply(f"Say {name}."), **fields})
    return Candidate(Head(coaching, np.zeros((1, 4), np.float32)), probability)


def outcomes(advice):
    return {receipt.coaching_id: receipt.outcome for receipt in advice.considered}


def test_nothing_makes_empty_advice():
    advice = select([], Limits(), situation="hello")
    assert (advice.considered, advice.prompt, advice.situation) == ([], "", "hello")


def test_below_the_floor_nothing_applies_and_the_reason_is_said():
    advice = select([candidate("a", 0.29), candidate("b", 0.3)], Limits(**WIDE))
    assert outcomes(advice) == {"b": "applied", "a": "below_floor"}
    assert advice.considered[1].reason == "probability 0.29 is below the floor of 0.30"
    assert "Say b." in advice.prompt
    assert "Say a." not in advice.prompt


def test_priority_goes_before_probability_before_age_before_id():
    given_ = [
        candidate("likely", 0.9, created_at=NOON), candidate("less", 0.8, created_at=NOON),
        candidate("first", 0.4, priority=1, created_at=NOON), candidate("z-old", 0.6, created_at=NOON),
        candidate("new", 0.6, created_at=NOON + timedelta(days=1)), candidate("a-old", 0.6, created_at=NOON),
    ]  # fmt: skip
    advice = select(given_, Limits(items=6, **WIDE))
    assert [r.coaching_id for r in advice.applied] == ["first", "likely", "less", "new", "a-old", "z-old"]
    places = [advice.prompt.index(f"Say {r.coaching_id}.") for r in advice.applied]
    assert places == sorted(places)


def test_the_same_behavior_is_said_once():
    same = [
        candidate("a", 0.9),
        candidate("b", 0.8, behavior=Reply("say  A.")),
        candidate("c", 0.7, behavior=Reply("Else.")),
    ]
    advice = select(same, Limits(**WIDE))
    assert outcomes(advice) == {"a": "applied", "b": "duplicate", "c": "applied"}
    assert next(r.reason for r in advice.considered if r.coaching_id == "b") == "a already says the same"


def test_no_more_than_the_item_limit():
    advice = select([candidate(str(n), 0.9 - n / 100) for n in range(6)], Limits(items=2, **WIDE))
    assert [r.coaching_id for r in advice.applied] == ["0", "1"]
    assert {r.outcome for r in advice.considered[2:]} == {"over_limit"}
    assert "2 coachings with precedence" in advice.considered[2].reason


def test_what_does_not_fit_the_budget_is_passed_over_for_what_does():
    big = candidate("big", 0.9, behavior=Reply("word " * 700))
    advice = select([big, candidate("small", 0.8)], Limits(tokens=200, **WIDE))
    assert outcomes(advice) == {"small": "applied", "big": "over_budget"}
    assert "tokens of 200" in advice.considered[1].reason


def test_what_is_far_less_probable_than_the_best_is_left_out_unless_it_has_priority():
    given_ = [candidate("best", 0.9), candidate("far", 0.5), candidate("wanted", 0.5, priority=1)]
    advice = select(given_, Limits(floor=0.3, margin=0.2))
    assert outcomes(advice) == {"wanted": "applied", "best": "applied", "far": "less_probable"}


_CANDIDATES = st.lists(
    st.tuples(st.floats(0, 1), st.integers(-3, 3), st.integers(1, 400), st.booleans()), max_size=40
).map(
    lambda rows: [
        candidate(f"c{n}", p, priority=rank, behavior=Reply("x" * size if same else f"{n} " + "y" * size))
        for n, (p, rank, size, same) in enumerate(rows)
    ]
)


@given(_CANDIDATES, st.integers(1, 5), st.integers(20, 300), st.floats(0, 1), st.integers(1, 12))
def test_every_choice_keeps_its_limits(candidates, items, tokens, floor, considered):
    limits = Limits(items=items, tokens=tokens, floor=floor, considered=considered)
    advice = select(candidates, limits)
    assert len(advice.applied) <= items
    assert count_tokens(advice.prompt) <= tokens
    assert all(receipt.probability >= floor for receipt in advice.applied)
    assert bool(advice.prompt) == bool(advice.applied)
    assert len(advice.considered) == min(len(candidates), max(considered, len(advice.applied)))
    assert all(receipt.reason for receipt in advice.considered)
    rest = [receipt.probability for receipt in advice.considered[len(advice.applied) :]]
    assert rest == sorted(rest, reverse=True)
    assert list(advice.considered[: len(advice.applied)]) == advice.applied
    shuffled = select(candidates[::-1], limits)
    assert (shuffled.prompt, outcomes(shuffled)) == (advice.prompt, outcomes(advice))


@pytest.mark.parametrize("field", ["coaching_id", "revision", "content_hash", "intent", "behavior"])
def test_a_receipt_names_the_exact_revision(field):
    one = candidate("a", 0.9, revision=7)
    (receipt,) = select([one], Limits(), situation="words", namespace="acme").considered
    told = one.head.coaching
    expected = {
        "coaching_id": "a", "revision": 7, "content_hash": told.content_hash, "intent": "case a", "behavior": "reply",
    }  # fmt: skip
    assert getattr(receipt, field) == expected[field]
    assert (receipt.situation, receipt.namespace) == ("words", "acme")
