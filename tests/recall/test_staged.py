"""Shadows and canaries: looked at like what is active, and in no prompt that is not theirs."""

from datetime import UTC, datetime, timedelta

import pytest

from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.coaching.stage import draw

ASKED = "How much is shipping for a pair of boots?"
OTHER = "What is the capital of Mongolia?"
ACTIVE, TRIED = "Ask for the country first.", "Say that it is free from 50 euros."


def shipping(coach, told=TRIED, **fields):
    fixed = {"intent": "a customer asks what shipping costs", "examples": ["how much is shipping?"]}
    return coach.add(behavior=Reply(told), **fixed | fields)


def threads(cohort, share):
    """One thread that is in the share of a cohort, and one that is not."""
    names = [f"t-{number}" for number in range(1_000)]
    inside = next(name for name in names if draw(cohort, name) < share)
    return inside, next(name for name in names if draw(cohort, name) >= share)


@pytest.fixture
def advise(coach, run):
    """Asks in the call style of the test; `batch` is a third one."""

    def asked(messages=ASKED, **named):
        if run.is_async:
            return run.wait(coach.aadvise(messages, **named))
        return coach.advise(messages, **named)

    return asked


def outcomes(advice):
    return {receipt.coaching_id: receipt.outcome for receipt in advice.considered}


def test_a_shadow_says_what_it_would_have_been_and_is_in_no_prompt(coach, advise):
    live, shadow = shipping(coach, ACTIVE), shipping(coach, status="shadow")
    advice = advise()
    assert outcomes(advice) == {live.id: "applied", shadow.id: "shadow"}
    assert TRIED not in advice.prompt
    assert [receipt.coaching_id for receipt in advice.applied] == [live.id]
    receipt = advice.receipt(shadow.id)
    assert receipt.reason.startswith("in shadow, so that it is in no prompt here; it would have been applied: ")
    assert receipt.supposed
    assert "in shadow, so that it is in no prompt" in str(advice.why(shadow.id))
    assert advice.why(shadow.id).change == f"coach.promote({shadow.id!r}, to='active')"


def test_a_shadow_alone_in_a_store_is_looked_at(coach, advise):
    shadow = shipping(coach, status="shadow")
    advice = advise()
    assert (advice.prompt, outcomes(advice)) == ("", {shadow.id: "shadow"})
    assert outcomes(coach.advise_batch([ASKED, OTHER])[0]) == {shadow.id: "shadow"}


def test_a_shadow_that_would_not_have_been_applied_has_the_usual_outcome(coach, advise):
    shadow = shipping(coach, status="shadow")
    receipt = advise(OTHER).receipt(shadow.id)
    assert receipt.outcome == "below_floor"
    assert receipt.reason.startswith("in shadow: probability 0.")


def test_a_draft_is_not_looked_at(coach, advise):
    draft = shipping(coach, status="draft")
    advice = advise()
    assert advice.considered == []
    assert advice.why(draft.id).outcome == "draft"


def test_shadows_take_nothing_from_what_is_active(tmp_path, embeddings):
    """Forty that are likelier, go first and say the same: prompt and receipts of what is active are as without them."""
    limits = Limits(items=1, considered=4, deadline=30)
    with Coach(tmp_path / "store", embeddings=embeddings, limits=limits) as coach:
        own = [shipping(coach, ACTIVE, examples=[]), shipping(coach, "Say how long it takes.", examples=[])]
        questions = [ASKED, OTHER, "where is my parcel?", "can I pay by invoice?"]
        before = coach.advise_batch(questions)
        coach.add_many(
            {
                "intent": f"a customer asks what shipping costs to place {number}",
                "behavior": Reply(ACTIVE),
                "examples": [ASKED],
                "priority": 50,
                "status": "shadow",
            }
            for number in range(40)
        )
        after = coach.advise_batch(questions)
        ids = {one.id for one in own}
        for one, other in zip(before, after, strict=True):
            assert other.prompt == one.prompt
            first = [
                (r.coaching_id, r.outcome, r.probability, r.reason) for r in one.considered if r.coaching_id in ids
            ]
            then = [
                (r.coaching_id, r.outcome, r.probability, r.reason) for r in other.considered if r.coaching_id in ids
            ]
            assert then[: len(first)] == [one for one in first if one in then] == then
            assert [one for one in first if one[1] == "applied"] == [one for one in then if one[1] == "applied"]
        assert len(after[0].considered) <= 2 * limits.considered


def test_a_shadow_that_says_the_same_is_a_duplicate(coach, advise):
    shipping(coach, ACTIVE, priority=1)
    shadow = shipping(coach, ACTIVE, status="shadow")
    assert advise().receipt(shadow.id).outcome == "duplicate"


def test_a_canary_is_in_the_prompts_of_its_threads_and_held_back_elsewhere(coach, advise):
    live = shipping(coach, ACTIVE)
    canary = shipping(coach, status="canary", share=0.3)
    inside, outside = threads(canary.id, 0.3)
    within, without = advise(thread_id=inside), advise(thread_id=outside)
    assert outcomes(within) == {live.id: "applied", canary.id: "applied"}
    assert TRIED in within.prompt
    assert "it is a canary, and this thread is in its share of 30 %" in within.receipt(canary.id).reason
    assert outcomes(without) == {live.id: "applied", canary.id: "held_back"}
    assert TRIED not in without.prompt
    assert "held back outside of its share of 30 %" in without.receipt(canary.id).reason
    assert {within.receipt(canary.id).thread_id, without.receipt(canary.id).thread_id} == {inside, outside}
    assert "held back outside of its share" in str(without.why(canary.id))


def test_a_call_without_a_thread_is_in_the_control(coach, advise):
    canary = shipping(coach, status="canary", share=1.0)
    advice = advise()
    assert outcomes(advice) == {canary.id: "held_back"}
    assert "the call names no thread" in advice.receipt(canary.id).reason


def test_what_is_held_back_is_supposed_with_its_cohort(coach):
    """In the threads of the share only one of the two is in the prompt, so in the control only that one is counted."""
    first = shipping(coach, "Say it is free.", priority=5)
    twin = shipping(coach, "Say it is free.")
    made = coach.promote([first.id, twin.id], to="canary", share=0.5)
    inside, outside = threads(made.id, 0.5)
    assert outcomes(coach.advise(ASKED, thread_id=inside)) == {first.id: "applied", twin.id: "duplicate"}
    assert outcomes(coach.advise(ASKED, thread_id=outside)) == {first.id: "held_back", twin.id: "duplicate"}


def test_coachings_of_one_set_go_together(coach):
    some = [shipping(coach, f"Say {word}.").id for word in ("one", "two", "three")]
    coach.promote(some, to="canary", share=0.5)
    for number in range(20):
        found = {r.outcome for r in coach.advise(ASKED, thread_id=f"t{number}").considered}
        assert found in ({"applied"}, {"held_back"})


def test_a_larger_share_keeps_the_threads_of_the_smaller(coach):
    canary = shipping(coach)
    coach.promote(canary.id, to="canary", share=0.2)
    names = [f"t{number}" for number in range(30)]

    def inside():
        return {name for name in names if coach.advise(ASKED, thread_id=name).applied}

    small = inside()
    coach.edit(canary.id, intent="a customer asks about the price of shipping")
    assert inside() == small
    coach.promote(canary.id, to="canary", share=0.6)
    assert small < inside()


def test_out_of_scope_and_expired_shadows_are_not_looked_at(coach, advise):
    shipping(coach, status="shadow", agent="sales")
    over = shipping(coach, status="shadow", expires_at=datetime.now(UTC) - timedelta(days=1))
    advice = advise()
    assert advice.considered == []
    assert advice.why(over.id).outcome == "expired"


def test_a_verdict_on_a_shadow_teaches_what_would_have_been_right(coach):
    shadow = shipping(coach, status="shadow")
    receipt = coach.advise(ASKED).receipt(shadow.id)
    coach.verdict(receipt, correct=True)
    assert [(e.text, e.applies) for e in coach.get(shadow.id).examples if e.origin == "verdict"] == [(ASKED, True)]
    coach.verdict(receipt, correct=False)
    assert [(e.text, e.applies) for e in coach.get(shadow.id).examples if e.origin == "verdict"] == [(ASKED, False)]
    assert coach.get(shadow.id).status == "shadow"


def test_verdicts_on_shadows_leave_the_reserve_alone(coach):
    shadow = shipping(coach, status="shadow")
    asked = [f"how much is shipping for {number} boxes?" for number in ("two", "three", "four", "nine")]
    for receipt in [coach.advise(text).receipt(shadow.id) for text in asked]:
        assert receipt.outcome == "shadow"
        coach.verdict(receipt, correct=False)
    assert coach.calibrate().reserve == 0
    (standing,) = coach.report()
    assert (standing.right, standing.judged, standing.missed) == (0, 4, 0)


def test_the_review_has_receipts_of_shadows(coach):
    shadow = shipping(coach, status="shadow", examples=[])
    coach.advise("what would it cost to send boots to Peru?")
    coach.flush()
    outcomes = {receipt.outcome for receipt in coach.receipts(coaching_id=shadow.id)}
    assert outcomes <= {"shadow", "below_floor"}
    assert {receipt.coaching_id for receipt in coach.review()} <= {shadow.id}
    assert coach.review()


def test_another_process_sees_the_stage_at_its_next_call(coach, embeddings):
    shadow = shipping(coach, status="shadow")
    with Coach(coach.uri, embeddings=embeddings, limits=Limits(deadline=30)) as other:
        assert not other.advise(ASKED).applied
        coach.promote(shadow.id, to="active")
        assert other.advise(ASKED).applied
        coach.archive(shadow.id)
        assert other.advise(ASKED).considered == []
