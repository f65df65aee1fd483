"""Redo: a write from a spool, once more; twice is as good as once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import StoreError
from langgraph_coaching.storage.merging import merge_rows

if TYPE_CHECKING:
    from langgraph_coaching.storage.database import Database
    from langgraph_coaching.storage.spool import Write

_NAME = re.compile(r"[a-z_]{1,64}")


def redo(database: Database, write: Write) -> None:
    """Writes what was written.

    Args:
        database: Where.
        write: What; what was changed of rows that are gone is left out.

    Raises:
        StoreError: It could not be written, or is not what this version writes.
    """
    data, namespace = write.data, write.namespace
    if not _NAME.fullmatch(write.table):
        raise StoreError(f"there is no table {write.table!r}")
    if data is not None and namespace is not None and not _is_of(namespace, data):
        raise StoreError(f"a write of the namespace {namespace!r} holds rows of another one")
    if write.kind == "delete" or data is None:
        _delete(database, write)
        return
    # An update has not every column, and makes no table.
    opened = database.table(write.table) if write.kind == "update" else database.ensure(write.table, data.schema)
    if opened is None:
        return
    kind, key = write.kind, write.key
    database.write(opened, lambda table: merge_rows(table, kind, key, data))


def _is_of(namespace: str, data: Any) -> bool:
    """Whether all rows are; those of an update say it in their key."""
    return "namespace" not in data.column_names or set(data["namespace"].to_pylist()) == {namespace}


def _delete(database: Database, write: Write) -> None:
    from langgraph_coaching.storage.table import Table  # which hands its writes on to here, by way of the spool

    Table(database, write.table, _no_schema, write.namespace, key=write.key).delete(**(write.equal or {}))


def _no_schema() -> Any:
    raise StoreError("what is deleted needs no schema")
