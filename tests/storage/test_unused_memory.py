"""What writes have freed goes back to the system, so that a process that captures stays as large as it is."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest

from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.storage import unused_memory
from langgraph_coaching.storage.unused_memory import give_back_memory, giving_back, read_and_release

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"

GROWTH = """
import json, sys, tempfile
sys.path.insert(0, sys.argv[1])
from disk import asked, graph_of
from memory import own_memory
from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.storage import connection, unused_memory

connection.METADATA_CACHE, unused_memory.EVERY = 2 * 1024 * 1024, 1.0  # full from the beginning, as after an hour
with tempfile.TemporaryDirectory() as name, Coach(name + "/store", limits=Limits(deadline=30)) as coach:
    coach.add(intent="a customer asks about a delivery", behavior=Reply("Name the day."), examples=[asked(1)])
    graph, config = graph_of(coach), {"callbacks": [coach.callback()]}
    said = []
    for number in range(1, 321):
        graph.invoke({"messages": [("user", asked(number))]}, config)
        if number % 2 == 0:
            coach.flush()
        if number % 40 == 0:
            said.append(own_memory())
    print(json.dumps([said, len(coach.traces.list(limit=1_000))]))
"""


@pytest.fixture
def trimmed(monkeypatch):
    """The times at which the C library was asked for memory."""
    times = []
    monkeypatch.setattr(unused_memory, "_next_time", 0.0)
    monkeypatch.setattr(unused_memory, "_malloc_trim", lambda: lambda pad: times.append(time.monotonic()))
    return times


def test_rows_are_read_as_they_are_each_time():
    data = pa.table({"key": ["a", "b", None], "vector": [[1.0], [], None]})
    assert read_and_release(data).read_all().equals(data)
    assert read_and_release(data).read_all().equals(data)
    assert read_and_release(data.slice(0, 0)).read_all().equals(data.slice(0, 0))
    assert read_and_release(data).schema.equals(data.schema, check_metadata=True)


def test_memory_is_given_back_now_and_then_however_often_it_is_asked(trimmed, monkeypatch):
    for _ in range(100):
        give_back_memory()
    assert len(trimmed) == 1
    monkeypatch.setattr(unused_memory, "_next_time", time.monotonic())
    give_back_memory()
    assert len(trimmed) == 2


def test_a_heap_that_takes_long_is_asked_the_more_seldom(monkeypatch):
    worked = iter([5.0, 6.0])  # begun, ended: a second of its own
    clock = iter([100.0, 109.0])  # asked, ended: on a busy machine it took nine
    monkeypatch.setattr(unused_memory, "_next_time", 0.0)
    monkeypatch.setattr(unused_memory, "_malloc_trim", lambda: lambda _: 0)
    monkeypatch.setattr(unused_memory.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(unused_memory.time, "thread_time", lambda: next(worked))
    give_back_memory()
    assert unused_memory._next_time == pytest.approx(109.0 + 1_000.0)


def test_another_c_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(unused_memory, "_next_time", 0.0)
    monkeypatch.setattr(unused_memory, "_malloc_trim", lambda: None)
    give_back_memory()
    assert unused_memory._next_time == 0.0


@pytest.fixture
def told(monkeypatch):
    """What the C library was told, in order; not for those who write already, in the background of other tests."""
    options = []
    monkeypatch.setattr(unused_memory, "_threshold", unused_memory._Threshold())
    monkeypatch.setattr(unused_memory, "_mallopt", lambda: lambda *option: options.append(option))
    return options


LOWERED, RAISED = (unused_memory.TRIM, unused_memory.LOW), (unused_memory.TRIM, unused_memory.HIGH)
AS_EVER = (unused_memory.MMAP, unused_memory.LARGEST)


def test_memory_goes_back_at_once_as_long_as_any_thread_writes(told):
    with giving_back():
        assert told == [LOWERED, AS_EVER]
        with giving_back():
            pass
        assert told == [LOWERED, AS_EVER]
    assert told == [LOWERED, AS_EVER, RAISED, AS_EVER]
    with pytest.raises(ValueError, match="full"), giving_back():
        raise ValueError("the disk is full")
    assert told[-2:] == [RAISED, AS_EVER]


def test_writers_of_the_parent_are_not_counted_in_the_child_of_a_fork(told):
    threshold = unused_memory._Threshold()
    threshold.count(1)
    threshold.start_over()
    assert told[-2:] == [RAISED, AS_EVER]
    threshold.count(1)
    assert told[-2:] == [LOWERED, AS_EVER]
    threshold.count(-1)


@pytest.mark.parametrize("name", ["MALLOC_ARENA_MAX", "MALLOC_TRIM_THRESHOLD_", "GLIBC_TUNABLES"])
def test_who_has_set_the_allocator_up_is_left_alone(monkeypatch, name):
    unused_memory._mallopt.cache_clear()
    monkeypatch.setenv(name, "2")
    try:
        assert unused_memory._mallopt() is None
        with giving_back():
            pass
    finally:
        unused_memory._mallopt.cache_clear()


def test_memory_goes_back_at_once_while_the_background_writes_and_puts_tables_together(told, folder):
    with Coach(folder, limits=Limits(deadline=30)) as coach:
        coach.add(intent="a customer asks about a delivery", behavior=Reply("Name the day."))
        coach.advise("where is my delivery")
        coach.flush()
        written = len(told)
        assert written
        for number in range(4):
            coach.edit(coach.list()[0].id, notes=str(number))
    assert len(told) > written
    assert set(told) == {LOWERED, RAISED, AS_EVER}
    assert told[-2:] == [RAISED, AS_EVER]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="only Linux says how much memory is one's own")
def test_a_process_that_captures_does_not_grow_with_each_run():
    command = [sys.executable, "-c", GROWTH, str(BENCHMARKS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=580)
    said, stored = json.loads(done.stdout.splitlines()[-1])
    assert stored == 320
    # Python's own caches, 2,000 situations and 4,096 receipts, take 0.01 MB a run until they are full; before, 0.08.
    assert min(said[-3:]) - min(said[1:4]) < 0.05 * 160, said
