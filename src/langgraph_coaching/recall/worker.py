"""Worker threads that are reused: a call takes one that waits, instead of starting its own."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

from langgraph_coaching.errors import say_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

IDLE = 30.0
"""Seconds one waits for something to do. To start another costs a tenth of a millisecond, more on a busy machine."""

MOST_FREE = 8
"""So many wait at most; after a rush the others end."""

_free: list[Worker] = []
"""Those that wait. No lock: each step on it is one of a list, and a fork could leave a lock held."""


class Job(NamedTuple):
    """Work to do, and where its outcome goes."""

    work: Callable[[], Any]
    future: Future[Any]
    """Cancelled where nobody waits for it any more before it has begun."""
    take_next: Callable[[], Job | None] = lambda: None
    """Gives what the same thread is to do after it; asked once, before anybody is told that it is done."""


class Worker(threading.Thread):
    """A daemon thread; get one from `free_worker`."""

    def __init__(self) -> None:
        super().__init__(daemon=True, name="coaching-advise")
        self._given: SimpleQueue[Job] = SimpleQueue()

    def do(self, job: Job) -> None:
        """Has it do some work and what comes next, and then wait for more."""
        self._given.put(job)

    def run(self) -> None:
        """Works until there has been nothing to do for a while, or enough others wait."""
        goes_on = True
        while goes_on:
            try:
                goes_on = self._work_off(self._given.get(timeout=IDLE))
            except Empty:
                goes_on = not self._leaves()

    def _work_off(self, job: Job | None) -> bool:
        """Does it and what comes next; returns whether it goes on."""
        goes_on = True
        while job is not None:
            tell = _attempt(job)
            job = job.take_next()
            if job is None:  # it is free before anybody is told, so that they find it
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


def _attempt(job: Job) -> Callable[[], None]:
    """Does the work, and returns what tells its outcome."""
    if not job.future.running() and not job.future.set_running_or_notify_cancel():
        return lambda: None
    try:
        return partial(job.future.set_result, job.work())
    except BaseException as error:  # noqa: BLE001 - raised again where the result is awaited
        return partial(job.future.set_exception, as_fault(error))


def as_fault(error: BaseException) -> BaseException:
    """What is raised where the outcome is awaited: code that ends itself, or panics, ends neither agent nor process.

    Nobody's Ctrl-C and no cancellation arrive in a worker: both are raised where somebody waits for it.

    Args:
        error: As the work has raised it.
    """
    if isinstance(error, Exception | KeyboardInterrupt):
        return error
    fault = RuntimeError(f"{type(error).__name__}: {say_error(error)}")
    fault.__cause__ = error
    return fault


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


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_free.clear)
