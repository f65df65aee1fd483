"""What a first model call needs is loaded from the time on that coaching is put into a graph, and harms no fork."""

import os
import threading
import time

import pytest

from langgraph_coaching import Reply
from langgraph_coaching.recall.early_loading import EarlyLoading
from langgraph_coaching.recall.minilm import MiniLM

SOON = 30.0


@pytest.fixture
def loading():
    return EarlyLoading()


def done_by(loading, steps):
    """Begins, and waits until all of it is done."""
    done = threading.Event()
    loading.begin(lambda: iter([*steps, done.set]))
    assert done.wait(SOON)


def test_steps_are_done_in_order_and_nobody_waits(loading):
    gate, done, end = threading.Event(), [], threading.Event()
    loading.begin(lambda: iter([lambda: gate.wait(SOON), lambda: done.append(1), lambda: done.append(2), end.set]))
    assert done == []
    gate.set()
    assert end.wait(SOON)
    assert done == [1, 2]


def test_what_fails_is_nobodys_fault_and_the_next_is_begun_all_the_same(loading):
    def fail():
        raise ImportError("no such package")

    begun = threading.Event()
    loading.begin(lambda: iter([lambda: (begun.set(), fail())]))
    assert begun.wait(SOON)
    done_by(loading, [])


def test_the_end_waits_for_the_step_that_is_going_on_and_there_is_no_other(loading):
    began, gate, done = threading.Event(), threading.Event(), []
    loading.begin(lambda: iter([lambda: (began.set(), gate.wait(SOON), done.append(1)), lambda: done.append(2)]))
    assert began.wait(SOON)
    threading.Timer(0.05, gate.set).start()
    loading.end()
    assert done == [1]
    loading.begin(lambda: iter([lambda: done.append(3)]))
    loading.end()
    assert done == [1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # that there are threads at a fork is what this is about
def test_a_fork_comes_between_two_steps_and_the_child_begins_anew(loading):
    loading.heed_forks()
    began, gate, halves = threading.Event(), threading.Event(), []
    loading.begin(lambda: iter([lambda: (halves.append(1), began.set(), gate.wait(SOON), halves.append(2))]))
    assert began.wait(SOON)
    threading.Timer(0.05, gate.set).start()
    child = os.fork()
    if child == 0:
        try:
            done_by(loading, [])
            os._exit(0 if halves == [1, 2] else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    done_by(loading, [])


# ── at a coach ──


@pytest.fixture
def loaded(monkeypatch):
    """Set once the embedded model is loaded, by whomever."""
    event, load = threading.Event(), MiniLM.load
    monkeypatch.setattr(MiniLM, "load", lambda model: (load(model), event.set())[0])
    return event


@pytest.mark.parametrize("door", ["node", "middleware"])
def test_it_begins_where_coaching_is_put_into_a_graph(opened, loaded, door):
    opened().add(intent="a refund of an order", behavior=Reply("r"))
    coach = opened()
    loaded.clear()
    coach.callback()
    assert coach.list()
    assert not loaded.is_set()
    getattr(coach, door)()
    assert loaded.wait(SOON)


def test_nothing_is_loaded_for_a_store_that_is_not_there(opened, loaded, folder):
    coach = opened()
    coach.node()
    time.sleep(0)
    assert not loaded.is_set()
    assert not folder.exists()
