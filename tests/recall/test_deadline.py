"""A deadline is kept though the work cannot be stopped, and work that is left behind does not pile up."""

import asyncio
import contextvars
import os
import threading
import time
from concurrent.futures import Future

import pytest

from langgraph_coaching.recall import worker
from langgraph_coaching.recall.deadline import MOST_LEFT_BEHIND, MOST_RUNNING, Deadline, Overdue

FAR = 30.0
SOON = 0.05


@pytest.fixture(params=["sync", "async"])
def run(request):
    """Runs work with a deadline, in either call style."""

    def call(deadline, work, seconds):
        if request.param == "sync":
            return deadline.run(work, seconds)
        return asyncio.run(deadline.arun(work, seconds))

    return call


@pytest.fixture
def stuck():
    """Work that goes on until the test is over."""
    release = threading.Event()
    yield lambda: release.wait(FAR)
    release.set()


def settle(deadline):
    """Waits until nothing is left behind, and whoever had waited for it was told."""
    until = time.monotonic() + FAR
    while deadline._left_behind and time.monotonic() < until:
        for thread in threading.enumerate():
            if thread.name == "coaching-advise":
                thread.join(SOON)  # it waits for more work once it is done
    assert deadline._left_behind == 0


def test_the_result_comes_back(run):
    assert run(Deadline(), lambda: 7, FAR) == 7


@pytest.mark.parametrize("error", [ValueError("x"), TimeoutError("its own"), KeyError("k")])
def test_what_the_work_raises_is_raised(run, error):
    def work():
        raise error

    with pytest.raises(type(error)) as caught:
        run(Deadline(), work, FAR)
    assert caught.value is error


def test_it_returns_in_time_though_the_work_goes_on(run, stuck):
    started = time.monotonic()
    with pytest.raises(Overdue, match=r"longer than the deadline of 0.05 s"):
        run(Deadline(), stuck, SOON)
    assert time.monotonic() - started < FAR / 2


def test_the_work_has_the_context_of_its_caller(run):
    who = contextvars.ContextVar("who")
    who.set("me")
    assert run(Deadline(), who.get, FAR) == "me"


def test_left_behind_work_is_bounded_and_room_is_made_when_it_ends(run):
    deadline, release = Deadline(), threading.Event()
    for _ in range(MOST_LEFT_BEHIND):
        with pytest.raises(Overdue, match="longer than the deadline"):
            run(deadline, lambda: release.wait(FAR), SOON)
    started = []
    with pytest.raises(Overdue, match=f"{MOST_LEFT_BEHIND} earlier calls are still running"):
        run(deadline, lambda: started.append(1), FAR)
    assert started == []
    release.set()
    settle(deadline)
    before = {*threading.enumerate()}
    assert run(deadline, lambda: 7, FAR) == 7
    assert {*threading.enumerate()} <= before  # those that came back do what comes next


def test_the_end_of_an_event_loop_does_not_wait_for_it(stuck):
    async def main():
        with pytest.raises(Overdue):
            await Deadline().arun(stuck, SOON)

    started = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - started < FAR / 2


def test_a_cancelled_caller_is_cancelled(stuck):
    async def main():
        task = asyncio.create_task(Deadline().arun(stuck, FAR))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


def test_work_that_ends_after_its_loop_is_closed_says_nothing(caplog, recwarn):
    deadline, release, ended = Deadline(), threading.Event(), threading.Event()

    def work():
        release.wait(FAR)
        ended.set()
        raise ValueError("nobody cares")

    async def main():
        with pytest.raises(Overdue):
            await deadline.arun(work, SOON)

    asyncio.run(main())
    release.set()
    assert ended.wait(FAR)
    settle(deadline)
    assert caplog.records == []
    assert [str(warning.message) for warning in recwarn.list] == []


def test_the_event_loop_goes_on_while_it_waits(stuck):
    async def main():
        ticks = 0
        task = asyncio.create_task(Deadline().arun(stuck, 0.2))
        while not task.done():
            await asyncio.sleep(0)
            ticks += 1
        with pytest.raises(Overdue):
            await task
        return ticks

    assert asyncio.run(main()) > 10


@pytest.mark.parametrize("steps", range(6))
def test_a_cancellation_is_not_lost_where_the_work_ends_at_the_same_moment(monkeypatch, steps):
    deadline, future = Deadline(), Future()
    monkeypatch.setattr(deadline, "_start", lambda _: future)

    async def cancelled():
        task = asyncio.ensure_future(deadline.arun(int, 30))
        for _ in range(3):
            await asyncio.sleep(0)
        future.set_result(7)
        for _ in range(steps):
            await asyncio.sleep(0)
        return task.cancel() and await asyncio.gather(task, return_exceptions=True)

    found = asyncio.run(cancelled())
    assert found is False or isinstance(found[0], asyncio.CancelledError)


def test_one_call_after_another_is_done_by_the_same_thread(run):
    assert run(Deadline(), threading.get_ident, FAR) == run(Deadline(), threading.get_ident, FAR)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_thread_outlives_what_its_work_raises(run, error, monkeypatch):
    def failing():
        raised.append(threading.get_ident())
        raise error

    monkeypatch.setattr(worker, "_free", [])
    raised, done = [], Future()
    with pytest.raises(error):
        run(Deadline(), failing, FAR)
    (thread,) = (one for one in threading.enumerate() if one.ident == raised[0])
    thread.do(worker.Job(threading.get_ident, done))
    assert done.result(FAR) == raised[0]


def test_a_thread_ends_when_nothing_comes(monkeypatch):
    monkeypatch.setattr(worker, "IDLE", SOON)
    thread = worker.Worker()
    thread.start()
    worker._free.append(thread)
    thread.join(FAR)
    assert not thread.is_alive()
    assert thread not in worker._free


def test_after_a_rush_few_threads_wait(run):
    gathered = threading.Barrier(3 * worker.MOST_FREE)
    calls = [
        threading.Thread(target=run, args=(Deadline(), lambda: gathered.wait(FAR), FAR))
        for _ in range(gathered.parties)
    ]
    for call in calls:
        call.start()
    for call in calls:
        call.join(FAR)
    assert gathered.n_waiting == 0
    assert len(worker._free) <= worker.MOST_FREE


def test_a_thread_that_is_taken_at_the_last_moment_goes_on(monkeypatch):
    monkeypatch.setattr(worker, "IDLE", SOON)
    thread = worker.Worker()
    thread.start()  # taken: it is not among those that are free
    thread.join(4 * SOON)
    assert thread.is_alive()
    done = Future()
    thread.do(worker.Job(lambda: 7, done))
    assert done.result(FAR) == 7
    thread.join(FAR)
    assert not thread.is_alive()


def test_threads_that_a_fork_has_left_in_the_parent_are_not_waited_for(run):
    worker._free.append(worker.Worker())  # as in the child: it is known, and does not run
    assert run(Deadline(), lambda: 7, FAR) == 7


def test_a_rush_takes_so_many_threads_and_no_more(stuck):
    """Those that wait for their turn wait no longer than the others, and what has not begun by then never does."""
    deadline, begun = Deadline(), []

    async def main():
        calls = (deadline.arun(lambda: begun.append(1) or stuck(), SOON) for _ in range(MOST_RUNNING + 40))
        return await asyncio.gather(*calls, return_exceptions=True)

    before = {*threading.enumerate()}
    assert {type(outcome) for outcome in asyncio.run(main())} == {Overdue}
    assert sum(thread.name == "coaching-advise" for thread in {*threading.enumerate()} - before) <= MOST_RUNNING
    assert len(begun) <= MOST_RUNNING
    assert deadline._left_behind <= MOST_RUNNING


def test_who_waits_for_a_turn_gets_it():
    deadline, go = Deadline(), threading.Event()

    async def main():
        calls = [asyncio.create_task(deadline.arun(lambda: go.wait(FAR), FAR)) for _ in range(2 * MOST_RUNNING)]
        await asyncio.sleep(0)
        assert deadline._running == MOST_RUNNING
        go.set()
        return await asyncio.gather(*calls)

    assert asyncio.run(main()) == [True] * 2 * MOST_RUNNING
    assert (deadline._running, [*deadline._waiting]) == (0, [])


def test_callers_that_are_cancelled_leave_work_behind_that_is_counted(stuck):
    """An agent that has a shorter timeout of its own must not pile up threads either."""
    deadline = Deadline()

    async def main():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(SOON):
                await deadline.arun(stuck, FAR)

    for _ in range(MOST_LEFT_BEHIND):
        asyncio.run(main())
    with pytest.raises(Overdue, match="earlier calls are still running"):
        deadline.run(int, FAR)


class Panic(BaseException):
    """As the panics of Rust extensions are, and `SystemExit`, and what some libraries cancel with."""


@pytest.mark.parametrize("error", [SystemExit(3), Panic("index out of bounds"), asyncio.CancelledError("mine")])
def test_work_that_would_end_the_process_ends_nothing(run, error):
    def work():
        raise error

    with pytest.raises(RuntimeError, match=type(error).__name__) as caught:
        run(Deadline(), work, FAR)
    assert caught.value.__cause__ is error


def test_an_error_that_cannot_say_what_it_is_is_named(run):
    class Mute(BaseException):
        def __str__(self):
            raise ValueError("hostile")

    def work():
        raise Mute

    with pytest.raises(RuntimeError, match="Mute"):
        run(Deadline(), work, FAR)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_in_the_child_of_a_fork_nothing_is_counted_and_no_lock_is_held(stuck):
    deadline = Deadline()
    with pytest.raises(Overdue):
        deadline.run(stuck, SOON)
    with deadline._lock:  # as another thread of the parent may
        child = os.fork()
        if child == 0:
            os._exit(0 if deadline._left_behind == 0 and deadline.run(lambda: 7, FAR) == 7 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_without_an_event_loop_of_asyncio_that_is_said():
    """As under trio: it is not the work that is too slow."""
    waiting = Deadline().arun(lambda: 1, 5)
    with pytest.raises(RuntimeError, match="no running event loop"):
        waiting.send(None)
