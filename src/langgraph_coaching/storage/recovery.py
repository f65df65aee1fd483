"""Recovery: what the spools of processes that are gone hold is in the tables again, before anybody uses them.

A process that was killed has left its commits with the system, and they only have to reach the disk. After a loss of
power some are missing from the end: each table has all commits up to some number, and those behind it are done again
in their order. So doing it twice, or being interrupted in it, changes nothing.
"""

from __future__ import annotations

import logging
import os
import re
from contextlib import ExitStack, suppress
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from langgraph_coaching.errors import StoreError
from langgraph_coaching.storage.durability import FOLDER, MOST, boot
from langgraph_coaching.storage.locks import hold_file
from langgraph_coaching.storage.on_disk import sync, sync_folder
from langgraph_coaching.storage.redo import redo
from langgraph_coaching.storage.set_aside import set_aside_damaged
from langgraph_coaching.storage.spool import Damage, Write, unpack_writes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from langgraph_coaching.storage.database import Database
    from langgraph_coaching.storage.locks import Locks

log = logging.getLogger("langgraph_coaching")

DAMAGED = ".damaged"
"""What the name of a spool ends with of which not all could be read or done again."""

_PASSING = re.compile(r"(?i)no space|read-only|permission|too many open")
"""Faults that pass: what cannot be done again now is kept for the next time."""

_NOT_DONE = (
    "some of what was acknowledged could not be written again after a loss of power, and is in this file: keep a copy, "
    "compare with coach.history(…) and coach.receipts(), then delete it"
)

_WAITING = "a process was ended before its writes were on the disk: use the store once, and they are"


class Recovery:
    """Does again, once in a process, what a loss of power has taken.

    Args:
        folder: Where the tables are; None for an object store, which keeps what it has taken.
        locks: Of the folder.
    """

    def __init__(self, folder: Path | None, locks: Locks) -> None:
        self._place = None if folder is None else folder / FOLDER
        self._locks = locks
        self._done = folder is None
        self.busy = False
        """Whether it is going on; only the thread that does it can see that, behind the lock of the database."""

    def recover(self, database: Database) -> None:
        """Before the first use: reads every spool that no process holds; nothing where there is none.

        Raises:
            StoreError: What was acknowledged could not be written again; it is tried at the next use.
        """
        if self._done or self._place is None or not self._place.is_dir():
            return
        self._done = True
        try:
            with self._locks.recovering(FOLDER), ExitStack() as held:
                spools = [*_orphans(self._place, held)]
                self.busy = True
                if spools:
                    self._do_again(database, spools)
        except StoreError:
            self._done = False
            raise
        except OSError as error:  # a folder that can be read only: it is as it is
            log.warning("the spool in %s was left to the next time: %s", self._place, error)
        finally:
            self.busy = False

    def _do_again(self, database: Database, spools: list[Path]) -> None:
        tables = sorted(folder.stem for folder in Path(database.uri).glob("*.lance"))
        now = boot()
        if any(now == "0" or f"-{now}-" not in path.name for path in spools):
            for table in tables:
                set_aside_damaged(database, table)
        kept = {path for path in spools if path.stat().st_size > 2 * MOST}  # nobody has written that
        found = {path: [*unpack_writes(path.read_bytes())] for path in spools if path not in kept}
        kept |= {path for path, some in found.items() if any(isinstance(one, Damage) for one in some)}
        pairs = [(one, path) for path, some in found.items() for one in some if isinstance(one, Write)]
        pairs.sort(key=lambda pair: (pair[0].table, pair[0].version))
        for table, group in groupby(pairs, key=lambda pair: pair[0].table):
            there = database.version(table)
            kept |= _redo_each(database, [pair for pair in group if pair[0].version > there])
        for folder in Path(database.uri).glob("*.lance"):
            sync_folder(folder)
        sync(Path(database.uri))
        for path in spools:
            if path in kept:
                log.error("not all of %s could be written again; `doctor` says what to do", path)
                path.rename(path.with_name(path.name + DAMAGED))
            else:
                path.unlink()
        sync(spools[0].parent)


def _redo_each(database: Database, pairs: Iterable[tuple[Write, Path]]) -> set[Path]:
    """Does writes of one table again, in order; returns where those are from that this table does not take."""
    refused = set()
    for write, path in pairs:
        try:
            redo(database, write)
        except StoreError as error:
            if _PASSING.search(str(error)):
                raise
            log.warning("a write of the table %s could not be done again: %s", write.table, error)
            refused.add(path)
    return refused


def _orphans(place: Path, held: ExitStack) -> Iterator[Path]:
    """Spools that no process holds; held from now on."""
    for path in sorted(place.glob("*.spool")):
        with suppress(FileNotFoundError):
            handle = os.open(path, os.O_RDWR)
            held.callback(os.close, handle)
            if hold_file(handle) is not False and path.exists():
                yield path


def find_spool_faults(folder: Path) -> dict[Path, str]:
    """What is wrong with the spools of a folder, in words, each with what to do; for whoever looks after the store.

    Args:
        folder: Where the tables are.
    """
    place = folder / FOLDER
    said = dict.fromkeys(sorted(place.glob("*" + DAMAGED)), _NOT_DONE)
    with ExitStack() as held, suppress(OSError):
        for path in _orphans(place, held):
            said[path] = _WAITING
    return said
