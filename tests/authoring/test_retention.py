"""A rule of retention that is stored is kept by itself: after writes, hourly, by whichever process, and it says so."""

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest

from langgraph_coaching import Coach, Reply, Trace
from langgraph_coaching.authoring import retainer
from langgraph_coaching.authoring.retainer import Retainer
from langgraph_coaching.authoring.retention import Retentions
from langgraph_coaching.coaching.coachings import Coachings
from langgraph_coaching.errors import InvalidCoachingError, StoreError
from langgraph_coaching.recall.embedder import Embedder
from langgraph_coaching.storage.compaction import Compaction
from parts import database_of

START = datetime(2031, 1, 31, 12, tzinfo=UTC)


class Clock:
    """A clock that stands until it is told to go on."""

    now = START

    def __call__(self):
        return self.now

    def go(self, **time):
        self.now += timedelta(**time)


@pytest.fixture
def coach(coach, monkeypatch):
    """One whose upkeep, like that of all others here, leaves the rule to the test."""
    monkeypatch.setattr(Compaction, "_do_chores", lambda _: None)
    return coach


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def keeper(coach, clock):
    """As another process has one."""
    return keeper_of(coach, clock)


def keeper_of(coach, clock):
    database = database_of(coach)
    store = Coachings(database, coach.namespace, Embedder(coach.embeddings).id)
    return Retainer(store, coach.traces, Retentions(database, coach.namespace), coach.flush, clock)


def record(coach, *days, of=START):
    coach.traces.add([Trace(id=f"t-{coach.namespace}-{age}", started_at=of - timedelta(days=age)) for age in days])


def left(coach):
    return sorted(int(trace.id.rpartition("-")[2]) for trace in coach.traces.list())


def test_what_becomes_too_old_goes_hourly_and_is_told(coach, keeper, clock, caplog):
    record(coach, 1, 2, 3, 4)
    assert keeper.retention() is None
    assert keeper.retain(days=3.5, always=True).trace_ids == ("t-default-4",)
    assert str(keeper.retention()).splitlines() == [
        "kept by itself since 2031-01-31: traces of the last 3.5 days",
        "  not looked at yet: a process that captures or imports runs does it",
    ]
    with caplog.at_level(logging.INFO, "langgraph_coaching"):
        keeper.keep()
        assert left(coach) == [1, 2, 3]
        clock.go(days=1)
        keeper.keep()
    assert left(coach) == [1, 2]
    assert "retention deleted 1 traces; kept are traces of the last 3.5 days" in caplog.text
    told = keeper.retention()
    assert (told.removed, told.last_removed, told.removed_at, told.looked_at) == (1, 1, clock(), clock())
    assert "1 deleted so far, the last 1 at 2031-02-01 12:00 UTC" in str(told)
    assert told.to_json()["removed_at"] == "2031-02-01T12:00:00+00:00"


def test_it_is_seen_to_once_an_hour_by_all_processes_together(coach, clock, embeddings):
    with Coach(coach.uri, embeddings=embeddings) as other:
        ours, theirs = keeper_of(coach, clock), keeper_of(other, clock)
        ours.retain(traces=2, always=True)
        ours.keep()
        record(coach, 1, 2, 3)
        theirs.keep()
        clock.go(minutes=59)
        ours.keep()
        theirs.keep()
        assert left(coach) == [1, 2, 3]
        clock.go(minutes=10)
        theirs.keep()
        assert left(coach) == [1, 2]
        ours.keep()
        assert ours.retention().removed == 1


def test_much_goes_in_parts_a_minute_apart(coach, keeper, clock, monkeypatch):
    monkeypatch.setattr(retainer, "AT_ONCE", 2)
    keeper.retain(traces=1, always=True)
    record(coach, 1, 2, 3, 4, 5, 6)
    keeper.keep()
    keeper.keep()
    assert left(coach) == [1, 2, 3, 4]
    clock.go(minutes=1)
    keeper.keep()
    clock.go(minutes=1)
    keeper.keep()
    assert left(coach) == [1]
    assert keeper.retention().removed == 5


def test_what_a_coaching_was_written_from_and_other_namespaces_stay(coach, keeper, embeddings):
    coach.add(intent="a refund", behavior=Reply("r"), source={"trace_id": "t-default-9", "step": 0})
    record(coach, 8, 9)
    with Coach(coach.uri, embeddings=embeddings, namespace="acme") as acme:
        record(acme, 7)
        keeper.retain(traces=0, always=True)
        keeper.keep()
        assert (left(coach), left(acme)) == ([9], [7])
        assert acme.retention() is None


def test_another_rule_takes_its_place_and_an_end_ends_it(coach, keeper, clock):
    keeper.retain(days=10, always=True)
    keeper.retain(days=20, traces=10**30, always=True)
    found = coach.retention()
    assert (found.days, found.traces) == (20, 2**62)
    assert "traces of the last 20 days, of these the latest" in str(found)
    with pytest.raises(InvalidCoachingError, match="always=False ends the stored rule"):
        coach.retain(days=3, always=False)
    assert not coach.retain(always=False)
    assert coach.retention() is None
    record(coach, 400)
    keeper.keep()
    clock.go(days=1)
    keeper.keep()
    assert left(coach) == [400]
    assert not coach.retain(always=False)


def test_a_dry_run_stores_nothing_and_the_stored_rule_is_the_default(coach, keeper):
    record(coach, 1, 30)
    assert keeper.retain(days=7, always=True, dry_run=True).trace_ids == ("t-default-30",)
    assert keeper.retention() is None
    with pytest.raises(InvalidCoachingError, match="say how long"):
        keeper.retain()
    with pytest.raises(InvalidCoachingError):
        keeper.retain(days=-1, always=True)
    assert keeper.retention() is None
    keeper.retain(days=40, always=True)
    record(coach, 50)
    assert keeper.retain().trace_ids == ("t-default-50",)


def test_it_is_kept_by_whoever_writes_without_being_called(coach, embeddings, monkeypatch):
    coach.retain(days=30, always=True)
    monkeypatch.undo()
    with Coach(coach.uri, embeddings=embeddings) as other:
        record(other, 10, 40, of=datetime.now(UTC))
    assert left(coach) == [10]
    assert coach.retention().removed == 1


def test_a_store_that_fails_is_no_fault_of_the_writers(coach, keeper, monkeypatch, caplog, clock):
    keeper.retain(days=3, always=True)
    record(coach, 4)

    def fails(*_, **__):
        raise StoreError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(coach.traces, "delete", fails)
        keeper.keep()
    assert "retention was left to the next time: the disk is full" in caplog.text
    assert left(coach) == [4]
    clock.go(hours=1)
    keeper.keep()
    assert left(coach) == []


def test_one_at_a_time_in_a_process_and_nobody_waits(coach, keeper, monkeypatch):
    keeper.retain(traces=0, always=True)
    record(coach, 1)
    inside, go = threading.Event(), threading.Event()
    delete = coach.traces.delete

    def slow(*arguments, **fields):
        inside.set()
        assert go.wait(30)
        return delete(*arguments, **fields)

    monkeypatch.setattr(coach.traces, "delete", slow)
    thread = threading.Thread(target=keeper.keep)
    thread.start()
    assert inside.wait(30)
    keeper.keep()  # returns at once
    go.set()
    thread.join(30)
    assert left(coach) == []


def test_without_a_rule_nothing_is_made_and_a_rule_changes_no_advice(coach, keeper):
    coach.add(id="c-1", intent="a customer wants a refund", behavior=Reply("r"), examples=["my money back please"])
    keeper.keep()
    assert not database_of(coach).exists("retention")
    before = coach.advise([("user", "my money back please")]).prompt
    keeper.retain(traces=0, always=True)
    keeper.keep()
    assert coach.advise([("user", "my money back please")]).prompt == before
