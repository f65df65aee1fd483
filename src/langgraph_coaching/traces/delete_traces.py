"""Deleting traces: their rows, the chunks that no other trace shares, and the links of receipts to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.traces.chunk_sweep import sweep_chunks, unnamed_chunks
from langgraph_coaching.traces.deletion import Deletion
from langgraph_coaching.traces.which_traces import check_filters, find_traces, ids_of, threads_left

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from langgraph_coaching.recall.receipts import Receipts
    from langgraph_coaching.storage.table import Table
    from langgraph_coaching.traces.chunks import Chunks
    from langgraph_coaching.traces.which_traces import TraceLike

AT_ONCE = 500
"""Traces erased in one commit."""


def delete_traces(
    table: Table,
    chunks: Chunks,
    receipts_table: Receipts,
    traces: TraceLike | Iterable[TraceLike] | None,
    filters: Mapping[str, Any],
    *,
    dry_run: bool,
) -> Deletion:
    """Deletes traces.

    Args:
        table: The traces.
        chunks: Their chunks.
        receipts_table: Receipts, which stay.
        traces: Which, by hand; None for those of the filters.
        filters: As `TraceFilters` says.
        dry_run: Say only what would be done.

    Raises:
        InvalidCoachingError: Nothing says which traces, or a filter is not acceptable.
        StoreError: The store could not be read or written; what is done is done, delete again.
    """
    ids = ids_of(traces)
    check_filters(ids, filters)
    found = find_traces(table, ids, filters)
    gone = tuple(one.id for one in found)
    if not gone:
        return Deletion(trace_ids=(), dry_run=dry_run)
    left = sum(threads_left(table, found).values())
    if dry_run:
        count = receipts_table.count_linked(gone)
        return Deletion(
            trace_ids=gone, chunks=len(unnamed_chunks(table, chunks, gone)), receipts=count, left=left, dry_run=True
        )
    for start in range(0, len(gone), AT_ONCE):
        table.delete(id=[*gone[start : start + AT_ONCE]])
    # After the rows: whoever reads a receipt of a trace that is gone finds no trace in it, or one that says so.
    count = receipts_table.unlink(gone)
    return Deletion(trace_ids=gone, chunks=sweep_chunks(table, chunks, set(gone)), receipts=count, left=left)
