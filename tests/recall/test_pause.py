"""The kill switch: while all coaching is paused, none of it is in any prompt, in any process."""

import time
from datetime import UTC, datetime

import pytest

from langgraph_coaching import Advice, Coach, Limits, Reply
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.recall import pause as pausing
from langgraph_coaching.recall.pause import Pause, Pauses
from langgraph_coaching.storage.database import Database

ASKED = "How much is shipping for a pair of boots?"


@pytest.fixture
def coaching(coach):
    return coach.add(
        intent="a customer asks what shipping costs",
        behavior=Reply("Ask for the country."),
        examples=["how much is shipping?"],
    )


@pytest.fixture
def advise(coach, run):
    return lambda messages=ASKED: run.wait(coach.aadvise(messages)) if run.is_async else coach.advise(messages)


def test_nothing_is_in_a_prompt_and_the_receipt_says_by_whom_and_why(coach, coaching, advise):
    assert advise().applied
    coach.pause(reason="prices went out\nwrong", author="dana")
    advice = advise()
    assert (advice.prompt, advice.applied, advice.failure) == ("", [], None)
    (receipt,) = advice.considered
    assert (receipt.outcome, receipt.coaching_id) == ("paused", None)
    assert "all coaching is paused by dana on " in receipt.reason
    assert "UTC: prices went out wrong. To change that: coach.resume()" in receipt.reason
    assert receipt.situation == f"user: {ASKED}"
    assert "paused by dana" in str(advice.why(coaching.id))
    assert [one.outcome for one in coach.advise_batch([ASKED])[0].considered] == ["paused"]
    coach.resume()
    assert advise().applied


def test_it_is_kept_and_listed(coach, coaching):
    assert coach.current_pause() is None
    made = coach.pause(reason="x", author="dana")
    coach.advise(ASKED)
    coach.flush()
    assert [one.outcome for one in coach.receipts()] == ["paused"]
    assert coach.current_pause() == made
    coach.resume()
    coach.resume()
    assert coach.current_pause() is None


def test_another_process_sees_it_at_its_next_call(coach, coaching, embeddings):
    with Coach(coach.uri, embeddings=embeddings, limits=Limits(deadline=30)) as other:
        assert other.advise(ASKED).applied
        coach.pause()
        assert not other.advise(ASKED).applied
        coach.resume()
        assert other.advise(ASKED).applied
    coach.pause()
    with Coach(coach.uri, embeddings=embeddings, limits=Limits(deadline=30)) as later:
        assert not later.advise(ASKED).applied


def test_it_is_of_one_namespace(coach, coaching, embeddings):
    with Coach(coach.uri, embeddings=embeddings, namespace="other") as other:
        other.pause()
    assert coach.advise(ASKED).applied


def test_replay_and_impact_are_not_paused(coach, coaching):
    coach.pause()
    assert coach.impact(coaching.id).recorded_steps == 0
    assert coach.outlook(coaching).hint
    assert coach.lint() is not None


def test_a_pause_that_cannot_be_read_leaves_the_prompt_alone(coach, coaching, monkeypatch):
    def broken(_):
        raise OSError("the disk is gone")

    monkeypatch.setattr(Pauses, "current", broken)
    advice = coach.advise(ASKED)
    assert (advice.prompt, advice.considered[0].outcome) == ("", "failed")


@pytest.mark.parametrize("given", [{"author": "x" * 300}, {"reason": "\x00"}, {"reason": 7}])
def test_what_is_not_acceptable_is_refused(coach, coaching, given):
    with pytest.raises(InvalidCoachingError):
        coach.pause(**given)
    assert coach.current_pause() is None


def test_where_a_look_goes_over_the_network_it_is_once_a_second(tmp_path, monkeypatch):
    pauses = Pauses(Database(tmp_path), "default")
    pauses._remote = True
    looks, now = [], [100.0]
    monkeypatch.setattr(pausing.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(pauses._table, "version", lambda: looks.append(now[0]) or 0)
    for later in (0, 0.5, 0.99, 1.01, 1.5, 2.1):
        now[0] = 100 + later
        pauses.current()
    assert looks == [100, 101.01, pytest.approx(102.1)]


def test_a_look_costs_next_to_nothing(coach, coaching):
    """Some microseconds, of the milliseconds that a call takes."""
    pauses = Pauses(Database(coach.uri), "default")
    pauses.switch("", None, on=False)
    pauses.current()
    started = time.perf_counter()
    for _ in range(1_000):
        pauses.current()
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "paused on 2030-01-02 03:04 UTC"),
        ({"author": "dana"}, "paused by dana on 2030-01-02 03:04 UTC"),
        ({"author": "dana", "reason": "wrong"}, "paused by dana on 2030-01-02 03:04 UTC: wrong"),
    ],
)
def test_in_words(fields, said):
    assert str(Pause(at=datetime(2030, 1, 2, 3, 4, tzinfo=UTC), **fields)) == said


def test_the_receipt_goes_through_json(coach, coaching):
    coach.pause(reason="x")
    advice = coach.advise(ASKED)
    assert Advice.from_json(advice.to_json()).considered == advice.considered
