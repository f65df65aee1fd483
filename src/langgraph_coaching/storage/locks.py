"""The locks of a folder: any number may write its tables at once, but never while superseded versions are taken away.

LanceDB gives a commit the next free number. A writer that has looked for it before others have committed, and before
what they superseded was taken away, would find that number free again, and its commit would be lost without an error.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from langgraph_coaching.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.storage.database import Database

CHANGING = ".changing"
"""The file that whoever changes what others are changing as well holds alone."""

CREATING = ".creating"
"""The file that whoever makes a table holds alone."""

INDEXING = ".indexing"
"""The file that whoever makes an index holds alone."""

TURN, WRITING = ".upkeep", ".writing"
"""Names of the files beside the tables: whoever is about to write or to tidy up passes the first, one after the other,
so that a table that is always being written is tidied up all the same; writers hold the second together."""

LOCKS = frozenset({CHANGING, CREATING, INDEXING, TURN, WRITING})
"""All of them."""

LOOK = 0.01
"""Seconds between two looks of one that waits."""

PATIENCE = 60.0
"""Seconds that a writer waits at most."""

SHORT = 2.0
"""Seconds that upkeep waits at most for writers, and a change for another one of the same."""

if sys.platform == "win32":  # knows no lock that many hold at once
    KNOWN = False

    def _lock(handle: int, *, shared: bool) -> bool:
        raise OSError(f"no lock on {handle} (shared: {shared})")

    def _unlock(handle: int) -> None:
        """There is nothing to let go of."""
else:
    import fcntl

    KNOWN = True

    def _lock(handle: int, *, shared: bool) -> bool:
        """Whether it is held now; raises an `OSError` where the file system knows no locks."""
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(handle: int) -> None:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)


def hold_file(handle: int) -> bool | None:
    """Holds an open file alone until it is closed; False where another holds it, None where that cannot be known."""
    return _wait(handle, 0.0, shared=False)


class Locks:
    """Locks that the system takes back when a process ends, however it ends.

    Args:
        folder: Where the tables are; None where there is no folder, or no lock.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder if KNOWN else None

    @classmethod
    def of(cls, database: Database) -> Locks:
        """The locks of the folder that a database is in."""
        return cls(None if database.remote else Path(database.uri))

    @contextmanager
    def changing(self, *, overtaken: bool) -> Iterator[None]:
        """Changes what others may be changing as well: alone where somebody was overtaken, for a while at most.

        Args:
            overtaken: Whether this change was. One that was not waits only where it finds somebody at it.
        """
        with self._open(CHANGING) as handle:
            try:
                if overtaken or _wait(handle, 0.0, shared=True) is False:
                    _wait(handle, time.monotonic() + SHORT, shared=False)
                else:
                    _release(handle)
                yield
            finally:
                _release(handle)

    @contextmanager
    def creating(self) -> Iterator[bool]:
        """Makes a table while nobody else makes one: of two that make the same, the slower would empty it again.

        Yields:
            Whether it is known that nobody else does.

        Raises:
            StoreError: Another process has been at it for a minute.
        """
        if self._folder is not None:
            with suppress(OSError):  # whoever makes the table says so
                self._folder.mkdir(parents=True, exist_ok=True)
        with self._only_one(CREATING, "makes a table") as alone:
            yield alone

    @contextmanager
    def recovering(self, place: str) -> Iterator[None]:
        """Reads the spools of processes that are gone, while nobody else does.

        Args:
            place: Folder of the spools, in that of the tables.

        Raises:
            StoreError: Another process has been at it for a minute.
        """
        with self._only_one(f"{place}/.recovering", "writes again what a loss of power has taken"):
            yield

    @contextmanager
    def _only_one(self, name: str, does: str) -> Iterator[bool]:
        with self._open(name) as handle:
            try:
                alone = _wait(handle, time.monotonic() + PATIENCE, shared=False)
                if alone is False:
                    raise StoreError(f"another process {does} in {self._folder}; try again later")
                yield alone is True
            finally:
                _release(handle)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Writes, or needs the past of a table, together with others.

        Raises:
            StoreError: Upkeep takes longer than a minute.
        """
        until = time.monotonic() + PATIENCE
        with self._open(TURN) as turn, self._open(WRITING) as writing:
            try:
                if _wait(turn, until, shared=True) is False or _wait(writing, until, shared=True) is False:
                    raise StoreError(f"the coaching store at {self._folder} is being put together; try again later")
                _release(turn)
                yield
            finally:
                _release(writing)
                _release(turn)

    @contextmanager
    def alone(self, patience: float = SHORT) -> Iterator[bool | None]:
        """Takes away what is superseded, or changes what all that is written means, while nobody writes.

        Args:
            patience: Seconds that writers are waited for at most.

        Yields:
            Whether nobody does; None where that cannot be known.
        """
        until = time.monotonic() + patience
        with self._open(TURN) as turn, self._open(WRITING) as writing:
            try:
                yield _wait(turn, until, shared=False) and _wait(writing, until, shared=False)
            finally:
                _release(writing)
                _release(turn)

    @contextmanager
    def indexing(self) -> Iterator[bool]:
        """Makes an index, which takes minutes, unless another process does.

        Yields:
            Whether nobody else does, as far as that can be known.
        """
        with self._open(INDEXING) as handle:
            try:
                yield _wait(handle, 0.0, shared=False) is not False
            finally:
                _release(handle)

    @contextmanager
    def _open(self, name: str) -> Iterator[int | None]:
        """The file, or None where there is no folder yet, or it cannot be written: a write there says so itself."""
        handle = None
        if self._folder is not None:
            with suppress(OSError):
                handle = os.open(self._folder / name, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            yield handle
        finally:
            if handle is not None:
                os.close(handle)


def is_held(file: Path) -> bool:
    """Whether somebody holds the lock on this file now, alone; False where there is no such file, or no lock."""
    if not KNOWN or not file.exists():
        return False
    try:
        with file.open("rb") as opened:
            held = not _lock(opened.fileno(), shared=True)
            _release(None if held else opened.fileno())
            return held
    except OSError:
        return False


def _wait(handle: int | None, until: float, *, shared: bool) -> bool | None:
    if handle is None:
        return None
    try:
        while not _lock(handle, shared=shared):
            if time.monotonic() >= until:
                return False
            time.sleep(LOOK)
    except OSError:
        return None
    return True


def _release(handle: int | None) -> None:
    if handle is not None:
        _unlock(handle)  # by hand: a child that was forked meanwhile has the file open as well
