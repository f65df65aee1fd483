"""Loading: what the first call of a process needs is loaded once, aside, and no call waits past its deadline."""

from __future__ import annotations

import threading
import time
import weakref
from concurrent.futures import Future
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING

from langgraph_coaching.recall.deadline import GRACE, await_until, wait_until
from langgraph_coaching.recall.worker import Job, free_worker
from langgraph_coaching.storage.at_exit import FIRST, at_end
from langgraph_coaching.storage.at_fork import start_over_in_child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class StillLoading(TimeoutError):  # noqa: N818 - it is not an error of the program but an outcome
    """What the call needs is not loaded yet; it goes on being loaded."""


_loadings: weakref.WeakSet[Loading] = weakref.WeakSet()


class Loading:
    """Loads in one thread, however many call.

    All the calls together wait for it as long as one may take: behind a store that never answers, or while an embedder
    is measured, an agent is held up once and not at every call.

    Args:
        steps: Makes what there is to do, each step with its name for a receipt; none where there is nothing to load
            yet, and then it is tried again at the next call.
    """

    def __init__(self, steps: Callable[[], Iterator[tuple[str, Callable[[], object]]]]) -> None:
        self._steps = steps
        self.start_over()
        start_over_in_child(self)
        _loadings.add(self)

    def start_over(self) -> None:
        """Forgets what was begun: in the child of a fork its thread is gone, and a lock may be left held."""
        self._lock = threading.Lock()
        self._future: Future[bool] | None = None
        self._since = 0.0
        self._step = ""
        self._ended = False
        self.done = False
        """Whether all of it is loaded; a step that failed is tried again at the next call."""

    def wait(self, seconds: float) -> None:
        """Waits until it is loaded, at most until so long after it was begun.

        Args:
            seconds: Of the caller's deadline.

        Raises:
            StillLoading: It is not loaded yet.
        """
        if not self.done:
            future = self._begin()
            wait_until(future, self._patience(seconds))
            self._refuse_unless_done(future)

    async def await_(self, seconds: float) -> None:
        """Like `wait`, without blocking the event loop."""
        if not self.done:
            future = self._begin()
            await await_until(future, self._patience(seconds))
            self._refuse_unless_done(future)

    def _begin(self) -> Future[bool]:
        with self._lock:
            if self._future is None:
                future: Future[bool] = Future()
                future.set_running_or_notify_cancel()  # so that nobody who stops waiting for it cancels it
                self._since, self._step = time.monotonic(), ""
                free_worker().do(Job(partial(copy_context().run, self._load), future, self._end))
                self._future = future
            return self._future

    def _load(self) -> bool:
        found = False
        for name, work in self._steps():
            if self._ended:
                return False
            self._step, found = name, True
            work()
        self.done = found
        return found

    def _end(self) -> None:
        with self._lock:
            self._future = None  # those that wait have it in hand

    def end(self, seconds: float) -> None:
        """Waits for the step that is going on, at most so long; there will be no other.

        Args:
            seconds: At most; a thread that then is inside C++ aborts the process that ends.
        """
        self._ended = True
        if (future := self._future) is not None:
            wait_until(future, seconds)

    def _patience(self, seconds: float) -> float:
        return max(self._since + seconds - time.monotonic(), 0.0)

    def _refuse_unless_done(self, future: Future[bool]) -> None:
        if not future.done():
            waited = time.monotonic() - self._since
            step = f"{self._step}, " if self._step else ""
            raise StillLoading(f"it is still being loaded ({step}for {waited:.1f} s)")
        future.result()


def _end_all() -> None:
    until = time.monotonic() + GRACE
    for one in list(_loadings):
        one.end(max(until - time.monotonic(), 0.0))


at_end(FIRST, _end_all)
