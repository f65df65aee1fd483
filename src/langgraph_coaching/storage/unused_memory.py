"""Unused memory: what a write has freed goes back to the system, which allocators keep for the thread that had it.

LanceDB writes in threads of its own that come and go: of a process that captures for hours, tens of MB would be kept
for threads that no longer need them, and more with each.

glibc has eight arenas a core for them. An arena gives back the free end of its heap only where that is larger than a
threshold, which grows with the largest block that was ever freed, up to 64 MB; `malloc_trim` leaves it as it is in all
arenas but one. So it is lowered while the background writes or puts tables together: from its 1,500th run on to its
3,000th, at full speed, a process grew by 2 MB instead of 141 (`tests/benchmarks/memory.py` measures such runs). At
other times it is as high as glibc itself would make it, since a low one has numpy's temporary arrays cost up to six
times as much.
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from langgraph_coaching.storage.at_fork import start_over_in_child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

EVERY = 10.0
"""Seconds between two times that memory is given back, at least."""

SHARE = 0.001
"""Of the time, at most, that is spent on it: some milliseconds each time, more in a process of many GB."""

TRIM, MMAP = -1, -3
"""The C library's numbers of two settings: from how many free bytes at the end of a heap on these are given back, and
from how many bytes on a block is got from the system by itself."""

LOW, HIGH, LARGEST = 1024 * 1024, 64 * 1024 * 1024, 32 * 1024 * 1024
"""Bytes: of the first while something is written here, of the first and the second at other times."""

_going_on = threading.Lock()
_next_time = 0.0


def read_and_release(data: pa.Table) -> pa.RecordBatchReader:
    """The rows to be read once; whoever has read the last gives back what Arrow keeps for that thread.

    LanceDB looks for NaN among vectors in whichever of its threads reads them. Each time some 2 MB stayed there, of
    writes of 50 KB.

    Args:
        data: The rows.
    """
    import pyarrow as pa

    def batches() -> Iterator[pa.RecordBatch]:
        yield from data.to_batches()
        pa.default_memory_pool().release_unused()

    return pa.RecordBatchReader.from_batches(data.schema, batches())


def give_back_memory() -> None:
    """Gives back what the C library keeps of freed memory, now and then; says nothing, and never raises.

    Only where it is glibc: it has an arena for each of many threads, and gives back no free page between two used ones.
    """
    global _next_time  # noqa: PLW0603 (there is one heap in a process, however many coaches)
    trim = _malloc_trim()
    if trim is None or time.monotonic() < _next_time or not _going_on.acquire(blocking=False):
        return
    try:
        began = time.thread_time()  # a busy machine does not count: it would keep what many have freed for minutes
        trim(0)
        _next_time = time.monotonic() + max(EVERY, (time.thread_time() - began) / SHARE)
    finally:
        _going_on.release()


class _Threshold:
    """Low while any thread writes."""

    def __init__(self) -> None:
        self._threads = 0
        self.start_over()
        start_over_in_child(self)

    def start_over(self) -> None:
        """In the child of a fork those that wrote are gone."""
        self._lock = threading.Lock()
        if self._threads:
            self._threads = 0
            self._set()

    def count(self, change: int) -> None:
        """So many threads more write, or fewer."""
        with self._lock:
            before, self._threads = self._threads, self._threads + change
            if not (before and self._threads):
                self._set()

    def _set(self) -> None:
        set_option = _mallopt()
        if set_option is not None:
            set_option(TRIM, LOW if self._threads else HIGH)
            set_option(MMAP, LARGEST)  # else it would stay at whatever it is now


_threshold = _Threshold()


@contextmanager
def giving_back() -> Iterator[None]:
    """What any thread frees meanwhile goes back at once; where it is glibc, and nobody has set it up otherwise."""
    threshold = _threshold
    threshold.count(1)
    try:
        yield
    finally:
        threshold.count(-1)


@cache
def _mallopt() -> Callable[[int, int], int] | None:
    if any(name.startswith("MALLOC_") or name == "GLIBC_TUNABLES" for name in os.environ):
        return None  # whoever runs the process has set it up
    try:
        found: Callable[[int, int], int] = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return None
    return found


@cache
def _malloc_trim() -> Callable[[int], int] | None:
    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library; Windows knows none by no name
        return None
    return found
