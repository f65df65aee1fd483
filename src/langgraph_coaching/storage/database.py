"""The LanceDB database: opened when first used, read as it is now, every fault of it raised as a `StoreError`."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import StoreError
from langgraph_coaching.storage.cloud import is_cloud
from langgraph_coaching.storage.columns import add_missing, missing_columns
from langgraph_coaching.storage.commit import Commit
from langgraph_coaching.storage.compaction import Compaction, write_anew
from langgraph_coaching.storage.connection import FORKED, connect, is_forked_after_use
from langgraph_coaching.storage.creation import Creation, create_with
from langgraph_coaching.storage.durability import Durability
from langgraph_coaching.storage.faults import faults
from langgraph_coaching.storage.lancedb_import import prepare_import
from langgraph_coaching.storage.locks import Locks
from langgraph_coaching.storage.places import Places, place_of, refuse_unreadable, refuse_without_manifest
from langgraph_coaching.storage.recovery import Recovery
from langgraph_coaching.storage.retrying import GONE, OVERTAKEN, retrying
from langgraph_coaching.storage.upgrade import Upgrade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    import pyarrow as pa
    from lancedb.table import Table

    from langgraph_coaching.storage.spool import Write

REMADE = 2**40
"""Added to the numbers of commits each time a folder is found to have been made anew, so that what is kept in memory by
such a number is read again."""


class Database:
    """A folder or address with LanceDB tables in it.

    Args:
        uri: A folder, or `s3://…`, `gs://…`, `az://…`, `db://…`. A folder is created by the first write, not before.
        options: Storage options (strings) for an object store; for `db://` see `cloud_options`.
        durable: The namespace whose writes shall survive a loss of power, as those of an object store do; None: none.
    """

    def __init__(
        self, uri: str | os.PathLike[str], options: dict[str, str] | None = None, *, durable: str | None = None
    ) -> None:
        text = os.fspath(uri)
        self.remote = "://" in text
        self.managed = is_cloud(text)  # a service looks after the tables
        # A bare relative name would be taken for the name of a cloud database.
        self.uri = text if self.remote else str(Path(text).expanduser().absolute())
        self._options = options or {}
        prepare_import()
        self._lock = threading.RLock()
        folder = None if self.remote else Path(self.uri)
        self._locks = Locks(folder)
        self._compaction = Compaction(folder, self._locks, managed=self.managed)
        self._remade = 0
        self._recovery = Recovery(folder, self._locks)
        self.upgrade = Upgrade(folder, self._locks, self._recovery)
        self._durability = Durability(None if durable is None else folder, durable or "")
        self.add_chore(self._durability.settle)
        self._forget()

    @property
    def address(self) -> str:
        """The address, the same for two that open one folder by different names."""
        return self.uri if self.remote else os.path.realpath(self.uri)

    def _forget(self) -> None:
        self._connection: Any = None
        self._tables: dict[str, Table] = {}
        self._complete: set[str] = set()
        """Tables that are known to have every column there is now."""
        self._commits: dict[str, Commit] = {}
        """The latest commit of each table, as far as it was seen."""
        self._places = Places(self.uri)
        self.upgrade.forget()

    @contextmanager
    def _hold(self) -> Iterator[None]:
        if is_forked_after_use():  # before the lock, which another thread of the parent may have held
            raise StoreError(f"the coaching store at {self.uri} cannot be used here: {FORKED}")
        with self._lock, faults(self.uri):
            yield

    def _connect(self) -> Any:
        if self._connection is None:
            self._connection = connect(self.uri, self._options)
        return self._connection

    def exists(self, name: str) -> bool:
        """Whether the table may be there; a folder is looked at without loading LanceDB.

        Raises:
            StoreError: There is no folder but a file, or it cannot be looked at.
        """
        with faults(self.uri):
            return self.remote or place_of(self.uri, name) is not None

    def table(self, name: str) -> Table | None:
        """The table's handle, or None where it was never created.

        Raises:
            StoreError: The database could not be opened.
        """
        with self._hold():
            if self.upgrade.check(self):
                self._recovery.recover(self)
            if name in self._tables:
                if self.remote or self._places.are_same(name, self._commits.get(name)):
                    return self._tables[name]
                self._remade += 1
                self._durability.start_over()  # its spool is in the folder that is gone
                self._forget()
            if not self.exists(name):
                return None
            refuse_unreadable(self.uri, name)
            connection = self._connect()
            try:
                table = connection.open_table(name)
            except ValueError as error:
                if "was not found" not in str(error):
                    raise
                refuse_without_manifest(self.uri, name)
                return None
            return self._keep(name, table)

    def _keep(self, name: str, table: Table) -> Table:
        self._tables[name] = table
        if not self.remote:
            self._places.note(name)
        return table

    def version(self, name: str) -> int:
        """Number of the table's latest commit, 0 before the first; a few microseconds while a folder stays as it is.

        Raises:
            StoreError: The table is missing files or damaged.
        """
        with self._hold():
            known = self._commits.get(name)
            if known is not None and known.is_latest:
                return self._remade * REMADE + known.version
            if name not in self._tables and not self.exists(name):
                return self._remade * REMADE
        table = self.table(name)
        if table is None:
            return self._remade * REMADE
        with faults(self.uri):
            version = int(table.version)
            if version < 1:  # what a manifest of zeros is read as
                raise RuntimeError(f"corrupt: the latest manifest of the table {name} has no number")
        seen = None if self.remote else Commit.find(f"{self.uri}/{name}.lance", version)
        if seen is not None:
            self._commits[name] = seen
        return self._remade * REMADE + version

    def ensure(self, name: str, schema: pa.Schema) -> Table:
        """The table's handle, created empty where it was missing, with every column of the schema.

        Raises:
            StoreError: The database could not be opened or written.
        """
        self.upgrade.run(self)
        with self._hold():
            found = self.table(name)
            if found is not None and (name in self._complete or not missing_columns(found, schema)):
                self._complete.add(name)
                return found
        with self._locks.creating(), self._locks.writing(), self._hold():  # readers need the last, and wait for no file
            found = self.create(name, schema)
            add_missing(found, schema)
            self._complete.add(name)
            return found

    def create(self, name: str, schema: pa.Schema) -> Table:
        """The same without the columns, where others are kept from making tables already."""
        with self._hold():
            try:
                return self.table(name) or self._keep(name, self._connect().create_table(name, schema=schema))
            except ValueError as error:
                if "already exists" not in str(error):
                    raise
                return self._keep(name, self._connect().open_table(name))  # another process was faster

    def create_with(
        self, name: str, rows: pa.Table, indexed: Sequence[str] = (), again: Callable[..., Write] | None = None
    ) -> Creation | None:
        """Makes a table with its first rows, as `write`; None where it is there, or others may be making it.

        Raises:
            StoreError: It could not be written; then it is not there.
        """
        if self.remote or self.exists(name) or self.table(name) is not None:
            return None
        self.upgrade.run(self)
        with self._locks.creating() as alone, self._locks.writing(), self._hold():  # in this order, as in `ensure`
            if not alone or self.table(name) is not None:
                return None
            self._durability.begin(name)
            done = create_with(Path(self.uri), name, rows, lambda folder: connect(folder, {}))
            made = self._keep(name, self._connect().open_table(name))
            self._complete.add(name)
            self._durability.keep(name, again and again(version=done.version))
        self._compaction.note_write(made, indexed, done.version)
        return done

    def reopen(self, name: str) -> Table:
        """Another handle of an existing table, for looking at its past without moving the shared one."""
        with self._hold():
            table: Table = self._connect().open_table(name)
            return table

    def replace(self, name: str, rows: pa.Table) -> Table:
        """Overwrites a whole table in one commit."""
        self.upgrade.run(self)
        with self._locks.writing(), self._hold():
            self._durability.begin(name)
            made = self._connect().create_table(name, data=rows, schema=rows.schema, mode="overwrite")
            self._durability.keep(name, None)
            return self._keep(name, made)

    def write(
        self,
        table: Table,
        work: Callable[[Table], Any],
        indexed: Sequence[str] = (),
        again: Callable[..., Write] | None = None,
    ) -> Any:
        """Runs a write, again on the latest version where another writer committed in between; then sees to upkeep.

        Args:
            table: The table.
            work: Writes to it.
            indexed: Its columns that are looked up by value.
            again: What would be written once more after a loss of power, given the `version` of the commit.

        Raises:
            StoreError: It failed for another reason, or for too long for this one.
        """
        self.upgrade.run(self)
        with faults(self.uri), self._locks.writing():
            self._durability.begin(table.name)
            result = retrying(table, OVERTAKEN, 10)(work, table)
            self._durability.keep(table.name, again and again(version=result.version))
        self._compaction.note_write(table, indexed, getattr(result, "version", None))
        return result

    def read(self, table: Table, work: Callable[[Table], Any]) -> Any:
        """Runs a query, again on the latest version where the upkeep of another took away what it was reading.

        Args:
            table: The table.
            work: Reads from it.

        Raises:
            StoreError: It failed for another reason, or four times for this one.
        """
        with faults(self.uri):
            return retrying(table, GONE, 4)(work, table)

    def hold_versions(self) -> AbstractContextManager[None]:
        """Keeps the past of every table until the end: nothing superseded is taken away meanwhile, by any process."""
        return self._locks.writing()

    def clear_past(self, table: Table, indexed: Sequence[str] = ()) -> bool:
        """Takes away all that a table was before; see `Table.clear_past`."""
        with faults(self.uri):
            cleared = self._compaction.clear_past(table, indexed)
            self._durability.settle()  # the spool, too, holds what was erased
        if cleared is False:  # then upkeep takes them away, once nobody writes
            self.write(table, write_anew, indexed)
        return cleared is True

    def indexing(self) -> AbstractContextManager[bool]:
        """Whether nobody else makes an index here; until the end nobody does."""
        return self._locks.indexing()

    def add_chore(self, chore: Callable[[], None]) -> None:
        """What else upkeep does after writes, and at the end; it says itself when it is time to, and never raises."""
        self._compaction.chores.append(chore)

    def close(self) -> None:
        """Puts together what was written, and lets go of the handles; the next use opens them again."""
        if not is_forked_after_use():  # there, even letting go of what the parent opened can crash
            self._compaction.finish()
            with self._lock, faults(self.uri):
                self._durability.close()
                self._forget()
