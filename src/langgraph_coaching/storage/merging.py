"""Merging: rows that are written by their key; those that are there stay, are replaced, or are all there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.storage.unused_memory import read_and_release

if TYPE_CHECKING:
    import pyarrow as pa
    from lancedb.table import Table

    from langgraph_coaching.storage.spool import Kind


def merge_rows(table: Table, kind: Kind, key: str, data: pa.Table, there: str | None = None) -> Any:
    """Writes rows in one commit.

    Args:
        table: LanceDB's handle.
        kind: `insert` leaves rows alone whose key is there, `upsert` replaces them, `update` adds none.
        key: The column.
        data: The rows.
        there: Of an insert, when rows that are there are replaced after all; SQL.

    Returns:
        What LanceDB says of it.
    """
    merge = table.merge_insert(key)
    if kind != "insert" or there:
        merge = merge.when_matched_update_all(where=there)
    if kind != "update":
        merge = merge.when_not_matched_insert_all()
    return merge.execute(read_and_release(data))
