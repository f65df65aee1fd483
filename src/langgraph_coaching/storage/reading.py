"""Reading: a query of a table, in one turn of the loop in which LanceDB works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from lancedb.table import Table


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

    LanceDB's own blocking query goes to that loop and back six times, and each time asks whether the table is still the
    latest: together that takes as long as the reading. What it wraps is not public, so it stays what is used where
    there is nothing of the kind.

    Args:
        table: LanceDB's handle.
        columns: What to read.
        where: A LanceDB expression, or None for all rows.
        order: Columns to sort by, and whether ascending.
        limit: Most to return; None for all.
        offset: How many to leave out first.
        row_ids: Whether to read `_rowid` as well.
    """
    from lancedb.background_loop import LOOP
    from lancedb.query import ColumnOrdering
    from lancedb.table import AsyncTable, LanceTable

    wrapped: Any = getattr(table, "_table", None)
    direct = isinstance(table, LanceTable) and isinstance(wrapped, AsyncTable)
    query: Any = wrapped.query() if direct else table.search()
    query = query if where is None else query.where(where)
    if order:
        query = query.order_by([ColumnOrdering(column_name=name, ascending=up) for name, up in order.items()])
    query = query.offset(offset) if offset else query
    if row_ids:
        query = query.with_row_id() if direct else query.with_row_id(True)
    query = query.limit(limit) if limit is not None or not direct else query
    query = query.select([*columns])
    return LOOP.run(query.to_arrow()) if direct else query.to_arrow()  # type: ignore[no-untyped-call]
