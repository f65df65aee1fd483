"""Durability, where it is asked for: an acknowledged write of a folder survives a loss of power.

LanceDB waits for no disk. So a write is put into the spool once it is committed, and only then acknowledged; the files
of the tables follow a little later, many commits at once, and the spool is emptied.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from langgraph_coaching.storage.at_exit import LAST, at_end
from langgraph_coaching.storage.at_fork import start_over_in_child
from langgraph_coaching.storage.locks import hold_file
from langgraph_coaching.storage.on_disk import sync, sync_folder
from langgraph_coaching.storage.spool import LARGEST, Spool, pack_write

if TYPE_CHECKING:
    from langgraph_coaching.storage.on_disk import FileMark
    from langgraph_coaching.storage.spool import Write

FOLDER = ".durable"
"""Where the spools are, beside the tables."""

MOST = 16 * 1024 * 1024
"""Bytes of a spool at which the tables are waited for."""


class Durability:
    """Sees to it that what one process writes into a folder is on the disk.

    Args:
        folder: Where the tables are; None where nobody has asked for it, and nothing is done.
        namespace: Whose writes, for the name of the file.
    """

    def __init__(self, folder: Path | None, namespace: str) -> None:
        self._folder = folder
        self._whose = hashlib.sha256(namespace.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        self._lock = threading.Lock()
        self._forget()
        start_over_in_child(self)
        _open.add(self)

    def _forget(self) -> None:
        self._spool: Spool | None = None
        self._waiting: set[str] = set()
        """Tables of which some files may not be on the disk."""
        self._known: dict[str, set[FileMark]] = {}
        """Of each table the files that are."""

    def begin(self, table: str) -> None:
        """Before a commit: whoever opens the folder after this process was killed knows that there was one.

        Raises:
            OSError: Nothing can be kept.
        """
        if self._folder is None:
            return
        with self._lock:
            self._waiting.add(table)
            if self._spool is None:
                self._spool = self._open(self._folder)

    def keep(self, table: str, write: Write | None) -> None:
        """Returns once a write that is committed would survive a loss of power.

        Args:
            table: Of which.
            write: What was written; None for what is no matter of rows, or too much of it: then the files themselves
                are waited for.

        Raises:
            OSError: It would not.
        """
        if self._folder is None:
            return
        record = None if write is None else pack_write(write)
        with self._lock:
            self._waiting.add(table)  # it may have been settled since it was begun
            spool = self._spool
            if record is None or spool is None or len(record) > LARGEST or spool.size + len(record) > MOST:
                self._settle(self._folder)
                return
            try:
                spool.append(record)
            except OSError:  # a full disk may still take what is written already
                self._settle(self._folder)

    def settle(self) -> None:
        """Waits until the files of all tables that were written are on the disk, and empties the spool.

        Raises:
            OSError: They are not; the spool stays as it is.
        """
        with self._lock:
            if self._waiting and self._folder is not None:
                self._settle(self._folder)

    def _settle(self, folder: Path) -> None:
        for table in sorted(self._waiting):
            self._known[table] = sync_folder(folder / f"{table}.lance", self._known.get(table, set()))
        for place in (folder, *folder.parents):
            sync(place)
        if self._spool is not None and self._spool.size:
            self._spool.empty()
        self._waiting.clear()

    def _open(self, folder: Path) -> Spool:
        spool = Spool(folder / FOLDER / f"{self._whose}-{boot()}-{secrets.token_hex(8)}.spool")
        hold_file(spool.handle)
        return spool

    def close(self) -> None:
        """Settles, and takes the spool away.

        Raises:
            OSError: The files are not on the disk; the spool stays for whoever opens the folder next.
        """
        self.settle()
        with self._lock:
            spool, self._spool = self._spool, None
            if spool is not None:
                spool.close(remove=True)

    def start_over(self) -> None:
        """In the child of a fork the spool is the parent's."""
        if self._spool is not None:
            with suppress(OSError):
                self._spool.close()
        self._lock = threading.Lock()
        self._forget()


def boot() -> str:
    """What tells this start of the computer from every other; `0` where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip().replace("-", "")
    except (OSError, ValueError):
        return "0"


_open: weakref.WeakSet[Durability] = weakref.WeakSet()


def _close_all() -> None:
    for durability in list(_open):
        with suppress(OSError):  # it stays for whoever opens the folder next
            durability.close()


at_end(LAST, _close_all)
