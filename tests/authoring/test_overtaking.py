"""A change that others overtake again and again comes through, and of many that change one coaching none fails."""

import threading

import pytest

from langgraph_coaching import Reply
from langgraph_coaching.authoring import overtaking
from langgraph_coaching.authoring.overtaking import change_on_top
from langgraph_coaching.coaching.coachings import Coachings
from langgraph_coaching.errors import ChangedMeanwhileError, ConflictError, StoreError
from langgraph_coaching.storage import locks
from langgraph_coaching.storage.locks import Locks


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Nobody waits between two tries."""
    monkeypatch.setattr(overtaking, "LONGEST", 0.0)


@pytest.fixture
def busy(monkeypatch):
    """The next so many writes of coachings are overtaken."""
    insert, left = Coachings.insert, []

    def late(store, *given):
        if left:
            raise ConflictError(left.pop())
        insert(store, *given)

    monkeypatch.setattr(Coachings, "insert", late)
    return lambda count: left.extend(["somebody was faster"] * count)


def test_a_change_that_is_overtaken_sixty_times_comes_through(coach, busy):
    coach.add(id="c-1", intent="a refund", behavior=Reply("Refund it."))
    busy(60)
    assert coach.edit("c-1", notes="seen").revision == 2
    busy(3)
    coach.delete("c-1")
    busy(3)
    assert coach.restore("c-1").revision == 4


def test_files_that_are_taken_in_while_others_change_the_same_come_through(coach, busy, tmp_path):
    coach.add(id="c-1", intent="a refund", behavior=Reply("Refund it."))
    coach.export(tmp_path / "files")
    coach.delete("c-1", purge=True)
    busy(30)
    coach.import_(tmp_path / "files")
    assert coach.get("c-1").intent == "a refund"


def test_a_change_that_never_gets_through_is_said(monkeypatch):
    tries = []

    def work():
        tries.append(1)
        raise ConflictError("somebody was faster")

    monkeypatch.setattr(overtaking, "PATIENCE", 0.0)
    with pytest.raises(ConflictError, match="somebody was faster"):
        change_on_top(Locks(None), work)
    assert len(tries) == overtaking.TRIES


@pytest.mark.parametrize("fault", [ChangedMeanwhileError("both have changed it"), StoreError("full")])
def test_what_is_final_is_not_tried_again(tmp_path, fault):
    tries = []

    def work():
        tries.append(1)
        raise fault

    with pytest.raises(type(fault)):
        change_on_top(Locks(tmp_path), work)
    assert tries == [1]


def test_the_first_try_waits_for_nobody(tmp_path):
    with Locks(tmp_path).changing(overtaken=False):
        assert change_on_top(Locks(tmp_path), lambda: "done") == "done"


def test_whoever_was_overtaken_is_alone_and_others_wait_for_them(tmp_path):
    order, began = [], threading.Event()

    def other():
        began.set()
        with Locks(tmp_path).changing(overtaken=False):
            order.append("other")

    with Locks(tmp_path).changing(overtaken=True):
        waiting = threading.Thread(target=other)
        waiting.start()
        began.wait()
        order.append("overtaken")
    waiting.join()
    assert order == ["overtaken", "other"]


def test_nobody_is_waited_for_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "SHORT", 0.02)
    with Locks(tmp_path).changing(overtaken=True), Locks(tmp_path).changing(overtaken=True):
        assert change_on_top(Locks(tmp_path), lambda: "done") == "done"


def test_a_folder_that_is_not_there_yet_and_one_without_locks_have_no_turns(tmp_path, monkeypatch):
    with Locks(tmp_path / "none").changing(overtaken=True):
        assert not (tmp_path / "none").exists()
    monkeypatch.setattr(locks, "KNOWN", False)
    with Locks(tmp_path).changing(overtaken=True), Locks(tmp_path).changing(overtaken=True):
        assert change_on_top(Locks(tmp_path), lambda: "done") == "done"
