"""The background writer: order, faults that pass and faults that stay, the end of the process, forks and threads."""

import gc
import logging
import os
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langgraph_coaching.errors import ConflictError, StoreError
from langgraph_coaching.storage import writer as module
from langgraph_coaching.storage.writer import Writer


class Sink:
    """Keeps what it is given; fails when told to."""

    def __init__(self):
        self.items = []
        self.batches = []
        self.fault = None
        self.done = threading.Event()

    def __call__(self, items):
        if self.fault is not None:
            raise self.fault
        self.batches.append(list(items))
        self.items.extend(items)
        self.done.set()


@pytest.fixture
def sink():
    return Sink()


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers())))
@settings(max_examples=15, deadline=None)
def test_everything_is_written_in_order_kind_by_kind(pairs):
    written = []
    found = Writer({kind: lambda items, kind=kind: written.extend((kind, item) for item in items) for kind in "ab"})
    for kind, item in pairs:
        found.put(kind, item)
    found.flush()
    assert written == pairs


def test_neighbours_of_a_kind_are_written_together():
    first, second = Sink(), Sink()
    found = Writer({"a": first, "b": second})
    for number in range(100):
        found.put("a", number)
    found.put("b", 0)
    found.flush()
    assert (first.items, second.items) == (list(range(100)), [0])
    assert len(first.batches) < 10


def test_flushing_nothing_returns_at_once(sink):
    Writer({"a": sink}).flush(timeout=0.0)
    assert sink.batches == []


def test_it_writes_by_itself_without_being_flushed():
    done = threading.Event()
    Writer({"a": lambda items: done.set()}).put("a", 1)
    assert done.wait(30)


def test_a_fault_is_raised_by_flush_and_nothing_is_lost_when_it_has_passed(sink, caplog):
    found = Writer({"a": sink})
    sink.fault = StoreError("the disk is full")
    for number in range(5):
        found.put("a", number)
    for _ in range(3):
        with pytest.raises(StoreError, match="the disk is full"):
            found.flush()
    found.put("a", 5)
    sink.fault = None
    found.flush()
    assert sink.items == [0, 1, 2, 3, 4, 5]
    assert caplog.text.count("the disk is full") >= 1


def test_it_recovers_from_a_fault_by_itself(sink, monkeypatch):
    monkeypatch.setattr(module, "PAUSE_AFTER_FAULT", 0.01)
    done = threading.Event()
    tries = iter([StoreError("away"), StoreError("still away"), None])

    def flaky(items):
        if (fault := next(tries)) is not None:
            raise fault
        sink(items)
        done.set()

    Writer({"a": flaky}).put("a", 1)
    assert done.wait(30)
    assert sink.items == [1]


def test_what_was_written_before_a_fault_is_not_written_again():
    good, bad = Sink(), Sink()
    bad.fault = ConflictError("no")
    found = Writer({"good": good, "bad": bad})
    found.put("good", 1)
    found.put("bad", 2)
    found.put("good", 3)
    with pytest.raises(ConflictError):
        found.flush()
    assert good.items == [1]
    bad.fault = None
    found.flush()
    assert (good.items, bad.items) == ([1, 3], [2])


def test_an_item_that_can_never_be_written_does_not_hold_up_the_others(caplog):
    written = []

    def picky(items):
        if "poison" in items:
            raise UnicodeEncodeError("utf-8", "\ud83d", 0, 1, "surrogates not allowed")
        written.extend(items)

    found = Writer({"receipts": picky})
    with caplog.at_level(logging.ERROR):
        for item in ("a", "poison", "b", "c"):
            found.put("receipts", item)
        found.flush()
    assert written == ["a", "b", "c"]
    assert "one of the coaching receipts cannot be written and is given up" in caplog.text


def test_flush_waits_for_what_a_sink_queues_in_turn(sink):
    found = Writer({"first": lambda items: [found.put("second", item * 10) for item in items], "second": sink})
    for number in range(20):
        found.put("first", number)
        found.flush()
        assert sink.items[-1] == number * 10


def test_flush_gives_up_after_its_timeout_and_says_how_much_waits():
    go_on, started = threading.Event(), threading.Event()

    def stuck(items):
        started.set()
        go_on.wait(60)

    found = Writer({"a": stuck})
    found.put("a", 1)
    found.put("a", 2)
    with pytest.raises(StoreError, match="2 records are not written yet; they stay queued"):
        found.flush(timeout=0.2)
    assert started.wait(30)
    go_on.set()
    found.flush()


def test_flush_returns_though_others_go_on_queueing(sink):
    found, stop = Writer({"a": sink}), threading.Event()

    def endless():
        while not stop.is_set():
            found.put("a", "more")

    threads = [threading.Thread(target=endless) for _ in range(2)]
    for thread in threads:
        thread.start()
    found.put("a", "mine")
    found.flush()
    assert "mine" in sink.items
    stop.set()
    for thread in threads:
        thread.join()
    found.flush()


def test_eight_threads_lose_nothing_and_each_keeps_its_order(sink):
    found = Writer({"a": sink})

    def fill(name):
        for number in range(500):
            found.put("a", (name, number))
            if number % 100 == 0:
                found.flush()

    threads = [threading.Thread(target=fill, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.flush()
    for name in range(8):
        assert [number for other, number in sink.items if other == name] == list(range(500))


def test_when_too_much_waits_the_oldest_are_given_up_and_it_is_said(sink, monkeypatch, caplog):
    monkeypatch.setattr(module, "MOST_WAITING", 10)
    found = Writer({"a": sink})
    sink.fault = StoreError("away")
    found.put("a", -1)
    with pytest.raises(StoreError):
        found.flush()
    for number in range(50):
        found.put("a", number)
    sink.fault = None
    found.flush()
    assert sink.items[-10:] == list(range(40, 50))
    assert "coaching records were given up: the store cannot be written" in caplog.text


def test_what_is_queued_is_written_though_the_writer_is_let_go(sink):
    found = Writer({"a": sink})
    found.put("a", 1)
    del found
    gc.collect()
    assert sink.done.wait(30)
    assert sink.items == [1]


def test_an_idle_writer_ends_its_thread_and_starts_another(sink, monkeypatch):
    monkeypatch.setattr(module, "IDLE", 0.01)
    found = Writer({"a": sink})
    found.put("a", 1)
    thread = found._thread
    thread.join(30)
    assert not thread.is_alive()
    found.put("a", 2)
    found.flush()
    assert sink.items == [1, 2]


AT_EXIT = """
import sys
from langgraph_coaching.storage.writer import Writer
def sink(items):
    print(*items, flush=True)
writer = Writer({"a": sink})
for number in range(3):
    writer.put("a", number)
if "fail" in sys.argv:
    from langgraph_coaching.errors import StoreError
    def sink2(items):
        raise StoreError("the disk is full")
    broken = Writer({"a": sink2})
    broken.put("a", 1)
if "raise" in sys.argv:
    raise SystemExit(7)
"""


@pytest.mark.parametrize(("how", "code"), [("", 0), ("raise", 7), ("fail", 0)])
def test_the_end_of_the_process_waits_for_what_is_queued(run_python, how, code):
    done = run_python("-c", AT_EXIT, how)
    assert (done.stdout.split(), done.returncode) == (["0", "1", "2"], code)
    assert ("at exit: the disk is full" in done.stderr) == (how == "fail")
    lost = "langgraph-coaching: 1 records were not written: at exit: the disk is full"
    assert done.stderr.splitlines().count(lost) == (how == "fail")
    assert ("(1 coaching records were not written)" in done.stderr) == (how == "fail")


def test_the_end_waits_as_long_as_it_gets_on(sink, monkeypatch, capsys):
    monkeypatch.setattr(module, "STALLED", 0.5)
    monkeypatch.setattr(module, "TOGETHER", 1)
    slow = threading.Event()

    def slowly(items):
        slow.wait(0.05)
        sink(items)

    found = Writer({"a": slowly})
    for number in range(30):
        found.put("a", number)
    assert found.end() == 0
    assert sink.items == list(range(30))
    assert capsys.readouterr().err == ""


def test_the_end_of_what_never_gets_on_is_said_with_a_count(sink, monkeypatch, capsys, caplog):
    monkeypatch.setattr(module, "STALLED", 0.2)
    go_on = threading.Event()

    def stuck(items):
        if 3 in items:
            go_on.wait(60)
        sink(items)

    monkeypatch.setattr(module, "TOGETHER", 1)
    found = Writer({"a": stuck})
    for number in range(10):
        found.put("a", number)
    assert found.end() == 7
    assert "7 records were not written" in capsys.readouterr().err
    assert "7 coaching records were not written" in caplog.text
    go_on.set()
    found.flush()


def test_what_is_still_going_on_is_asked_for_at_the_end(sink):
    found = Writer({"a": sink}, last=lambda: found.put("a", "last"))
    assert found.end() == 0
    assert sink.items == []  # nothing was ever begun
    found.put("a", "first")
    assert found.end() == 0
    assert sink.items == ["first", "last"]


def test_the_end_does_not_wait_for_what_never_ends(sink, capsys):
    found, stop = Writer({"a": sink}), threading.Event()

    def endless():
        while not stop.is_set():
            found.put("a", "more")

    thread = threading.Thread(target=endless)
    thread.start()
    found.put("a", "mine")
    left = found.end()
    stop.set()
    thread.join()
    assert "mine" in sink.items
    assert ("the process goes on making more" in capsys.readouterr().err) == bool(left)
    found.flush()


def test_what_waits_is_written_though_no_thread_can_be_started(sink, monkeypatch):
    def refused(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refused)
    found = Writer({"first": lambda items: [found.put("a", item) for item in items], "a": sink})
    for number in range(5):
        found.put("first", number)
    found.flush()
    assert sink.items == [0, 1, 2, 3, 4]
    found.put("first", 5)
    assert found.end() == 0
    assert sink.items[-1] == 5


def test_a_long_queue_is_written_in_pieces_and_the_pieces_that_were_are_not_again(sink, monkeypatch):
    monkeypatch.setattr(module, "TOGETHER", 10)
    failed = []

    def once(items):
        if 25 in items and not failed:
            failed.append(items)
            raise StoreError("away")
        sink(items)

    found = Writer({"a": once})
    found.put("a", -1)
    found.flush()
    for number in range(40):
        found.put("a", number)
    with pytest.raises(StoreError, match="away"):
        found.flush()
    found.flush()
    assert sink.items == list(range(-1, 40))
    assert max(map(len, sink.batches)) <= 10


CHILD = """
import multiprocessing, sys
from langgraph_coaching.storage.writer import Writer

def work():
    writer = Writer({"a": lambda items: print(*items, flush=True)})
    for number in range(3):
        writer.put("a", number)

if __name__ == "__main__":
    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    child.join()
    sys.exit(child.exitcode)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_the_end_of_a_child_of_multiprocessing_waits_too(run_python):
    done = run_python("-c", CHILD)
    assert (done.stdout.split(), done.returncode, done.stderr) == (["0", "1", "2"], 0, "")


FORK = """
import os, sys, threading
from langgraph_coaching.storage.writer import Writer
go_on = threading.Event()
def sink(items):
    go_on.wait(60)
    print(os.getpid() == parent, *items, flush=True)
parent = os.getpid()
writer = Writer({"a": sink})
writer.put("a", "before")
writer._changed.acquire()  # as if another thread were in the middle of a put
child = os.fork()
if child == 0:
    go_on.set()
    writer.flush()  # nothing of the parent's
    writer.put("a", "in the child")
    sys.exit(0)  # and the end of the child waits for its own
writer._changed.release()
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
go_on.set()
writer.flush()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_fork_in_the_middle_neither_hangs_nor_writes_twice(run_python):
    done = run_python("-c", FORK)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["False in the child", "True before"]
