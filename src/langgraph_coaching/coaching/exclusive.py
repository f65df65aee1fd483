"""Something that one process at a time does to a folder; whoever comes second leaves it to the first."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOOK = 0.05
"""Seconds between two looks of one that waits for its turn."""


@contextmanager
def exclusive(file: Path, wait: float = 0.0) -> Iterator[bool]:
    """Holds a lock that the system takes back when the process ends, however it ends.

    Args:
        file: Created where it is missing, and left there.
        wait: Seconds to wait at most while another one holds it.

    Yields:
        Whether it is held. Where a file system knows no locks, it is taken for held.
    """
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:  # a folder that is gone or cannot be written: what is to be done there will say so
        yield True
        return
    try:
        until = time.monotonic() + wait
        while not (held := _locked(handle)) and time.monotonic() < until:
            time.sleep(LOOK)
        try:
            yield held
        finally:
            if held:
                _unlock(handle)  # by hand: a child that was forked meanwhile has the file open as well
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _locked(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(handle: int) -> None:
        with suppress(OSError):
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _locked(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True

    def _unlock(handle: int) -> None:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)
