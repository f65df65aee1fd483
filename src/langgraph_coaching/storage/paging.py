"""Paging: in place of rows that cannot be read there are others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from langgraph_coaching.storage.storable import check_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from langgraph_coaching.storage.table import Table

T = TypeVar("T")


def first_readable(
    table: Table,
    read: Callable[[list[dict[str, Any]]], list[T]],
    columns: Iterable[str],
    where: Iterable[Any] = (),
    *,
    order: Mapping[str, bool],
    limit: int | None,
    **equal: Any,
) -> list[T]:
    """The first rows that can be read: in place of those that cannot be there are others.

    Args:
        table: Of which.
        read: Reads those of some rows that it can; see `rows.read_each`.
        columns: As for `rows`; so are the others.
        where: Expressions.
        order: What comes first.
        limit: Most to return; None for all.
        **equal: Values.

    Raises:
        InvalidCoachingError: The limit is no number, or below 0.
        StoreError: The table could not be read.
    """
    if limit is not None:
        check_limit(limit, f"{table.name}, or None for all")
    found: list[T] = []
    wanted, conditions, start = [*columns], [*where], 0
    while limit is None or len(found) < limit:
        most = None if limit is None else limit - len(found)
        rows = table.rows(wanted, conditions, order=order, limit=most, offset=start, **equal)
        found += read(rows)
        start += len(rows)
        if most is None or len(rows) < most:
            break
    return found
