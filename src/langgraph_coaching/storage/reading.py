"""Reading: a query of a table, in one turn of the loop in which LanceDB works.

LanceDB's own blocking query goes to that loop and back six times, and each time asks whether the table is still the
latest: together that takes as long as the reading. What it wraps is not public, so that where there is nothing of the
kind its blocking query is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pyarrow as pa
    from lancedb.table import Table
    from numpy.typing import NDArray


def read_rows(
    table: Table,
    columns: Sequence[str],
    where: Any,
    order: Mapping[str, bool],
    limit: int | None,
    offset: int,
    *,
    row_ids: bool,
) -> pa.Table:
    """Reads rows.

    Args:
        table: LanceDB's handle.
        columns: What to read.
        where: A LanceDB expression, or None for all rows.
        order: Columns to sort by, and whether ascending.
        limit: Most to return; None for all.
        offset: How many to leave out first.
        row_ids: Whether to read `_rowid` as well.
    """
    from lancedb.query import ColumnOrdering

    wrapped = _wrapped_in(table)
    query: Any = wrapped.query() if wrapped else table.search()
    query = query if where is None else query.where(where)
    if order:
        query = query.order_by([ColumnOrdering(column_name=name, ascending=up) for name, up in order.items()])
    query = query.offset(offset) if offset else query
    if row_ids:
        query = query.with_row_id() if wrapped else query.with_row_id(True)
    query = query.limit(limit) if limit is not None or not wrapped else query
    return _run(wrapped, query.select([*columns]))


def take_rows(table: Table, row_ids: Sequence[int], columns: Sequence[str]) -> pa.Table:
    """Reads rows by where they are; what is there no longer is left out.

    Args:
        table: LanceDB's handle.
        row_ids: Values of `_rowid`.
        columns: What to read; `_rowid` as well.
    """
    wrapped = _wrapped_in(table)
    query: Any = (wrapped or table).take_row_ids([*row_ids])
    return _run(wrapped, query.select([*columns]).with_row_id())


def read_nearest(
    table: Table, column: str, vector: NDArray[np.float32], where: str, limit: int, partitions: int | None
) -> pa.Table:
    """Where the rows with the largest products with a vector are: `_rowid` and `_distance`, the nearest first.

    Args:
        table: LanceDB's handle.
        column: Of vectors.
        vector: `float32[dimension]`.
        where: Which rows count; they are chosen before, not among those that were found.
        limit: Most to return.
        partitions: Of the column's index that are looked into; None where there is none.
    """
    wrapped = _wrapped_in(table)
    if wrapped:
        query: Any = wrapped.query().nearest_to(vector).column(column)
    else:
        query = table.search(vector, vector_column_name=column, query_type="vector")
    query = query.distance_type("dot").where(where).limit(limit)
    query = query if partitions is None else query.nprobes(partitions)
    query = query.select(["_distance"])
    return _run(wrapped, query.with_row_id() if wrapped else query.with_row_id(True))


def _wrapped_in(table: Table) -> Any:
    """The table that a handle waits for, or None where that is another kind of handle."""
    from lancedb.table import AsyncTable, LanceTable

    wrapped = getattr(table, "_table", None)
    return wrapped if isinstance(table, LanceTable) and isinstance(wrapped, AsyncTable) else None


def _run(wrapped: Any, query: Any) -> pa.Table:
    if wrapped is None:
        return query.to_arrow()
    from lancedb.background_loop import LOOP

    return LOOP.run(query.to_arrow())  # type: ignore[no-untyped-call]
