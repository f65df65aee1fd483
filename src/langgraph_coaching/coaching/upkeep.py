"""Upkeep: a table that is written in small pieces is put together again, and its old versions go.

A commit leaves some 70 KB: its data, a list of all files, and what tells two writers of one key apart. So it is the
number of commits, not of rows, that fills a disk. How many there are is seen in the folder itself, whichever process
has made them: one that writes a little and ends does its share like one that runs for months.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from datetime import timedelta
from typing import TYPE_CHECKING

from langgraph_coaching.coaching.ending import LAST, at_end, promise
from langgraph_coaching.coaching.exclusive import exclusive

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lancedb.table import Table

log = logging.getLogger("langgraph_coaching")

COMMITS = 16
"""Commits of a table from which on it is put together while it is being written."""

AT_REST = 4
"""The same once nobody writes, or when the process ends."""

BYTES = 64 * 1024
"""For each so many bytes of data one more commit: to put a table together is to write it anew, and with this what is
superseded never outgrows what is kept by much."""

COUNTED = 200
"""Commits of a table in an object store between two upkeeps."""

MOST = 500
"""Commits at which it is put together in any case. A thousand small pieces slow a search from 1.4 to 91 ms."""

QUIET = 2.0
"""Seconds without a write after which nobody writes."""

PATIENCE = 10.0
"""Seconds that the end of a process, or of a store's use, waits for the upkeep that is going on."""

LARGE = 64 * 1024 * 1024
"""Bytes of data from which on a process that ends leaves it to one that goes on."""

GRACE = timedelta(hours=1)
"""How long the versions of a table in an object store outlive being superseded; in a folder nobody needs one."""

_NOW = timedelta(milliseconds=1)

LOCK = ".upkeep"
"""Name of the file beside the tables that says that one process is at it."""


class Upkeep:
    """Looks after the tables of one database, in a thread of its own; another process may do the same.

    No row is dropped. Superseded versions of a table are, in an object store those older than `GRACE`.

    Args:
        folder: Where the tables are; None for an object store, whose commits are counted instead of looked at.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._changed = threading.Condition()
        self._at_it = threading.Lock()
        self._tables: dict[str, tuple[Table, Sequence[str]]] = {}
        """What this process has written since it was last at rest."""
        self._fresh: set[str] = set()
        self._seen: dict[str, int] = {}
        """For an object store the number of the latest commit that was counted."""
        self._thread: threading.Thread | None = None
        self._process = 0
        _open.add(self)

    def written(self, table: Table, indexed: Sequence[str] = (), version: int | None = None) -> None:
        """Takes note of a write; takes microseconds and never raises.

        Args:
            table: What was written to.
            indexed: Its columns that are looked up by value; each gets a scalar index.
            version: Number of the commit, where it is known.
        """
        with self._changed:
            self._process = os.getpid()
            self._tables[table.name] = table, indexed
            if self._folder is None and version is not None:
                before = self._seen.get(table.name, version - 1)
                self._seen[table.name] = version
                if before // COUNTED == version // COUNTED:
                    return
            self._fresh.add(table.name)
            if self._thread is None:
                promise()
                self._thread = threading.Thread(target=self._work, daemon=True, name="coaching-upkeep")
                try:
                    self._thread.start()
                except RuntimeError:  # no more threads, or the process ends; the next write tries again
                    self._thread = None
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                busy = self._changed.wait_for(lambda: bool(self._fresh), timeout=QUIET)
                names, self._fresh = [*self._fresh], set()
                if not busy:
                    self._thread = None
            if not busy:
                self._rest()
                return
            self._tidy(names, COMMITS)

    def _rest(self, *, ending: bool = False) -> None:
        with self._changed:
            names = [*self._tables] if self._folder is not None else []
        self._tidy(names, AT_REST, ending=ending)

    def finish(self) -> None:
        """Waits for the upkeep that is going on, and does what there is to do for what this process has written."""
        if self._process != os.getpid():  # in the child of a fork what was written is the parent's
            return
        with self._changed:
            self._fresh.clear()
        self._rest(ending=True)

    def _tidy(self, names: Sequence[str], least: int, *, ending: bool = False) -> None:
        if not self._at_it.acquire(timeout=PATIENCE):
            return
        try:
            for name in names:
                self._looked_after(name, least, ending=ending)
        finally:
            self._at_it.release()

    def _looked_after(self, name: str, least: int, *, ending: bool) -> None:
        table, indexed = self._tables[name]
        folder = self._folder and self._folder / f"{name}.lance"
        try:
            if folder is None:
                _put_together(table, indexed, GRACE)
            elif self._folder is not None and _due(folder, least, LARGE if ending else None):
                with exclusive(self._folder / LOCK) as mine:
                    if mine and _due(folder, least):
                        _put_together(table, indexed, _NOW)
                        _on_disk(folder)
        except Exception:
            # Another process is at it, or the address has no upkeep of this kind.
            log.debug("upkeep of the table %s was left to the next time", name, exc_info=True)


def _due(folder: Path, least: int, largest: int | None = None) -> bool:
    """Whether a table has so many commits for its size that it is worth writing it anew.

    Args:
        folder: Of the table.
        least: Commits at which it is in any case left alone below.
        largest: Bytes of data from which on it is left alone too.
    """
    with os.scandir(folder / "_versions") as files:
        commits = sum(file.name.endswith(".manifest") for file in files)
    if commits < least:
        return False
    with os.scandir(folder / "data") as files:
        size = sum(file.stat().st_size for file in files)
    return commits >= min(MOST, least + size // BYTES) and (largest is None or size < largest)


def _put_together(table: Table, indexed: Sequence[str], older: timedelta) -> None:
    from lancedb.index import BTree

    known = {column for index in table.list_indices() for column in index.columns}
    for column in indexed:
        if column not in known:
            table.create_index(column, config=BTree())
    table.optimize(cleanup_older_than=older)


def _on_disk(folder: Path) -> None:
    """Waits until what has taken the place of many files is on the disk, so that no loss of power takes all of it."""
    for file in [*folder.glob("_versions/*.manifest"), *folder.glob("data/*")]:
        handle = os.open(file, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


_open: weakref.WeakSet[Upkeep] = weakref.WeakSet()


def _finish_all() -> None:
    until = time.monotonic() + PATIENCE
    for upkeep in list(_open):
        if time.monotonic() < until:
            upkeep.finish()


at_end(LAST, _finish_all)
