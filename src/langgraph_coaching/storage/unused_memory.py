"""Unused memory: what a write has freed goes back to the system, which allocators keep for the thread that had it.

LanceDB writes in threads of its own that come and go: of a process that captures for hours, tens of MB would be kept
for threads that no longer need them, and more with each.
"""

from __future__ import annotations

import ctypes
import threading
import time
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

EVERY = 10.0
"""Seconds between two times that memory is given back, at least."""

SHARE = 0.001
"""Of the time, at most, that is spent on it: some milliseconds each time, more in a process of many GB."""

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
        began = time.monotonic()
        trim(0)
        ended = time.monotonic()
        _next_time = ended + max(EVERY, (ended - began) / SHARE)
    finally:
        _going_on.release()


@cache
def _malloc_trim() -> Callable[[int], int] | None:
    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library; Windows knows none by no name
        return None
    return found
