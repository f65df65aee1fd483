"""Rows by where they are: a scan of small columns says which are wanted, and only those are read whole.

A place holds until the upkeep of a table moves its rows. So what was read is compared with what was asked for, and
what is not that is looked up by its key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.storage.reading import take_rows
from langgraph_coaching.storage.table import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pyarrow as pa

    from langgraph_coaching.storage.table import Table

ROW = "_rowid"
"""The column of places in what `scan_rows` gives."""

_AT_ONCE = 2_000
"""Rows that are looked up by key in one query."""


def scan_rows(table: Table, columns: Iterable[str], where: Iterable[Any] = (), **equal: Any) -> pa.Table | None:
    """Some columns of rows with their places; None before the first write.

    Args:
        table: A table.
        columns: Small ones.
        where: As for `Table.arrow`.
        **equal: As for `Table.arrow`.

    Raises:
        StoreError: The table could not be read.
    """
    return table.arrow(columns, where, row_ids=True, **equal)


def read_rows(table: Table, columns: Iterable[str], places: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    """Rows by their keys; one that is gone meanwhile is left out.

    Args:
        table: A table.
        columns: Those that are wanted.
        places: For each key its place, as `scan_rows` gave it.

    Raises:
        StoreError: The table could not be read.
    """
    wanted = [*dict.fromkeys((*columns, "key"))]
    taken = read_places(table, wanted, [*places.values()])
    found = {row["key"]: row for row in (taken.to_pylist() if taken is not None else ()) if row["key"] in places}
    missing = [key for key in places if key not in found]
    for start in range(0, len(missing), _AT_ONCE):
        found.update({row["key"]: row for row in table.rows(wanted, key=missing[start : start + _AT_ONCE])})
    return found


def read_column(table: Table, column: str, ids: Sequence[str], places: Sequence[int]) -> list[Any]:
    """One column of many rows, in order; None for a row that is gone meanwhile.

    Args:
        table: A table of one namespace, whose key is of an id.
        column: Which.
        ids: Of the rows.
        places: Of the same, as `scan_rows` gave them.

    Raises:
        StoreError: The table could not be read.
    """
    found = dict[str, Any]()
    taken = read_places(table, ["namespace", "id", column], places)
    if taken is not None and {*taken["namespace"].unique().to_pylist()} == {table.namespace}:
        found = dict(zip(taken["id"].to_pylist(), taken[column].to_pylist(), strict=True))
    gone = [(key_of(str(table.namespace), one), row) for one, row in zip(ids, places, strict=True) if one not in found]
    found |= {row["id"]: row[column] for row in read_rows(table, ["id", column], dict(gone)).values()}
    return [found.get(name) for name in ids]


def read_places(table: Table, columns: Sequence[str], places: Sequence[int]) -> pa.Table | None:
    """What is at these places now, whatever it is; None where one of them is none any more.

    Args:
        table: A table.
        columns: Those that are wanted.
        places: As `scan_rows` gave them.
    """
    opened = table.opened()
    if opened is None or not places:
        return None
    try:
        return take_rows(opened, places, columns)
    except (RuntimeError, ValueError, OSError, NotImplementedError):
        return None
