"""Advice as JSON, and what a receipt gives away."""

import json

from hypothesis import given
from hypothesis import strategies as st

from langgraph_coaching import Advice, Receipt
from langgraph_coaching.recall.advice import failed_advice

_WORDS = st.text(max_size=20)
_RECEIPTS = st.builds(
    Receipt, coaching_id=st.none() | _WORDS, revision=st.none() | st.integers(1), probability=st.floats(0, 1),
    outcome=st.sampled_from(["applied", "below_floor", "failed"]), reason=_WORDS, situation=_WORDS,
    thread_id=st.none() | _WORDS, step=st.none() | st.integers(0), at=st.datetimes(timezones=st.timezones()),
)  # fmt: skip


@given(st.lists(_RECEIPTS, max_size=4), _WORDS, st.floats(0, 10))
def test_it_comes_back_from_json_as_it_was(receipts, prompt, seconds):
    advice = Advice(considered=tuple(receipts), prompt=prompt, situation="s", seconds=seconds)
    again = Advice.from_json(json.loads(json.dumps(advice.to_json())))
    assert (again.prompt, again.situation, again.seconds) == (prompt, "s", seconds)
    assert [r.at.timestamp() for r in again.considered] == [r.at.timestamp() for r in advice.considered]
    assert [(r.id, r.coaching_id, r.outcome, r.step) for r in again.considered] == [
        (r.id, r.coaching_id, r.outcome, r.step) for r in advice.considered
    ]


@given(_RECEIPTS)
def test_what_travels_with_a_run_is_json_without_the_conversation(receipt):
    brief = json.loads(json.dumps(receipt.brief()))
    assert brief.keys() == {"id", "coaching_id", "revision", "probability", "outcome", "reason"}


def test_ids_of_receipts_differ():
    assert len({failed_advice("x").considered[0].id for _ in range(1_000)}) == 1_000


def test_a_failure_is_empty_advice_with_its_reason():
    advice = failed_advice("the disk is full", namespace="acme")
    assert (advice.failure, advice.applied, advice.prompt) == ("the disk is full", [], "")
    assert advice.considered[0].namespace == "acme"
    assert Advice().failure is None
