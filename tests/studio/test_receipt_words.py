"""What became of coaching at a step is said in words: in shadow, held back, paused, enforced."""

from typing import get_args

import pytest
from studio_client import recorded

from langgraph_coaching import Action, Reply
from langgraph_coaching.recall.receipt import Enforced, Outcome, Receipt
from langgraph_coaching.studio.receipt_words import ENFORCED, OUTCOMES, enforcement_words, outcome_words


def receipt_of(coaching, **fields):
    return Receipt.of(coaching, **{"probability": 0.7, "reason": "as it is", "trace_id": "t-1", "step": 1} | fields)


@pytest.fixture
def shown(coach, client):
    """The transcript of a run whose answer has this receipt."""

    def show(**fields):
        made = coach.add(intent="a refund", behavior=Action("refund", enforce=True), id="c-ref")
        trace = recorded("I want my money back", "Never.", id="t-1")
        receipt = receipt_of(made, **fields)
        user, answer = trace.steps
        coach.traces.add(trace.model_copy(update={"steps": (user, answer.model_copy(update={"receipts": (receipt,)}))}))
        return client.get("/conversation?trace=t-1").text

    return show


def test_every_outcome_has_words():
    assert set(OUTCOMES) == set(get_args(Outcome))
    assert set(ENFORCED) == set(get_args(Enforced))


def test_what_a_later_version_writes_is_said_as_it_is(coach):
    made = coach.add(intent="a refund", behavior=Reply("No."))
    receipt = receipt_of(made, outcome="put_off", enforced="by_mail")
    assert (outcome_words(receipt), enforcement_words(receipt)) == ("put off", "by_mail")


@pytest.mark.parametrize("outcome", ["shadow", "held_back", "below_floor"])
def test_an_outcome_in_a_transcript(shown, outcome):
    assert OUTCOMES[outcome] in shown(outcome=outcome)


def test_what_would_have_applied_is_judged_like_an_application(shown):
    html = shown(outcome="shadow")
    assert ">Correct</button>" in html
    assert ">Rightly silent</button>" not in html


def test_enforcement_and_why(shown):
    html = shown(outcome="applied", enforced="refused", enforced_reason="Anna said <no>")
    assert ENFORCED["refused"] in html
    assert "Anna said &lt;no&gt;" in html


def test_a_pause_is_no_failure(coach, client):
    trace = recorded("I want my money back", "Never.", id="t-1")
    receipt = Receipt(
        coaching_id=None, revision=None, probability=0.0, outcome="paused", reason="all coaching is paused by Anna"
    )
    user, answer = trace.steps
    coach.traces.add(trace.model_copy(update={"steps": (user, answer.model_copy(update={"receipts": (receipt,)}))}))
    html = client.get("/conversation?trace=t-1").text
    assert "all coaching is paused by Anna" in html
    assert "No coaching could be looked up" not in html
