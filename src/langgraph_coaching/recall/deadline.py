"""Deadline for work that cannot be interrupted: it is left behind, and the caller goes on."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
import time
from collections import deque
from concurrent.futures import Future, wait
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from langgraph_coaching.recall.worker import Job, free_worker
from langgraph_coaching.storage.at_fork import start_over_in_child

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MOST_LEFT_BEHIND = 8
"""So many overdue calls may be running; beyond it new ones are refused at once instead of piling up threads."""

MOST_RUNNING = 64
"""So much work of one deadline runs at once, each in a thread: a rush waits its turn, within its time."""

GRACE = 5.0
"""Seconds the end of the process waits for overdue work: a daemon thread that is inside C++ then aborts the process."""

_overdue: set[Future[Any]] = set()


@atexit.register
def _wait_for_overdue() -> None:
    wait(list(_overdue), GRACE)


class Overdue(TimeoutError):  # noqa: N818 - it is not an error of the program but an outcome
    """The work did not finish in time, or too much overdue work is still running."""


def wait_until(future: Future[Any], seconds: float) -> None:
    """Waits until there is an outcome, or the time is up."""
    with suppress(TimeoutError):
        future.exception(seconds)


async def await_until(future: Future[Any], seconds: float) -> None:
    """Like `wait_until`, without blocking the event loop."""
    asyncio.get_running_loop()  # raises where there is none, as under trio; what is suppressed below would say nothing
    with suppress(Exception):  # the outcome is in the future
        async with asyncio.timeout(seconds):  # `wait_for` of Python 3.11 can lose a cancellation
            await asyncio.wrap_future(future)


class Deadline:
    """Runs work in daemon threads and stops waiting when time is up.

    Not in an event loop's own threads: overdue work would fill those up, and then no other node would run. There are
    never more than `MOST_RUNNING` threads of one deadline, whatever hangs and however many call.
    """

    def __init__(self) -> None:
        self.start_over()
        start_over_in_child(self)

    def start_over(self) -> None:
        """Forgets everything: in the child of a fork its threads are gone, and a lock may be left held."""
        self._lock = threading.Lock()
        self._running = 0
        self._left_behind = 0
        self._waiting: deque[Job] = deque()

    def run(self, work: Callable[[], T], seconds: float, since: float | None = None) -> T:
        """The work's result.

        Args:
            work: Called in another thread, with this one's context variables.
            seconds: How long it may take.
            since: From when on, of `time.perf_counter()`; by default from now on.

        Raises:
            Overdue: Time is up; the work goes on unattended, or does not begin at all.
        """
        future = self._start(work)
        try:
            wait_until(future, _left_of(seconds, since))
        finally:
            self._leave(future)
        return _outcome_of(future, seconds)

    async def arun(self, work: Callable[[], T], seconds: float, since: float | None = None) -> T:
        """Like `run`, without blocking the event loop."""
        future = self._start(work)
        try:
            await await_until(future, _left_of(seconds, since))
        finally:
            self._leave(future)
        return _outcome_of(future, seconds)

    def _start(self, work: Callable[[], T]) -> Future[T]:
        if self._left_behind >= MOST_LEFT_BEHIND:
            raise Overdue(f"{self._left_behind} earlier calls are still running past their deadline")
        future: Future[T] = Future()
        job = Job(partial(copy_context().run, work), future, self._take_next)
        with self._lock:
            if self._running >= MOST_RUNNING:
                self._waiting.append(job)
                return future
            self._running += 1
        try:
            free_worker().do(job)
        except RuntimeError:  # no more threads
            self._take_next()
            raise
        return future

    def _take_next(self) -> Job | None:
        """What a thread is to do that has done its work, or None where there is nothing."""
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._running -= 1
            return None

    def _leave(self, future: Future[Any]) -> None:
        """Counts what still runs and nobody waits for any more; what has not begun never does."""
        if future.done() or future.cancel():
            return
        with self._lock:
            self._left_behind += 1
        _overdue.add(future)
        future.add_done_callback(_overdue.discard)
        future.add_done_callback(self._count_return)

    def _count_return(self, _: Future[Any]) -> None:
        with self._lock:
            self._left_behind -= 1


def _left_of(seconds: float, since: float | None) -> float:
    return seconds if since is None else max(since + seconds - time.perf_counter(), 0.0)


def _outcome_of(future: Future[T], seconds: float) -> T:
    if not future.done() or future.cancelled():
        raise Overdue(f"it took longer than the deadline of {seconds:g} s")
    return future.result()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_overdue.clear)
