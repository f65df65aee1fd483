"""Nearest: the revisions of a large store that are near to a vector, by LanceDB's own index, which keeps itself fresh.

What was written since the index was made LanceDB searches row by row, so that it is found at once. The index is made,
and made anew, in a thread of its own, by one process at a time; without it a search is exact, and slower.
"""

from __future__ import annotations

import logging
import math
import threading
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from langgraph_coaching.coaching.revisions import REVISION_KEY, list_revisions
from langgraph_coaching.coaching.row import coaching_of, place_of
from langgraph_coaching.storage.faults import faults
from langgraph_coaching.storage.reading import read_nearest, take_rows
from langgraph_coaching.storage.rows import read_each

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from lancedb.table import Table as LanceTable
    from numpy.typing import NDArray

    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.coaching.revisions import Revision

log = logging.getLogger("langgraph_coaching")

INDEX = "nearest"

PARTS = 10
"""Partitions that are looked into where the namespace is the whole table; more where it is less. Of a million places in
1,000 partitions 97 % of the 64 nearest are found in so many, as in four times as many: what is missing is lost by the
index, which holds a byte a dimension (`tests/benchmarks/scale.py`)."""

FRESH = 0.2
"""Share of rows that are not in the index yet from which on it is made anew: they are searched one by one."""

FILTERED = ("namespace", "status", "agent", "node")
"""Columns with few values, by which every search is filtered: each has an index of its own."""

BATCH = 2_000
"""Rows of an earlier version that are placed in one commit."""


class Asked(NamedTuple):
    """The table, and how far to look."""

    table: LanceTable
    parts: int | None
    """Partitions; None where there is no index, and every row is looked at."""


class Nearest:
    """Searches the table of coachings by the place of each revision.

    Args:
        store: Coachings of one namespace.
    """

    def __init__(self, store: Coachings) -> None:
        self._store = store
        self._thread: threading.Thread | None = None

    def count(self, table: LanceTable) -> int:
        """How many revisions the namespace has."""
        return self._count(table, "")

    def count_unplaced(self, table: LanceTable) -> int:
        """How many of them an earlier version has written, so that no search finds them."""
        known = "prototype" in table.schema.names
        return self._count(table, _UNPLACED if known else "")

    def has(self, table: LanceTable, statuses: Sequence[str]) -> bool:
        """Whether any revision is of one of these statuses."""
        return self._count(table, f" AND status IN ({', '.join(map(_quote_text, statuses))})") > 0

    def unplaced(self, table: LanceTable) -> list[Revision]:
        """Those, one by one."""
        return self._list_revisions(table, _UNPLACED)

    def find_revised(self, table: LanceTable) -> dict[str, int]:
        """The latest revision of each coaching that has several, by id."""
        latest: dict[str, int] = {}
        for one in self._list_revisions(table, " AND revision > 1"):
            latest[one.id] = max(one.revision, latest.get(one.id, 0))
        return latest

    def search(
        self, asked: Asked, vector: NDArray[np.float32], statuses: Sequence[str], labels: Labels, count: int
    ) -> list[int]:
        """The revisions of these statuses nearest to a vector, superseded ones too; those of another scope are none.

        Args:
            asked: The table, and how far to look.
            vector: `float32[dimension]`.
            statuses: Which.
            labels: Of the call; tags are not looked at here.
            count: How many at most.

        Returns:
            Where in the table each is, the nearest first. What is there stays as it is; upkeep may move it elsewhere.
        """
        where = self._where(f" AND status IN ({', '.join(map(_quote_text, statuses))})")
        for label in ("agent", "node"):
            own = getattr(labels, label)
            where += f" AND {label} IN ('', {_quote_text(own)})" if own else f" AND {label} = ''"
        found = self._query(asked, vector, where, count)
        if len(found) < count and asked.parts is not None:  # few are of this scope: each partition may have some
            found = self._query(asked._replace(parts=_EVERY), vector, where, count)
        return found

    def _query(self, asked: Asked, vector: NDArray[np.float32], where: str, count: int) -> list[int]:
        near: Any = {"column": "prototype", "vector": vector, "where": where, "limit": count, "partitions": asked.parts}
        query = partial(read_nearest, **near)
        found: list[int] = self._store.database.read(asked.table, query)["_rowid"].to_pylist()
        return found

    def read_rows(self, table: LanceTable, places: Sequence[int], columns: Sequence[str]) -> Any:
        """Rows by where they are, as an Arrow table with their places as `_rowid`; what was moved is left out.

        Args:
            table: Its handle.
            places: As `search` gives them.
            columns: What to read.
        """
        return self._store.database.read(table, partial(take_rows, row_ids=places, columns=columns))

    def look_at(self, table: LanceTable) -> Asked:
        """How far to look in it, as it is now."""
        with faults(self._store.database.uri):
            if _index_of(table) is None:
                return Asked(table, None)
            return Asked(table, math.ceil(PARTS * table.count_rows() / max(self.count(table), 1)))

    def keep_index(self, table: LanceTable, unplaced: int) -> None:
        """Makes the index, or makes it anew, in a thread of its own, where that is due and nobody else does.

        Args:
            table: Its handle.
            unplaced: Rows that are to be placed before.
        """
        if (self._thread is None or not self._thread.is_alive()) and (unplaced or self._is_due(table)):
            self._thread = threading.Thread(target=self._work, args=(table,), daemon=True, name="coaching-index")
            self._thread.start()

    def wait(self) -> None:
        """Until the index that is being made is there."""
        if self._thread is not None:
            self._thread.join()

    def _is_due(self, table: LanceTable) -> bool:
        with faults(self._store.database.uri):
            index = _index_of(table)
            stats = None if index is None else table.index_stats(INDEX)
        # One of an earlier version has no size of its partitions.
        old = index is not None and "target_partition_size" not in index.index_details
        return old or stats is None or stats.num_unindexed_rows > FRESH * stats.num_indexed_rows

    def _work(self, table: LanceTable) -> None:
        database = self._store.database
        try:
            with database.indexing() as alone:
                if alone:
                    while self.count_unplaced(table) and self._place_some(table):
                        pass
                    database.write(table, _make_index)
        except Exception:  # a search is exact without it; the next change tries again
            log.warning("the index of a large coaching store was left to the next time", exc_info=True)

    def _place_some(self, table: LanceTable) -> int:
        """Places some rows of an earlier version; returns how many."""
        columns = ["key", "record", "vector", "examples"]
        if "prototype" not in table.schema.names:
            self._store.complete(table)
        where = self._where(_UNPLACED)
        rows = self._store.database.read(
            table, lambda t: t.search().where(where).select(columns).limit(BATCH).to_list()
        )
        named = [(row["key"], row) for row in rows]
        placed = read_each(
            named,
            lambda row: {"key": row["key"], **place_of(coaching_of(row["record"]), [row["vector"], *row["examples"]])},
        )
        if found := [*placed]:
            self._store.rewrite(found)
        return len(found)

    def _count(self, table: LanceTable, more: str) -> int:
        with faults(self._store.database.uri):
            return int(table.count_rows(self._where(more)))

    def _list_revisions(self, table: LanceTable, more: str) -> list[Revision]:
        where, columns = self._where(more), [*REVISION_KEY]
        rows = self._store.database.read(
            table, lambda opened: opened.search().where(where).select(columns).limit(None).to_arrow()
        )
        return list_revisions(rows)

    def _where(self, more: str) -> str:
        return f"namespace = {_quote_text(self._store.namespace)}{more}"


_EVERY = 1_000_000
"""More partitions than there are."""

_UNPLACED = " AND node IS NULL"
"""Of a row without a place: this is the smallest of the columns that have come with it."""


def _index_of(table: LanceTable) -> Any:
    return next((index for index in table.list_indices() if index.name == INDEX), None)


def _make_index(table: LanceTable) -> None:
    from lancedb.index import Bitmap, IvfSq

    for column in FILTERED:
        table.create_index(column, config=Bitmap(), replace=True)
    # A size, not a number of partitions: without one, LanceDB's upkeep joins them to 8,192 rows each, with which a
    # search takes eight times as long.
    size = max(1, round(math.sqrt(table.count_rows())))
    table.create_index("prototype", config=IvfSq(distance_type="dot", target_partition_size=size), name=INDEX)


def _quote_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
