"""Deadline for work that cannot be interrupted: it is left behind, and the caller goes on."""

from __future__ import annotations

import asyncio
import atexit
import threading
from concurrent.futures import Future, wait
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from langgraph_coaching.recall.worker import free_worker

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MOST_LEFT_BEHIND = 8
"""So many overdue calls may be running; beyond it new ones are refused at once instead of piling up threads."""


GRACE = 5.0
"""Seconds the end of the process waits for overdue work: a daemon thread that is inside C++ then aborts the process."""

_overdue: set[Future[Any]] = set()


@atexit.register
def _wait_for_overdue() -> None:
    wait(list(_overdue), GRACE)


class Overdue(TimeoutError):  # noqa: N818 - it is not an error of the program but an outcome
    """The work did not finish in time, or too much overdue work is still running."""


class Deadline:
    """Runs work in daemon threads and stops waiting when time is up.

    Not in an event loop's own threads: overdue work would fill those up, and then no other node would run.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left_behind = 0

    def run(self, work: Callable[[], T], seconds: float) -> T:
        """The work's result.

        Args:
            work: Called in another thread, with this one's context variables.
            seconds: How long to wait for it.

        Raises:
            Overdue: Time is up; the work goes on unattended.
        """
        future = self._start(work)
        with suppress(TimeoutError):
            future.exception(seconds)
        return self._take_outcome(future, seconds)

    async def arun(self, work: Callable[[], T], seconds: float) -> T:
        """Like `run`, without blocking the event loop."""
        future = self._start(work)
        with suppress(TimeoutError):  # or the work's own, which is in the future too
            async with asyncio.timeout(seconds):  # `wait_for` of Python 3.11 can lose a cancellation
                await asyncio.wrap_future(future)
        return self._take_outcome(future, seconds)

    def _start(self, work: Callable[[], T]) -> Future[T]:
        if self._left_behind >= MOST_LEFT_BEHIND:
            raise Overdue(f"{self._left_behind} earlier calls are still running past their deadline")
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()

        free_worker().do(partial(copy_context().run, work), future)
        return future

    def _take_outcome(self, future: Future[T], seconds: float) -> T:
        if future.done():
            return future.result()
        with self._lock:
            self._left_behind += 1
        _overdue.add(future)
        future.add_done_callback(_overdue.discard)
        future.add_done_callback(self._count_return)
        raise Overdue(f"it took longer than the deadline of {seconds:g} s")

    def _count_return(self, _: Future[T]) -> None:
        with self._lock:
            self._left_behind -= 1
