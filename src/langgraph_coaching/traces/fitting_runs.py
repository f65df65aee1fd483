"""The runs that meet conditions, newest first: a scan of three small columns, and of each run what is asked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from langgraph_coaching.coaching.one_line import quote_line
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.storage.row_ids import ROW, read_column, read_rows, scan_rows
from langgraph_coaching.storage.storable import time_asked
from langgraph_coaching.storage.table import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from langgraph_coaching.storage.table import Table

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class FittingRuns:
    """Runs by their place in the order of a list: newest first, of the same time by id.

    Args:
        table: Of traces.
        where: Conditions that a run has to meet.
        equal: Columns' values.

    Raises:
        StoreError: The table could not be read.
    """

    def __init__(self, table: Table, where: Sequence[Any], equal: Mapping[str, Any]) -> None:
        self._table = table
        found = scan_rows(table, ("id", "thread_id", "started_at"), where, **equal)
        self._rows = None if found is None else found.sort_by([("started_at", "descending"), ("id", "ascending")])

    def __len__(self) -> int:
        """How many there are."""
        return 0 if self._rows is None else int(self._rows.num_rows)

    def ids(self, places: Iterable[int]) -> list[str]:
        """Their ids."""
        return self._values("id", places)

    def threads(self, places: Iterable[int]) -> list[str | None]:
        """Their threads; None for a run without one."""
        return [name or None for name in self._values("thread_id", places)]

    def _values(self, column: str, places: Iterable[int]) -> list[Any]:
        wanted = [*places]
        found: list[Any] = self._rows[column].take(wanted).to_pylist() if self._rows is not None and wanted else []
        return found

    def in_threads_of(self, places: Iterable[int]) -> list[int]:
        """The places of all runs in the threads of some, these among them, in order."""
        import pyarrow as pa
        import pyarrow.compute as pc

        own = [*places]
        names = {*self.threads(own)} - {None}
        if self._rows is None or not names:
            return own
        there = pc.is_in(self._rows["thread_id"], value_set=pa.array(sorted(map(str, names)), pa.string()))
        return sorted({*own, *np.flatnonzero(there.to_numpy()).tolist()})

    def read(self, places: Iterable[int], columns: Iterable[str]) -> dict[int, dict[str, Any]]:
        """Columns of runs by their places; one that is gone meanwhile is left out.

        Raises:
            StoreError: The table could not be read.
        """
        wanted = [*places]
        keys = [key_of(str(self._table.namespace), name) for name in self.ids(wanted)]
        found = read_rows(self._table, columns, dict(zip(keys, self._values(ROW, wanted), strict=True)))
        return {place: found[key] for place, key in zip(wanted, keys, strict=True) if key in found}

    def texts(self, places: Sequence[int]) -> list[str]:
        """What was said in runs, in order; nothing for one that is gone meanwhile.

        Raises:
            StoreError: The table could not be read.
        """
        return [text or "" for text in read_column(self._table, "text", self.ids(places), self._values(ROW, places))]

    def mark(self, place: int) -> str:
        """What `place_after` takes: it holds when others are written meanwhile."""
        (at,), (name,) = self._values("started_at", [place]), self.ids([place])
        return json.dumps([at.isoformat(), name], ensure_ascii=False)

    def place_after(self, mark: str | None) -> int:
        """The first place after a run; 0 for None.

        Raises:
            InvalidCoachingError: It is no mark.
        """
        if mark is None:
            return 0
        try:
            at, name = json.loads(mark)
            time = time_asked("after", datetime.fromisoformat(at))
        except (ValueError, TypeError, RecursionError):
            raise InvalidCoachingError(f"after is what a page gave as `after`, not {quote_line(str(mark))}") from None
        if self._rows is None:
            return 0
        import pyarrow as pa

        past = -self._rows["started_at"].cast(pa.int64()).to_numpy()
        asked = -((time - _EPOCH) // timedelta(microseconds=1))
        same = range(*(int(np.searchsorted(past, asked, side)) for side in ("left", "right")))
        return next((place for place, own in zip(same, self.ids(same), strict=True) if own > str(name)), same.stop)
