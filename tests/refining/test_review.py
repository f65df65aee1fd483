"""The review list: the receipts whose verdict would teach most."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from langgraph_coaching import Example, Receipt, Reply
from langgraph_coaching.coaching.model import Coaching
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.recall.scoring.head import Head
from langgraph_coaching.refining.review import open_receipts

NEAR = ["what would delivery to France cost", "is sending to Iceland expensive", "price of postage abroad"]
FREE = "is delivery free above some amount"
FAR = "my cat has learned to play the piano"


@pytest.fixture
def asked(coach):
    """A coach with two coachings, which was asked about near and far things, one of them again and again."""
    coach.add(id="shipping", intent="a customer asks what shipping costs", behavior=Reply("Ask for the country."))
    coach.add(id="refund", intent="a customer wants their money back", behavior=Reply("Refund it."))
    for text in (*NEAR, FAR, FREE, "could I have my money back please", *NEAR[:1] * 4):
        coach.advise(text)
    return coach


def pairs(receipts):
    return [(receipt.coaching_id, receipt.situation.removeprefix("user: ")) for receipt in receipts]


def test_each_situation_of_each_coaching_is_asked_once_and_what_is_far_last_if_at_all(asked):
    found = pairs(asked.review())
    assert {("shipping", text) for text in NEAR} <= set(found)
    assert len(set(found)) == len(found)
    assert not {("refund", FAR), ("shipping", FAR)} & set(found[: len(NEAR)])


def test_applied_and_missed_ones_are_in_it_as_they_are_stored(asked):
    found = asked.review()  # which writes out what is queued
    stored = {receipt.id: receipt for receipt in asked.receipts()}
    assert {receipt.outcome for receipt in found} <= {"applied", "below_floor", "less_probable"}
    assert all(stored[receipt.id] == receipt for receipt in found)
    assert any(not receipt.applied for receipt in found)


def test_what_was_judged_is_not_asked_again_in_those_words(asked):
    first, *_ = asked.review()
    asked.verdict(first, correct=first.applied)
    asked.advise(first.situation.removeprefix("user: "))
    again = pairs(asked.review())
    assert pairs([first])[0] not in again
    # About another coaching in that situation nobody has said anything.
    assert {name for name, _ in again} == {"shipping", "refund"}


def test_what_is_an_example_is_not_asked(asked):
    assert ("shipping", NEAR[1]) in pairs(asked.review())
    asked.edit("shipping", add_never=[NEAR[1]], add_examples=[NEAR[2]])
    assert not {("shipping", NEAR[1]), ("shipping", NEAR[2])} & set(pairs(asked.review()))


def test_what_has_become_clear_since_is_not_asked(asked):
    asked.edit("shipping", add_examples=[f"{NEAR[0]}?"])  # nearly these words
    assert ("shipping", NEAR[0]) not in pairs(asked.review())


def test_silent_coachings_are_not_asked_about(asked):
    asked.archive("shipping")
    asked.delete("refund")
    assert asked.review() == []
    asked.restore("shipping")
    assert {name for name, _ in pairs(asked.review())} == {"shipping"}


def test_both_coachings_get_their_turn(asked):
    asked.add(id="customs", intent="a customer asks about customs duty on a parcel abroad", behavior=Reply("x"))
    for text in NEAR:
        asked.advise(text)
    assert {name for name, _ in pairs(asked.review(limit=4))} >= {"shipping", "customs"}


def test_a_scoped_coaching_is_weighed_where_it_was_asked(coach):
    coach.add(id="vip", intent="a customer asks what shipping costs", behavior=Reply("Free."), agent="support")
    coach.advise(NEAR[0], agent="support")
    assert [(r.coaching_id, r.agent) for r in coach.review()] == [("vip", "support")]


def test_the_limit_counts(asked):
    found = asked.review()
    assert asked.review(limit=2) == found[:2]
    assert asked.review(limit=0) == []
    with pytest.raises(InvalidCoachingError, match="limit is a number of receipts"):
        asked.review(limit=-1)


def test_where_nothing_was_met_there_is_nothing_to_review(coach):
    assert coach.review() == []
    coach.add(intent="a refund", behavior=Reply("x"))
    assert coach.review() == []
    coach.advise(42)  # a receipt of no coaching
    assert coach.review() == []


# ── what is not answered yet ──


def receipt(name, situation, *, at=0, **fields):
    moment = datetime(2030, 1, 1, tzinfo=UTC) + timedelta(minutes=at)
    known = {"revision": 1, "probability": 0.3, "outcome": "below_floor", "reason": ""} | fields
    return Receipt(coaching_id=name, situation=situation, at=moment, **known)


def head(name, *examples):
    coaching = Coaching(id=name, intent="x", behavior=Reply("x"), examples=examples)
    return Head(coaching, np.zeros((1 + len(examples), 3), dtype=np.float32))


def test_the_latest_receipt_stands_for_a_situation_and_its_threads_are_counted():
    some = [
        receipt("c", "user: a", at=3, thread_id="th-1"), receipt("c", "user: a", at=2, thread_id="th-1"),
        receipt("c", "user: a", at=1, trace_id="t-1"), receipt("c", "user: b"),
    ]  # fmt: skip
    first, second = open_receipts(some, {"c": head("c")}, set())
    assert (first.receipt, first.runs) == (some[0], {"th-1", "t-1"})
    assert second.receipt == some[3]


@pytest.mark.parametrize(
    "given",
    [
        receipt("gone", "user: a"), receipt(None, "user: a", outcome="failed"), receipt("c", ""),
        receipt("c", "user: a", outcome="duplicate"), receipt("c", "user: a", outcome="over_limit"),
        receipt("c", "user: known"), receipt("c", "agent: so?\nuser: both"), receipt("c", "user: a", id="r-judged"),
    ],
)  # fmt: skip
def test_what_needs_no_answer_is_left_out(given):
    known = head(
        "c", Example(text="known"), Example(text="both", turns=(("both", True), ("so?", False)), applies=False)
    )
    assert open_receipts([given], {"c": known}, {"r-judged"}) == []


def test_an_old_verdict_answers_for_all_receipts_of_the_same_words():
    some = [receipt("c", "user: a", at=1), receipt("c", "user: a", id="r-judged")]
    assert open_receipts(some, {"c": head("c")}, {"r-judged"}) == []
