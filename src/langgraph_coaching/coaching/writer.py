"""The background writer: what a running graph leaves behind is written off its path, in order, in batches."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
import weakref
from collections import deque
from itertools import groupby
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import CoachingError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger("langgraph_coaching")

PAUSE = 0.2
"""Seconds between batches: a table with one-row commits slows down, and one commit takes as long as a hundred rows."""

MOST_WAITING = 50_000
"""Items kept while the store cannot be written; beyond it the oldest are given up, with a warning."""

Sink = "Callable[[list[Any]], None]"


class Writer:
    """A queue, a daemon thread, and one sink for each kind of item."""

    def __init__(self, sinks: dict[str, Callable[[list[Any]], None]]) -> None:
        self._sinks = sinks
        self._start_over()
        _open_writers.add(self)

    def _start_over(self) -> None:
        self._process = os.getpid()
        self._changed = threading.Condition()
        self._waiting: deque[tuple[str, Any]] = deque()
        self._busy = False
        self._hurry = False
        self._thread: threading.Thread | None = None
        self._fault: CoachingError | None = None
        self._lost = 0

    def put(self, kind: str, item: Any) -> None:
        """Queues an item; takes microseconds and never raises.

        Args:
            kind: Name of the sink.
            item: What the sink is given, in a list with its neighbours of the same kind.
        """
        if self._process != os.getpid():  # after a fork the thread is gone and the queue is the parent's
            self._start_over()
        with self._changed:
            self._waiting.append((kind, item))
            if len(self._waiting) > MOST_WAITING:
                self._waiting.popleft()
                self._lost += 1
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=_work, args=(weakref.ref(self),), daemon=True, name="coaching-writer"
                )
                self._thread.start()
            self._changed.notify_all()

    def flush(self, timeout: float = 30.0) -> None:
        """Waits until everything queued so far is written.

        Args:
            timeout: Seconds to wait at most.

        Raises:
            StoreError: It could not be written; it stays queued and is tried again.
        """
        until = time.monotonic() + timeout
        with self._changed:
            self._fault = None
            while (self._waiting or self._busy) and self._process == os.getpid():
                self._hurry = True
                self._changed.notify_all()
                if self._fault is not None:
                    raise self._fault
                if not self._changed.wait(until - time.monotonic()) and time.monotonic() >= until:
                    raise StoreError(
                        f"{len(self._waiting)} records are not written after {timeout:g} s; they stay queued"
                    )

    def write_batch(self) -> None:
        """Takes what is queued and writes it, kind by kind in order; what fails goes back to the front."""
        with self._changed:
            batch, self._busy = list(self._waiting), True
            self._waiting.clear()
        done = 0
        try:
            for kind, items in groupby(batch, key=lambda pair: pair[0]):
                group = [item for _, item in items]
                self._sinks[kind](group)
                done += len(group)
            fault = None
        except CoachingError as error:
            fault = error
        except Exception as error:
            log.exception("coaching records could not be written")
            fault = StoreError(f"coaching records could not be written: {type(error).__name__}: {error}")
        with self._changed:
            if fault is not None and self._fault is None:
                log.warning("%s (%d records wait)", fault, len(batch) - done)
            self._waiting.extendleft(reversed(batch[done:]))
            if self._lost:
                log.error("%d coaching records were given up: the store cannot be written", self._lost)
                self._lost = 0
            self._busy, self._fault = False, fault
            self._changed.notify_all()

    def _wait_for_work(self) -> bool:
        with self._changed:
            idle = not self._changed.wait_for(lambda: bool(self._waiting), timeout=1.0)
            if not idle and not self._hurry:
                self._changed.wait_for(lambda: self._hurry, timeout=PAUSE if self._fault is None else 2.0)
            self._hurry = False
            return not idle


def _work(reference: weakref.ref[Writer]) -> None:
    while (writer := reference()) is not None:
        if writer._wait_for_work():  # noqa: SLF001 - the thread's own half of the class
            writer.write_batch()
        del writer


_open_writers: weakref.WeakSet[Writer] = weakref.WeakSet()


@atexit.register
def _flush_all() -> None:
    for writer in list(_open_writers):
        try:
            writer.flush(timeout=10.0)
        except CoachingError as error:
            log.error("at exit: %s", error)  # noqa: TRY400 - the message says it all
