"""Receipts counted: by coaching, revision and outcome, a period of the window at a time, never all in memory."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from langgraph_coaching.storage.table import ASCENDING, DESCENDING, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from langgraph_coaching.recall.receipts import Receipts
    from langgraph_coaching.refining.window import Window

_GROUPED = ("coaching_id", "revision", "outcome", "followed")
_COLUMNS = (*_GROUPED, "moment", "at", "position", "took_ms", "simulated")

_AT_ONCE = 2_000
"""Receipts asked for in one query."""


class Count(NamedTuple):
    """How many receipts are alike."""

    coaching_id: str | None
    revision: int | None
    outcome: str
    """As `Receipt.outcome`, or one that this version does not know."""
    followed: str | None
    """`yes`, `no`, or None where it is not known."""
    number: int


@dataclass(frozen=True, slots=True)
class PeriodCounts:
    """The receipts of one period."""

    period: Window
    counts: Mapping[str | None, Sequence[Count]] = field(default_factory=dict)
    """By coaching; under None those of calls that failed."""
    calls: int = 0
    """Model calls at which any coaching was looked at, or that failed to."""
    coached: int = 0
    """Those with any coaching in the prompt."""
    took: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))
    """Milliseconds of each call that are known."""


def count_receipts(receipts_table: Receipts, window: Window, now: datetime) -> list[PeriodCounts]:
    """The receipts of a window, by its periods.

    Args:
        receipts_table: The receipts of a namespace.
        window: Which of them.
        now: Where an open window ends, unless there are later ones.

    Raises:
        StoreError: The table could not be read.
    """
    where = _within(window)
    first, last = (_edge(receipts_table, where, order) for order in (ASCENDING, DESCENDING))
    end = now if last is None else max(last + timedelta(microseconds=1), now)
    periods = window.periods(first or now, end)
    return [_count_period(period, receipts_table.columns(_COLUMNS, _within(period))) for period in periods]


def _edge(receipts_table: Receipts, where: Sequence[Any], order: bool) -> datetime | None:
    found = receipts_table.columns(["at"], where, order={"at": order}, limit=1)
    return found["at"][0].as_py() if found is not None and found.num_rows else None


def _within(window: Window) -> list[Any]:
    from lancedb.expr import col, lit

    since = None if window.since is None else col("at") >= lit(window.since)
    until = None if window.until is None else col("at") < lit(window.until)
    return [since, until]


def _count_period(period: Window, found: pa.Table | None) -> PeriodCounts:
    if found is None or not found.num_rows:
        return PeriodCounts(period)
    import pyarrow.compute as pc

    if "simulated" in found.column_names:  # test conversations are not counted
        found = found.filter(pc.invert(pc.fill_null(found["simulated"], fill_value=False)))
    groups = found.group_by([*_GROUPED]).aggregate([([], "count_all")])
    counts: dict[str | None, list[Count]] = {}
    for values in zip(*(groups[name].to_pylist() for name in (*_GROUPED, "count_all")), strict=True):
        counts.setdefault(values[0], []).append(Count(*values))
    applied = found.filter(pc.equal(found["outcome"], "applied"))
    first = found.filter(pc.equal(found["position"], 0))
    took = first["took_ms"].drop_null().to_numpy() if "took_ms" in found.column_names else np.empty(0, np.float32)
    # Receipts of one call share moment and time.
    coached = applied.group_by(["moment", "at"]).aggregate([]).num_rows
    return PeriodCounts(period, counts, first.num_rows, coached, took)


def receipt_times(receipts_table: Receipts, receipt_ids: Iterable[str]) -> dict[str, datetime]:
    """When some receipts were given, by their id; one that is not in the store is left out.

    Raises:
        StoreError: The table could not be read.
    """
    names = {key_of(receipts_table.namespace, name): name for name in receipt_ids}
    keys, found = [*names], {}
    for start in range(0, len(keys), _AT_ONCE):
        rows = receipts_table.columns(["key", "at"], key=keys[start : start + _AT_ONCE])
        for row in rows.to_pylist() if rows is not None else ():
            found[names[row["key"]]] = row["at"].astimezone(UTC)
    return found


def applied_in(receipts_table: Receipts, trace_ids: Iterable[str]) -> dict[str, str]:
    """The receipts of coachings that were applied in some traces, by their id: the trace of each.

    Raises:
        StoreError: The table could not be read.
    """
    names, found = [*trace_ids], dict[str, str]()
    for start in range(0, len(names), _AT_ONCE):
        asked = names[start : start + _AT_ONCE]
        rows = receipts_table.columns(["key", "trace_id"], trace_id=asked, outcome="applied")
        for row in rows.to_pylist() if rows is not None else ():
            found[str(json.loads(row["key"])[1])] = row["trace_id"]
    return found
