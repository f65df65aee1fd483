"""Verdicts sharpen one coaching, locally, without touching its intent or any other coaching."""

import pytest

from langgraph_coaching import Coach, Reply
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError
from langgraph_coaching.refining.wilson import wilson_interval

SHIPPING = "a customer asks what shipping costs"


@pytest.fixture
def coach(tmp_path):
    with Coach(tmp_path / "store") as opened:
        yield opened


def add_shipping(coach):
    return coach.add(
        intent=SHIPPING, behavior=Reply("Ask for the country."), examples=["how much is shipping to Germany?"]
    )


@pytest.fixture
def shipping(coach, written_once):
    return written_once(add_shipping, coach.uri)


def receipt_of(coach, coaching, text):
    (found,) = [r for r in coach.advise(text).considered if r.coaching_id == coaching.id]
    return found


def probability(coach, coaching, text):
    return receipt_of(coach, coaching, text).probability


def test_wrongly_applied_silences_the_spot_and_not_the_coaching(coach, shipping):
    wrong, own = "what does shipping of the catalogue cost?", "how much is shipping to Norway?"
    before, before_own = probability(coach, shipping, wrong), probability(coach, shipping, own)
    receipt = receipt_of(coach, shipping, wrong)
    assert receipt.applied
    coach.verdict(receipt, correct=False, comment="the catalogue is free", author="dana")
    assert probability(coach, shipping, wrong) < 0.3 < before
    assert probability(coach, shipping, own) > 0.6 * before_own


def test_should_have_fired_is_an_example_of_where_it_applies(coach, shipping):
    missed = "is delivery to my sister's place in Oslo included in the price?"
    receipt = receipt_of(coach, shipping, missed)
    assert not receipt.applied
    coach.verdict(receipt, correct=False)
    assert receipt_of(coach, shipping, missed).applied


def test_the_intent_and_every_other_coaching_stay_as_they_are(coach, shipping):
    other = coach.add(intent="a customer wants to return shoes", behavior=Reply("Offer a label."))
    text = "how much would shipping cost for two jackets?"
    before = probability(coach, other, text)
    coach.verdict(receipt_of(coach, shipping, text), correct=True)
    assert probability(coach, other, text) == before
    assert coach.get(shipping.id).intent == shipping.intent
    assert coach.get(other.id).revision == 1


def test_whatever_is_saved_beside_it_a_coaching_stays_to_the_last_bit(coach, shipping):
    text = "how much would shipping cost for two jackets?"
    before = probability(coach, shipping, text)
    for number, wish in enumerate(
        ("to return shoes", "a refund", "to pay by invoice", "a gift card", "to track a parcel")
    ):
        examples = [f"I want {wish}, please", f"can I have {wish}?"][: number % 3]
        coach.add(intent=f"a customer wants {wish}", behavior=Reply("Help."), examples=examples)
        assert probability(coach, shipping, text) == before


def test_the_same_verdict_again_changes_nothing_and_the_last_one_counts(coach, shipping):
    receipt = receipt_of(coach, shipping, "how much is shipping to Norway?")
    coach.verdict(receipt, correct=True)
    once = coach.get(shipping.id)
    coach.verdict(receipt, correct=True)
    assert coach.get(shipping.id) == once
    coach.verdict(receipt, correct=False, author="lee")
    (verdict,) = coach.verdicts(shipping.id)
    assert (verdict.correct, verdict.author, verdict.receipt_id) == (False, "lee", receipt.id)
    learned = [e for e in coach.get(shipping.id).examples if e.origin == "verdict"]
    assert [(e.applies, e.reference) for e in learned] == [(False, receipt.id)]


def test_a_conversation_is_learned_as_it_was_matched(coach, shipping):
    conversation = [
        ("user", "I would like to buy the blue jacket in two sizes"),
        ("assistant", "Sure, they are in stock. Anything else before I place the order?"),
        ("user", "and what would sending both of them to Iceland be?"),
    ]
    (receipt,) = [r for r in coach.advise(conversation).considered if r.coaching_id == shipping.id]
    before = receipt.probability
    coach.verdict(receipt, correct=receipt.applied)  # it applies here, whether it did or not
    (after,) = [r for r in coach.advise(conversation).considered if r.coaching_id == shipping.id]
    assert after.probability > before
    (learned,) = [e for e in coach.get(shipping.id).examples if e.origin == "verdict"]
    assert [user for _, user in learned.turns] == [True, False, True]


def test_a_stored_receipt_can_be_judged_by_its_id(coach, shipping):
    receipt = receipt_of(coach, shipping, "how much is shipping to Norway?")
    verdict = coach.verdict(receipt.id, correct=True)
    assert (verdict.coaching_id, verdict.applied, verdict.probability) == (
        shipping.id,
        receipt.applied,
        pytest.approx(receipt.probability),
    )


def test_what_cannot_be_judged_says_why(coach, shipping):
    with pytest.raises(NotFoundError, match="r-none"):
        coach.verdict("r-none", correct=True)
    failed = coach.advise(42).considered[0]
    with pytest.raises(InvalidCoachingError, match="no coaching"):
        coach.verdict(failed, correct=True)
    receipt = receipt_of(coach, shipping, "how much is shipping to Norway?")
    coach.delete(shipping.id)
    with pytest.raises(NotFoundError, match="was deleted"):
        coach.verdict(receipt, correct=True)


def test_the_report_counts_what_people_said(coach, shipping):
    receipts = [receipt_of(coach, shipping, f"how much is shipping to {place}?") for place in ("Oslo", "Bonn", "Rome")]
    for receipt, correct in zip(receipts, [True, False, False], strict=True):
        coach.verdict(receipt, correct=correct)
    quiet = coach.add(intent="a customer wants to return shoes", behavior=Reply("Offer a label."))
    first, second = coach.report()
    assert (first.coaching_id, first.needs_review) == (shipping.id, True)
    assert (first.judged, first.right, first.precision) == (3, 1, pytest.approx(1 / 3))
    assert first.interval[0] < 1 / 3 < first.interval[1]
    assert (second.coaching_id, second.applied, second.precision, second.needs_review) == (quiet.id, 0, None, False)


def test_wilson_is_the_textbook_interval():
    # Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263 and 15 of 148, score without continuity correction
    assert wilson_interval(81, 263) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))
    assert wilson_interval(15, 148) == (pytest.approx(0.0624, abs=5e-5), pytest.approx(0.1605, abs=5e-5))
    assert wilson_interval(0, 0) == (0.0, 1.0)


def test_calibrating_measures_and_changes_nothing_that_was_fitted(coach, shipping):
    text = "how much is shipping to Norway?"
    receipt = receipt_of(coach, shipping, text)
    coach.verdict(receipt, correct=True)
    before = probability(coach, shipping, text)
    found = coach.calibrate()
    assert (found.coachings, found.verdicts) == (1, 1)
    assert found.error == pytest.approx(1 - receipt.probability)
    assert probability(coach, shipping, text) == before


def test_another_coach_on_the_same_store_computes_the_same(coach, shipping, tmp_path):
    text = "how much would shipping cost for two jackets?"
    coach.verdict(receipt_of(coach, shipping, text), correct=True)
    with Coach(tmp_path / "store") as other:
        assert probability(other, shipping, text) == probability(coach, shipping, text)
