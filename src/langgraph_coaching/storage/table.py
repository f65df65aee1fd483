"""One LanceDB table: its schema, key and namespace, and every way in which its rows are written and read.

Rows are written by their key, in one commit each time, and read as they are now.
"""

from __future__ import annotations

import json
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import StoreError
from langgraph_coaching.storage.faults import faults
from langgraph_coaching.storage.merging import merge_rows
from langgraph_coaching.storage.reading import read_rows
from langgraph_coaching.storage.spool import Write
from langgraph_coaching.storage.storable import arrow_of, equals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import pyarrow as pa
    from lancedb.table import Table as LanceTable

    from langgraph_coaching.storage.database import Database
    from langgraph_coaching.storage.spool import Kind

KEY = {"lance-schema:unenforced-primary-key": "true", "lance-schema:unenforced-primary-key:position": "1"}
"""Arrow field metadata that declares a table's key at creation: two concurrent inserts of one key then make one row."""

COMPRESSED = {"lance-encoding:compression": "zstd"}
"""Arrow field metadata for long texts."""

_NO_NUMBER = "Cannot cast string"
"""What LanceDB says of a key that is to be one."""

ASCENDING, DESCENDING = True, False
"""For `order`."""


def key_of(*parts: str | int) -> str:
    """The key of a row: the parts that tell it from every other, beginning with its namespace, as a JSON array."""
    return json.dumps(parts, ensure_ascii=False)


class Table:
    """A table of one namespace; the first write makes it.

    Args:
        database: Where it is.
        name: What it is called there.
        schema: Makes its schema, once it is needed, so that nobody loads Arrow in vain. Columns that have come since an
            earlier version of the package are nullable: the next write adds them, and until then they are read as None.
        namespace: Every query is filtered by it; None for a table, or a task, that is not of one namespace.
        key: The column that tells rows apart.
        indexed: Columns that rows are looked up by; each gets a scalar index.
    """

    def __init__(
        self,
        database: Database,
        name: str,
        schema: Callable[[], pa.Schema],
        namespace: str | None,
        *,
        key: str = "key",
        indexed: Sequence[str] = (),
    ) -> None:
        self.database = database
        self.name = name
        self._make_schema = schema
        self.namespace = namespace
        self._key = key
        self._indexed = indexed
        self._written = partial(Write, table=name, key=key, namespace=namespace)
        self._columns: tuple[Any, frozenset[str]] = None, frozenset()
        """Those that are known to be in the stored table, and its handle: another one is of a table made anew."""

    @cached_property
    def schema(self) -> pa.Schema:
        """With every column there is now."""
        return self._make_schema()

    def opened(self) -> LanceTable | None:
        """LanceDB's handle, or None before the first write.

        Raises:
            StoreError: The database could not be opened.
        """
        return self.database.table(self.name)

    def version(self) -> int:
        """Number of the latest commit, 0 before the first; a few microseconds while a folder stays as it is.

        Raises:
            StoreError: The table is missing files or damaged.
        """
        return self.database.version(self.name)

    def insert(
        self,
        rows: Sequence[Mapping[str, Any]],
        check: Callable[[LanceTable], object] | None = None,
        *,
        together: bool = False,
    ) -> int:
        """Adds rows; one whose key is there already stays as it is.

        Args:
            rows: Each with a value for every column, except for nullable ones.
            check: Looks at the table that is there before every attempt, and raises where it must not be written.
            together: All of them or none: none where one of the keys is there.

        Returns:
            How many were not there; 0 where none was added.

        Raises:
            StoreError: The write failed; nothing of it is visible.
        """
        # LanceDB takes a write up again on top of another's, and leaves out the keys that have come meanwhile. What
        # cannot be reckoned for a row that is there makes the whole write fail instead.
        there = f"CAST(target.{self._key} AS INT) = 0" if together else None
        try:
            return int(self._merge("insert", rows, self.schema, check, there).num_inserted_rows)
        except StoreError as error:
            if there and _NO_NUMBER in str(error.__cause__):
                return 0
            raise

    def upsert(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Adds rows; one whose key is there already is replaced.

        Raises:
            StoreError: The write failed; nothing of it is visible.
        """
        self._merge("upsert", rows, self.schema)

    def update(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Changes some columns of rows that are there; one whose key is not there is left out.

        Args:
            rows: At least one; each with its key and the same other columns.

        Raises:
            StoreError: The write failed; nothing of it is visible.
        """
        import pyarrow as pa

        self._merge("update", rows, pa.schema([field for field in self.schema if field.name in rows[0]]))

    def _merge(
        self,
        kind: Kind,
        rows: Sequence[Mapping[str, Any]],
        schema: pa.Schema,
        check: Callable[[LanceTable], object] | None = None,
        there: str | None = None,
    ) -> Any:
        data = arrow_of(rows, schema)

        def work(opened: LanceTable) -> Any:
            if check is not None:
                check(opened)
            return merge_rows(opened, kind, self._key, data, there)

        again = partial(self._written, kind=kind, data=data)
        if kind != "update" and (made := self.database.create_with(self.name, data, self._indexed, again)):
            return made
        opened = self.database.ensure(self.name, self.schema)
        return self.database.write(opened, work, self._indexed, again)

    def delete(self, **equal: Any) -> None:
        """Erases rows.

        Args:
            **equal: As for `rows`.

        Raises:
            StoreError: The write failed.
        """
        opened = self.opened()
        if opened is not None:
            where = self._filter((), equal)
            again = partial(self._written, kind="delete", equal=equal)
            self.database.write(opened, lambda table: table.delete(where), self._indexed, again)

    def rows(
        self,
        columns: Iterable[str],
        where: Iterable[Any] = (),
        *,
        order: Mapping[str, bool] | None = None,
        limit: int | None = None,
        offset: int = 0,
        **equal: Any,
    ) -> list[dict[str, Any]]:
        """Rows of the namespace, one mapping each.

        Args:
            columns: What to read; one that an earlier version has not made yet is None in every row.
            where: LanceDB expressions that all hold; a None among them says nothing.
            order: Columns to sort by, which are read as well: `ASCENDING` or `DESCENDING`. None for any order.
            limit: Most to return; None for all.
            offset: How many to leave out first.
            **equal: A column's value, or a list of values it may have.

        Returns:
            The rows; [] before the first write.

        Raises:
            StoreError: The table could not be read.
        """
        wanted = [*columns]
        found = None if limit == 0 else self.arrow(wanted, where, order=order, limit=limit, offset=offset, **equal)
        if found is None:
            return []
        absent: dict[str, Any] = dict.fromkeys(set(wanted).difference(found.column_names))
        rows: list[dict[str, Any]] = found.to_pylist()
        return [row | absent for row in rows] if absent else rows

    def arrow(
        self,
        columns: Iterable[str],
        where: Iterable[Any] = (),
        *,
        order: Mapping[str, bool] | None = None,
        limit: int | None = None,
        offset: int = 0,
        row_ids: bool = False,
        **equal: Any,
    ) -> pa.Table | None:
        """`rows` as Arrow, without absent columns, with `_rowid` if asked; None before any write. Limit 0: none."""
        opened = self.opened()
        if opened is None:
            return None
        wanted = self._present(opened, [*columns, *(order or ())])
        asked = self._filter(where, equal)

        def query(table: LanceTable) -> Any:
            return read_rows(table, wanted, asked, order or {}, limit, offset, row_ids=row_ids)

        return self.database.read(opened, query)

    def each(self, columns: Iterable[str], **equal: Any) -> Iterator[dict[str, Any]]:
        """Like `rows`, one after the other as the table is now, never all of them in memory.

        Args:
            columns: What to read; one that is not there yet is left out.
            **equal: As for `rows`.

        Raises:
            StoreError: The table could not be read.
        """
        opened = self.opened()
        if opened is None:
            return
        with self.database.hold_versions(), faults(self.database.uri):
            found = opened.search()
            asked = self._filter((), equal)
            found = found if asked is None else found.where(asked)
            for batch in found.select(self._present(opened, columns)).limit(None).to_batches():
                yield from batch.to_pylist()

    def clear_past(self) -> bool:
        """Writes the table anew and takes away all that it was before, so that nothing erased is left in its files.

        Returns:
            Whether it is so; False where others went on writing, or where it cannot be known whether somebody writes.

        Raises:
            StoreError: It could not be written; it is as it was.
        """
        opened = self.opened()
        return opened is None or self.database.clear_past(opened, self._indexed)

    def _present(self, opened: LanceTable, columns: Iterable[str]) -> list[str]:
        """Those of the columns that the stored table has, each once."""
        wanted = dict.fromkeys(columns)
        if self._columns[0] is not opened or not self._columns[1].issuperset(wanted):
            with faults(self.database.uri):
                self._columns = opened, frozenset(opened.schema.names)
        return [name for name in wanted if name in self._columns[1]]

    def _filter(self, where: Iterable[Any], equal: Mapping[str, Any]) -> Any:
        own = {} if self.namespace is None else {"namespace": self.namespace}
        conditions = [
            equals(lambda: self.schema, column, value)
            for column, value in (own | {**equal}).items()  # a None is no value, and raises: it must not mean any
        ]
        conditions += [condition for condition in where if condition is not None]
        found = None
        for condition in conditions:
            found = condition if found is None else found & condition
        return found
