"""Upgrade: a store of an earlier schema version is brought to this one before the first write, by one process alone."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from langgraph_coaching.errors import StoreError
from langgraph_coaching.storage import schema_version
from langgraph_coaching.storage.faults import faults
from langgraph_coaching.storage.locks import PATIENCE
from langgraph_coaching.storage.merging import merge_rows
from langgraph_coaching.storage.migrations import change_table, list_pending
from langgraph_coaching.storage.on_disk import sync, sync_folder
from langgraph_coaching.storage.places import Place, refuse_without_manifest
from langgraph_coaching.storage.schema_version import FIRST, TABLE, SchemaVersion, ledger_schema, read_version, row_of
from langgraph_coaching.storage.storable import arrow_of

if TYPE_CHECKING:
    from pathlib import Path

    from lancedb.table import Table

    from langgraph_coaching.storage.database import Database
    from langgraph_coaching.storage.locks import Locks
    from langgraph_coaching.storage.migrations import Migration
    from langgraph_coaching.storage.recovery import Recovery

log = logging.getLogger("langgraph_coaching")


class Upgrade:
    """Knows the schema version of one store, and makes it this one's.

    Args:
        folder: Where the tables are; None for an object store, whose version is read once.
        locks: Of the folder.
        recovery: What a loss of power has taken is done again before.
    """

    def __init__(self, folder: Path | None, locks: Locks, recovery: Recovery) -> None:
        self._folder = folder
        self._locks = locks
        self._recovery = recovery
        self._working = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Has it read again at the next use."""
        self._found: SchemaVersion | None = None
        self._place: Place | None = None

    def find_version(self, database: Database) -> SchemaVersion:
        """That of the store; two microseconds in a folder where nobody has changed it, none elsewhere.

        Raises:
            StoreError: It cannot be read.
        """
        place = self._find_place()
        if self._found is None or place != self._place:
            self._found = FIRST if self._folder is not None and place is None else _read(database)
            self._place = place
        return self._found

    def _find_place(self) -> Place | None:
        if self._folder is not None:
            with suppress(OSError):  # whoever opens a table says so
                return Place.find(f"{self._folder}/{TABLE}.lance/_versions")
        return None

    def check(self, database: Database) -> bool:
        """Before a table is read: whether the store may also be written.

        Raises:
            StoreError: A newer version has written it, and this one would misread it.
        """
        found = self.find_version(database)
        found.check_readable(database.uri)
        return found.number <= schema_version.SCHEMA_VERSION

    def run(self, database: Database) -> None:
        """Before a write: does what migrations are pending, once; nothing else is written to the store meanwhile.

        Args:
            database: The store.

        Raises:
            StoreError: A newer version has written the store, others do not stop writing, or it failed: then it is
                taken up again at the next write.
        """
        found = self.find_version(database)
        found.check_writable(database.uri)
        if found.number == schema_version.SCHEMA_VERSION:
            return
        database.table(TABLE)  # does again what a loss of power has taken
        if self._recovery.busy:  # and this is such a write, of the version that the store still has
            return
        with self._working, faults(database.uri):
            with self._locks.alone(PATIENCE) as alone:
                if alone is False:
                    raise StoreError(
                        f"the coaching store at {database.uri} has to be upgraded to schema version "
                        f"{schema_version.SCHEMA_VERSION}, and others write to it or are at that now; try again later"
                    )
                ledger = database.create(TABLE, ledger_schema())
                for migration in list_pending(read_version(ledger).number):
                    self._migrate(database, ledger, migration)
            self.forget()

    def _migrate(self, database: Database, ledger: Table, migration: Migration) -> None:
        for change in migration.changes:
            if (table := database.table(change.table)) is not None:
                change_table(table, change)
                self._sync(change.table)
        reached = SchemaVersion.of_this(migration.version, migration.readable_from)
        merge_rows(ledger, "insert", "key", arrow_of([row_of(reached)], ledger_schema()))
        self._sync(TABLE)
        log.info("the coaching store at %s has schema version %d now: %s", database.uri, reached.number, migration.does)

    def _sync(self, table: str) -> None:
        if self._folder is not None:
            sync_folder(self._folder / f"{table}.lance")
            sync(self._folder)


def _read(database: Database) -> SchemaVersion:
    with faults(database.uri):
        try:
            ledger = database.reopen(TABLE)
        except StoreError as error:
            if "was not found" not in str(error.__cause__):
                raise
            if not database.remote:
                refuse_without_manifest(database.uri, TABLE)
            return FIRST
        return read_version(ledger)
