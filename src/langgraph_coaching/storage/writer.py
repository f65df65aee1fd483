"""The background writer: what a running graph leaves behind is written off its path, in order, in batches."""

from __future__ import annotations

import logging
import sys
import threading
import time
import weakref
from collections import deque
from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import CoachingError, StoreError, is_stop
from langgraph_coaching.storage.at_exit import FIRST, at_end, promise
from langgraph_coaching.storage.at_fork import start_over_in_child
from langgraph_coaching.storage.unused_memory import giving_back

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger("langgraph_coaching")

PAUSE = 1.0
"""Seconds between batches: a table with one-row commits slows down, and one commit takes as long as a hundred rows."""

PAUSE_AFTER_FAULT = 2.0
"""Seconds until a store that could not be written is tried again; `flush` tries at once."""

IDLE = 1.0
"""Seconds without work after which the thread ends; the next item starts another."""

TOGETHER = 500
"""Items that a sink is given at once, at most: then it is known how far a long queue has come."""

STALLED = 30.0
"""Seconds without any progress after which the end of the process no longer waits for what is queued."""

MOST_WAITING = 50_000
"""Items kept while the store cannot be written; beyond it the oldest are given up, with a warning."""


class Writer:
    """A queue, a daemon thread while there is work, and one sink for each kind of item.

    Args:
        sinks: For each kind what writes a list of items, in order. What it raises as a `CoachingError` is tried again;
            anything else is the item's own fault, and that item is given up.
        last: Queues what is to be written when the process ends.
    """

    def __init__(self, sinks: dict[str, Callable[[list[Any]], None]], last: Callable[[], None] = lambda: None) -> None:
        self._sinks = sinks
        self._last = last
        self.start_over()
        _open_writers.add(self)
        start_over_in_child(self)

    def start_over(self) -> None:
        """Forgets everything: in the child of a fork the thread is gone, and what was queued is the parent's."""
        self._changed = threading.Condition()
        self._waiting: deque[tuple[str, Any]] = deque()
        self._put = self._done = 0
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
        with self._changed:
            self._waiting.append((kind, item))
            self._put += 1
            if len(self._waiting) > MOST_WAITING:
                self._waiting.popleft()
                self._done += 1
                self._lost += 1
            if self._thread is None or len(self._waiting) == 1:  # else it is there, and knows of work
                self._wake()

    def _wake(self) -> None:
        if self._thread is None:
            promise()
            self._thread = threading.Thread(target=self._work, daemon=True, name="coaching-writer")
            try:
                self._thread.start()
            except RuntimeError:  # no more threads, or the process ends; the next item tries again
                self._thread = None
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
            self._wait_until_done(self._put, until)
            self._wait_until_done(self._put, until)  # what those had the sinks queue

    def _wait_until_done(self, count: int, until: float) -> None:
        while self._done < count:
            if self._fault is not None:
                raise self._fault
            if time.monotonic() >= until:
                raise StoreError(f"{count - self._done} records are not written yet; they stay queued")
            self._hurry = True
            self._wake()
            if self._thread is None:  # none can be started, as in a process that ends
                self._changed.release()
                try:
                    self._write_batch()
                finally:
                    self._changed.acquire()
            else:
                self._changed.wait(until - time.monotonic())

    def end(self) -> int:
        """Writes what is queued, for as long as it gets on, and says how many it could not; never raises.

        Returns:
            How many items were not written.
        """
        with self._changed:
            if self._put == 0:
                return 0
        self._last()
        fault = self._drain() or self._drain()  # what the first had the sinks queue
        with self._changed:
            left = self._put - self._done
        if left:
            said = f"at exit: {fault or 'the process goes on making more'}"
            log.error("%s (%d coaching records were not written)", said, left)
            # Also where nobody has set up any logging, or has sent it elsewhere.
            with suppress(AttributeError, OSError, ValueError):  # there may be none, or a closed one
                sys.stderr.write(f"langgraph-coaching: {left} records were not written: {said}\n")
        return left

    def _drain(self) -> CoachingError | None:
        """Waits for what is queued now; returns what has brought it to a stand, or None."""
        with self._changed:
            count = self._put
            while True:
                done, self._fault = self._done, None
                try:
                    self._wait_until_done(count, time.monotonic() + STALLED)
                except CoachingError as error:
                    if self._done == done:
                        return error
                else:
                    return None

    def _write_batch(self) -> None:
        with self._changed:
            batch = list(self._waiting)
            self._waiting.clear()
        done, fault = 0, None
        try:
            for kind, items in groupby(batch, key=lambda pair: pair[0]):
                group = [item for _, item in items]
                for start in range(0, len(group), TOGETHER):
                    some = group[start : start + TOGETHER]
                    with giving_back():
                        self._write(kind, some)
                    done += len(some)
                    with self._changed:
                        self._done += len(some)
        except CoachingError as error:
            fault = error
        with self._changed:
            if fault is not None and self._fault is None:
                log.warning("%s (%d records wait)", fault, len(batch) - done)
            self._waiting.extendleft(reversed(batch[done:]))
            if self._lost:
                log.error("%d coaching records were given up: the store cannot be written", self._lost)
                self._lost = 0
            self._fault = fault
            self._changed.notify_all()

    def _write(self, kind: str, items: list[Any]) -> None:
        try:
            self._sinks[kind](items)
        except CoachingError:
            raise
        except BaseException as error:  # one that would end the thread, and with it all that waits, too
            if is_stop(error):
                raise
            if len(items) == 1:
                log.exception("one of the coaching %s cannot be written and is given up", kind)
                return
            for item in items:
                self._write(kind, [item])

    def _work(self) -> None:
        while self._wait_for_work():
            self._write_batch()

    def _wait_for_work(self) -> bool:
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._waiting), timeout=IDLE):
                self._thread = None
                return False
            pause = PAUSE if self._fault is None else PAUSE_AFTER_FAULT
            self._changed.wait_for(lambda: self._hurry, timeout=pause)
            self._hurry = False
            return True


_open_writers: weakref.WeakSet[Writer] = weakref.WeakSet()


def _end_all() -> None:
    for writer in list(_open_writers):
        writer.end()


at_end(FIRST, _end_all)
