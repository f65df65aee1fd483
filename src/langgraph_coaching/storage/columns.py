"""Columns that have come since an earlier version of the package made a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa
    from lancedb.table import Table


def missing_columns(table: Table, schema: pa.Schema) -> list[pa.Field]:
    """Fields of a schema that a stored table does not have."""
    held = set(table.schema.names)
    return [field for field in schema if field.name not in held]


def add_missing(table: Table, schema: pa.Schema) -> None:
    """Adds them, if all of them may be empty."""
    missing = missing_columns(table, schema)  # another process may just have added them
    if missing and all(field.nullable for field in missing):
        table.add_columns(missing)
