"""Receipts of traces that go: they stay and count, without their trace, and where it is asked without the words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from langgraph_coaching.storage.rows import read_each

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from langgraph_coaching.storage.table import Table

_AT_ONCE = 2_000
"""Receipts, or traces, asked for in one query."""


class Erasable(NamedTuple):
    """A receipt of what is to be erased."""

    id: str
    key: str
    """Of its row."""
    trace_id: str | None
    """The trace it belongs to, or belonged to."""
    worded: bool
    """Whether it still has its situation."""


def linked_rows(table: Table, trace_ids: Sequence[str], columns: Iterable[str]) -> list[dict[str, Any]]:
    """Rows of the receipts that point to some traces.

    Args:
        table: The receipts.
        trace_ids: Which traces.
        columns: What to read.

    Raises:
        StoreError: The table could not be read.
    """
    return [row for page in _pages(trace_ids) for row in table.rows(columns, trace_id=page)]


def unlink_receipts(table: Table, trace_ids: Sequence[str]) -> int:
    """Takes the links to traces out of receipts; the record keeps the trace's id, so that it can be forgotten later.

    Returns:
        Of how many.

    Raises:
        StoreError: The table could not be read or written.
    """
    rows = linked_rows(table, trace_ids, ["key", "trace_id", "record"])
    for page in _pages(rows):
        table.update(
            [
                {"key": row["key"], "trace_id": None, "step": None, "record": _change(row, trace_id=row["trace_id"])}
                for row in page
            ]
        )
    return len(rows)


def find_erasable(table: Table, trace_ids: Collection[str], thread_ids: Collection[str]) -> list[Erasable]:
    """The receipts of traces and of threads, those of traces among them that are gone.

    Args:
        table: The receipts.
        trace_ids: Which traces.
        thread_ids: Which threads.

    Raises:
        StoreError: The table could not be read.
    """
    traces, threads = set(trace_ids), set(thread_ids)
    if not traces and not threads:
        return []
    rows = ((f"receipt {row['key']}", row) for row in table.each(["key", "trace_id", "record"]))
    read = read_each(rows, lambda row: (row["key"], row["trace_id"], json.loads(row["record"])))
    return [
        Erasable(record["id"], key, trace_id or record.get("trace_id"), bool(record.get("situation")))
        for key, trace_id, record in read
        if trace_id in traces or record.get("trace_id") in traces or record.get("thread_id") in threads
    ]


def erase_situations(table: Table, keys: Sequence[str]) -> None:
    """Takes what was said out of receipts.

    Args:
        table: The receipts.
        keys: Of their rows.

    Raises:
        StoreError: The table could not be read or written.
    """
    for page in _pages(keys):
        rows = table.rows(["key", "record"], key=page)
        if rows:
            table.update([{"key": row["key"], "record": _change(row, situation="")} for row in rows])


def _change(row: dict[str, Any], **fields: Any) -> str:
    return json.dumps(json.loads(row["record"]) | fields)


def _pages(items: Sequence[Any]) -> Iterable[list[Any]]:
    return ([*items[start : start + _AT_ONCE]] for start in range(0, len(items), _AT_ONCE))
