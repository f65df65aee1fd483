"""Worker threads that are reused: a call takes one that waits, instead of starting its own."""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

IDLE = 30.0
"""Seconds one waits for something to do. To start another costs a tenth of a millisecond, more on a busy machine."""

MOST_FREE = 8
"""So many wait at most; after a rush the others end."""

_free: list[Worker] = []
"""Those that wait. No lock: each step on it is one of a list, and a fork could leave a lock held."""


class Worker(threading.Thread):
    """A daemon thread; get one from `free_worker`."""

    def __init__(self) -> None:
        super().__init__(daemon=True, name="coaching-advise")
        self._given: SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = SimpleQueue()

    def do(self, work: Callable[[], Any], future: Future[Any]) -> None:
        """Has it put the outcome of some work into a future, and then wait for more."""
        self._given.put((work, future))

    def run(self) -> None:
        """Works until there has been nothing to do for a while, or enough others wait."""
        goes_on = True
        while goes_on:
            try:
                goes_on = self._attempt(*self._given.get(timeout=IDLE))
            except Empty:
                goes_on = not self._leaves()

    def _attempt(self, work: Callable[[], Any], future: Future[Any]) -> bool:
        """Tells the outcome; returns whether it goes on. It is free before anybody is told, so that they find it."""
        try:
            tell = partial(future.set_result, work())
        except BaseException as error:  # noqa: BLE001 - raised again where the result is awaited
            tell = partial(future.set_exception, error)
        _free.append(self)
        goes_on = len(_free) <= MOST_FREE or not self._leaves()
        tell()
        return goes_on

    def _leaves(self) -> bool:
        """Takes itself from those that wait; False where somebody has just taken it, and gives it something to do."""
        with suppress(ValueError):
            _free.remove(self)
            return True
        return False


def free_worker() -> Worker:
    """One that has nothing to do, and that nobody else gets until it has done what it is given."""
    with suppress(IndexError):
        while True:
            worker = _free.pop()
            if worker.is_alive():  # after a fork, those of the parent are not
                return worker
    worker = Worker()
    worker.start()
    return worker
