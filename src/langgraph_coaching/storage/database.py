"""The LanceDB database: opened when first used, read as it is now, every fault of it raised as a `StoreError`."""

from __future__ import annotations

import os
import re
import threading
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenacity import Retrying, retry_if_exception_message, stop_after_attempt, wait_random_exponential

from langgraph_coaching.errors import CoachingError, StoreError
from langgraph_coaching.storage.commit import Commit
from langgraph_coaching.storage.compaction import Compaction, write_anew
from langgraph_coaching.storage.locks import Locks
from langgraph_coaching.storage.remote_faults import shorten_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    import pyarrow as pa
    from lancedb.table import Table

METADATA_CACHE = 64 * 1024 * 1024
"""Bytes of LanceDB's metadata cache. Unbounded it reaches a gigabyte after some thousand small writes."""

_used_in: set[int] = set()
"""This process, once it has used LanceDB; in the child of a fork the parent instead."""


def _forked_after_use() -> bool:
    return bool(_used_in) and os.getpid() not in _used_in


class Database:
    """A folder or address with LanceDB tables in it.

    Args:
        uri: A folder, or `s3://…`, `gs://…`, `az://…`, `db://…`. A folder is created by the first write, not before.
        options: Storage options (strings) for an object store; `api_key`, `region` and such for `db://`.
    """

    def __init__(self, uri: str | os.PathLike[str], options: dict[str, str] | None = None) -> None:
        text = os.fspath(uri)
        self.remote = "://" in text
        # A bare relative name would be taken for the name of a cloud database.
        self.uri = text if self.remote else str(Path(text).expanduser().absolute())
        self._options = options or {}
        self._lock = threading.RLock()
        folder = None if self.remote else Path(self.uri)
        self._locks = Locks(folder)
        self._compaction = Compaction(folder, self._locks)
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

    @contextmanager
    def _hold(self) -> Iterator[None]:
        if _forked_after_use():  # before the lock, which another thread of the parent may have held
            raise StoreError(
                f"the coaching store at {self.uri} cannot be used here: this process was forked from one that had "
                "used LanceDB already, which does not survive that. Fork before the first use, or start processes with "
                "`spawn`"
            )
        with self._lock, faults(self.uri):
            yield

    def _connect(self) -> Any:
        if self._connection is None:
            _used_in.add(os.getpid())
            os.environ.setdefault("LANCEDB_LOG", "error")  # it warns on stderr at every projected query otherwise
            import lancedb

            options: dict[str, Any] = (
                dict(self._options) if self.uri.startswith("db://") else {"storage_options": self._options or None}
            )
            self._connection = lancedb.connect(
                self.uri,
                read_consistency_interval=timedelta(0),
                session=lancedb.Session(metadata_cache_size_bytes=METADATA_CACHE),
                **options,
            )
        return self._connection

    def exists(self, name: str) -> bool:
        """Whether the table may be there; a folder is looked at without loading LanceDB."""
        return self.remote or Path(self.uri, f"{name}.lance").exists()

    def table(self, name: str) -> Table | None:
        """The table's handle, or None where it was never created.

        Raises:
            StoreError: The database could not be opened.
        """
        with self._hold():
            if name in self._tables:
                return self._tables[name]
            if not self.exists(name):
                return None
            connection = self._connect()
            try:
                self._tables[name] = connection.open_table(name)
            except ValueError as error:
                if "was not found" in str(error):
                    return None
                raise
            return self._tables[name]

    def version(self, name: str) -> int:
        """Number of the table's latest commit, 0 before the first; a few microseconds while a folder stays as it is.

        Raises:
            StoreError: The table is missing files or damaged.
        """
        with self._hold():
            known = self._commits.get(name)
            if known is not None and known.is_latest:
                return known.version
        table = self.table(name)
        if table is None:
            return 0
        with faults(self.uri):
            version = int(table.version)
        seen = None if self.remote else Commit.find(f"{self.uri}/{name}.lance", version)
        if seen is not None:
            self._commits[name] = seen
        return version

    def ensure(self, name: str, schema: pa.Schema) -> Table:
        """The table's handle, created empty where it was missing, with every column of the schema.

        Raises:
            StoreError: The database could not be opened or written.
        """
        with self._hold():
            found = self.table(name)
            if found is None:
                with self._locks.creating(), self._locks.writing():
                    found = self._tables[name] = self.table(name) or self._create(name, schema)
            if name not in self._complete:
                if _missing(found, schema):
                    with self._locks.creating(), self._locks.writing():
                        self._add_missing(found, schema)
                self._complete.add(name)
            return found

    def _add_missing(self, table: Table, schema: pa.Schema) -> None:
        """Adds the columns that have come since an earlier version of the package made the table."""
        missing = _missing(table, schema)  # another process may just have added them
        if missing and all(field.nullable for field in missing):
            table.add_columns(missing)

    def _create(self, name: str, schema: pa.Schema) -> Any:
        try:
            return self._connect().create_table(name, schema=schema)
        except ValueError as error:
            if "already exists" not in str(error):
                raise
            return self._connect().open_table(name)  # another process was faster

    def reopen(self, name: str) -> Table:
        """Another handle of an existing table, for looking at its past without moving the shared one."""
        with self._hold():
            table: Table = self._connect().open_table(name)
            return table

    def replace(self, name: str, rows: pa.Table) -> Table:
        """Overwrites a whole table in one commit."""
        with self._hold(), self._locks.writing():
            self._tables[name] = self._connect().create_table(name, data=rows, schema=rows.schema, mode="overwrite")
            return self._tables[name]

    def write(self, table: Table, work: Callable[[Table], Any], *, indexed: Sequence[str] = ()) -> Any:
        """Runs a write, again on the latest version where another writer committed in between; then sees to upkeep.

        Args:
            table: The table.
            work: Writes to it.
            indexed: Its columns that are looked up by value.

        Raises:
            StoreError: It failed for another reason, or ten times for this one.
        """
        with faults(self.uri), self._locks.writing():
            result = _retrying(table, _OVERTAKEN, 10)(work, table)
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
            return _retrying(table, _GONE, 4)(work, table)

    @contextmanager
    def hold_versions(self) -> Iterator[None]:
        """Keeps the past of every table until the end: nothing superseded is taken away meanwhile, by any process."""
        with self._locks.writing():
            yield

    def clear_past(self, table: Table, indexed: Sequence[str] = ()) -> bool:
        """Takes away all that a table was before; see `Table.clear_past`."""
        with faults(self.uri):
            cleared = self._compaction.clear_past(table, indexed)
        if cleared is False:  # then upkeep takes them away, once nobody writes
            self.write(table, write_anew, indexed=indexed)
        return cleared is True

    def indexing(self) -> AbstractContextManager[bool]:
        """Whether nobody else makes an index here; until the end nobody does."""
        return self._locks.indexing()

    def add_chore(self, chore: Callable[[], None]) -> None:
        """What else upkeep does after writes, and at the end; it says itself when it is time to, and never raises."""
        self._compaction.chores.append(chore)

    def close(self) -> None:
        """Puts together what was written, and lets go of the handles; the next use opens them again."""
        if not _forked_after_use():  # there, even letting go of what the parent opened can crash
            self._compaction.finish()
            with self._lock:
                self._forget()


def _missing(table: Table, schema: pa.Schema) -> list[pa.Field]:
    held = set(table.schema.names)
    return [field for field in schema if field.name not in held]


_GONE = r"(?s).*([Nn]ot ?[Ff]ound|No such file)"

_OVERTAKEN = r"(?s).*([Rr]etryable commit conflict|Commit conflict|[Nn]ot ?[Ff]ound|No such file)"


def _retrying(table: Table, message: str, attempts: int) -> Retrying:
    return Retrying(
        retry=retry_if_exception_message(match=message),
        stop=stop_after_attempt(attempts),
        wait=wait_random_exponential(multiplier=0.02, max=0.5),
        before_sleep=lambda _: table.checkout_latest(),  # type: ignore[no-untyped-call]
        reraise=True,
    )


_PLACE = re.compile(r", \S+\.rs:\d+:\d+")
"""Where in its own source LanceDB met the fault."""

_DAMAGE = re.compile(
    r"size is too small|sufficient data|invalid range|invalid magic|unexpected eof|schema error|corrupt|panic"
)


@contextmanager
def faults(uri: str) -> Iterator[None]:
    """Turns whatever LanceDB, Arrow or the disk raise into a `StoreError` that says what to look at."""
    try:
        yield
    except CoachingError:
        raise
    except Exception as error:  # LanceDB raises RuntimeError, OSError, ValueError, and RustPanic on damaged files
        said = shorten_fault(_PLACE.sub("", " ".join(str(error).split())))
        raise StoreError(
            f"the coaching store at {uri} failed: {said}. {_advice(type(error).__name__, said)}"
        ) from error


def _advice(kind: str, said: str) -> str:
    lowered = said.lower()
    if "no space left" in lowered:
        return "The disk is full: free some space and try again; nothing was half written."
    if "read-only" in lowered or "permission denied" in lowered:
        return "The folder cannot be written: check its permissions or give another one."
    if "not found" in lowered:
        return "Files of it are missing: restore the folder from a copy, or give another one."
    if _DAMAGE.search(lowered) or "RustPanic" in kind:
        return "Files of it are damaged: restore the folder from a copy."
    return "Check that the address is right and reachable, then try again."
