"""Compaction: a table that is written in small pieces is put together again, and its old versions go.

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
from math import isqrt
from typing import TYPE_CHECKING, NamedTuple

from langgraph_coaching.storage.at_exit import LAST, at_end, promise
from langgraph_coaching.storage.creation import remove_half_made
from langgraph_coaching.storage.on_disk import sync_folder
from langgraph_coaching.storage.unused_memory import give_back_memory, giving_back

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from lancedb.table import Table

    from langgraph_coaching.storage.locks import Locks

log = logging.getLogger("langgraph_coaching")

COMMITS = 16
"""Commits of a table from which on it is put together while it is being written."""

AT_REST = 4
"""The same once nobody writes, or when the process ends."""

BYTES = 128 * 1024
"""For each so many bytes of data one more commit: to put a table together is to write it anew, and with this what is
superseded stays at about half of what is kept."""

BYTES_AT_REST = 256 * 1024
"""The same once nobody writes: a quarter."""

COUNTED = 200
"""Commits of a table in an object store between two upkeeps."""

OFTEN_READ = frozenset({"coachings"})
"""Tables that every process reads again after each commit. A query takes a quarter of a millisecond more for each of
their pieces, so they are put together sooner: the commits above grow with the square root of the bytes, which keeps
what both cost together at its least."""

MOST = 500
"""Commits at which it is put together in any case. A thousand small pieces slow a search from 1.4 to 91 ms."""

QUIET = 2.0
"""Seconds without a write after which nobody writes."""

BUSY = 60.0
"""Seconds of writing after which what else there is to do no longer waits for an end of it."""

PATIENCE = 10.0
"""Seconds that the end of a process, or of a store's use, waits for the upkeep that is going on."""

LARGE = 64 * 1024 * 1024
"""Bytes of data from which on a process that ends leaves it to one that goes on."""

GRACE = timedelta(hours=1)
"""How long a version of a table lives where it cannot be known whether somebody is writing upon it."""

PAUSE = 5.0
"""Seconds until it is tried again where others went on writing, or where only old versions could go."""

TRIES = 30
"""How often it is waited for those who write, `locks.SHORT` each time, where something was erased."""

_NOW, _NEVER = timedelta(milliseconds=1), timedelta(days=36_500)


class Compaction:
    """Looks after the tables of one database, in a thread of its own; another process may do the same.

    No row is dropped. Superseded versions of a table are, in an object store those older than `GRACE`.

    Args:
        folder: Where the tables are; None for an object store, whose commits are counted instead of looked at.
        locks: Of the folder.
        managed: A service looks after the tables; only the chores are done.
    """

    def __init__(self, folder: Path | None, locks: Locks, *, managed: bool = False) -> None:
        self._managed = managed
        self._folder = folder
        self._locks = locks
        self._not_before = 0.0
        self._changed = threading.Condition()
        self._working = threading.Lock()
        self._tables: dict[str, tuple[Table, Sequence[str]]] = {}
        """What this process has written since it was last at rest."""
        self._fresh: set[str] = set()
        self._seen: dict[str, int] = {}
        """For an object store the number of the latest commit that was counted."""
        self._thread: threading.Thread | None = None
        self._process = 0
        self.chores: list[Callable[[], None]] = []
        """What else there is to do after writes, off everybody's path."""
        _open.add(self)

    def note_write(self, table: Table, indexed: Sequence[str] = (), version: int | None = None) -> None:
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
        began = time.monotonic()
        while True:
            with self._changed:
                busy = self._changed.wait_for(lambda: bool(self._fresh), timeout=QUIET)
                names, self._fresh = [*self._fresh], set()
                if not busy:
                    self._thread = None
            if not busy or time.monotonic() - began >= BUSY:
                self._do_chores()
            if not busy:
                self._rest()
                return
            self._tidy(names, _Threshold(COMMITS, BYTES))

    def _rest(self, *, ending: bool = False) -> None:
        with self._changed:
            names = [*self._tables] if self._folder is not None else []
        self._tidy(names, _Threshold(AT_REST, BYTES_AT_REST, LARGE if ending else None), ending=ending)

    def finish(self) -> None:
        """Waits for the upkeep that is going on, and does what there is to do for what this process has written."""
        if self._process != os.getpid():  # in the child of a fork what was written is the parent's
            return
        self._do_chores()
        with self._changed:
            self._fresh.clear()
        self._rest(ending=True)

    def _do_chores(self) -> None:
        for chore in self.chores:
            try:
                chore()
            except Exception:
                log.warning("something was left to the next upkeep", exc_info=True)

    def clear_past(self, table: Table, indexed: Sequence[str]) -> bool | None:
        """Writes every row of a table into new files, and takes the others away, those of failed writes too.

        Args:
            table: From which something was erased.
            indexed: As for `note_write`.

        Returns:
            Whether nothing else is left; None where it cannot be known whether others write, so that earlier versions
            go after `GRACE`, or once a service takes them away; False where they have not stopped for a minute, and
            nothing was done.
        """
        if self._managed:
            return None
        for _ in range(TRIES):
            with self._locks.alone() as alone:
                if alone is not False:
                    if alone and self._folder is not None:
                        remove_half_made(self._folder)
                    # Without it, a file of which little was erased stays as it is, with what was erased.
                    write_anew(table)
                    folder = self._folder and self._folder / f"{table.name}.lance"
                    _compact(table, indexed, _NOW if alone else GRACE, folder, failed=alone is True)
                    return alone
        return False

    def _tidy(self, names: Sequence[str], threshold: _Threshold, *, ending: bool = False) -> None:
        if not self._working.acquire(timeout=PATIENCE):
            return
        try:
            for name in names:
                if ending or time.monotonic() >= self._not_before:
                    self._look_after(name, threshold)
            give_back_memory()
        finally:
            self._working.release()

    def _look_after(self, name: str, threshold: _Threshold) -> None:
        if self._managed:
            return
        table, indexed = self._tables[name]
        try:
            if self._folder is None:
                _compact(table, indexed, GRACE, None)
                return
            folder = self._folder / f"{name}.lance"
            if name in OFTEN_READ:
                threshold = threshold._replace(often=True)
            if not threshold.is_reached_in(folder):
                return
            with self._locks.alone() as alone:
                if alone is not True:
                    self._not_before = time.monotonic() + PAUSE
                if alone is not False and threshold.is_reached_in(folder):  # another process may just have done it
                    _compact(table, indexed, _NOW if alone else GRACE, folder)
        except Exception:
            # The address has no upkeep of this kind, or the table is gone.
            log.debug("upkeep of the table %s was left to the next time", name, exc_info=True)


class _Threshold(NamedTuple):
    """When it is worth writing a table anew."""

    least: int
    """Commits below which it never is."""
    each: int
    """For each so many bytes of data, one commit more."""
    largest: int | None = None
    """Bytes of data from which on it is not."""
    often: bool = False
    """Whether the table is read so often that more commits are only waited for where it is large."""

    def is_reached_in(self, folder: Path) -> bool:
        """Whether it is, as the table's folder looks now."""
        with os.scandir(folder / "_versions") as files:
            commits = sum(file.name.endswith(".manifest") for file in files)
        if commits < self.least:
            return False
        with os.scandir(folder / "data") as files:
            size = sum(file.stat().st_size for file in files)
        more = size // self.each
        enough = self.least + (isqrt(more) if self.often else more)
        return commits >= min(MOST, enough) and (self.largest is None or size < self.largest)


def write_anew(table: Table) -> None:
    """Writes every row of a table into new files; the others go with its earlier versions."""
    table.update(values_sql={"namespace": "namespace"})


def _compact(
    table: Table, indexed: Sequence[str], older: timedelta, folder: Path | None, *, failed: bool = False
) -> None:
    from lancedb.index import BTree

    known = {column for index in table.list_indices() for column in index.columns}
    for column in indexed:
        if column not in known:
            table.create_index(column, config=BTree())
    with giving_back():
        if folder is not None:  # what takes the place of many files is on the disk before these go
            table.optimize(cleanup_older_than=_NEVER)
            sync_folder(folder)
        table.optimize(cleanup_older_than=older, delete_unverified=failed)


_open: weakref.WeakSet[Compaction] = weakref.WeakSet()


def _finish_all() -> None:
    until = time.monotonic() + PATIENCE
    for compaction in list(_open):
        if time.monotonic() < until:
            compaction.finish()


at_end(LAST, _finish_all)
