"""Upkeep: a table that is written in small pieces is put together again from time to time."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lancedb.table import Table

log = logging.getLogger("langgraph_coaching")

EVERY = 200
"""Writes of one process between two upkeeps. A thousand one-row fragments slow a search from 1.4 to 91 ms."""


class Upkeep:
    """Looks after the tables of one database, from the threads that write them; another process may do the same."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._writes: Counter[str] = Counter()

    def written(self, table: Table, indexed: Sequence[str] = ()) -> None:
        """Counts a write; at every `EVERY`th merges fragments and brings indices up to date. Never raises.

        No row is dropped, and versions of the table younger than a week stay.

        Args:
            table: What was written to.
            indexed: Its columns that are looked up by value; each gets a scalar index.
        """
        with self._lock:
            self._writes[table.name] += 1
            due = self._writes[table.name] % EVERY == 0
        if due:
            try:
                _tidy(table, indexed)
            except Exception:
                # Another process is at it, or the address has no upkeep of this kind.
                log.debug("upkeep of the table %s was left to the next time", table.name, exc_info=True)


def _tidy(table: Table, indexed: Sequence[str]) -> None:
    from lancedb.index import BTree

    known = {column for index in table.list_indices() for column in index.columns}
    for column in indexed:
        if column not in known:
            table.create_index(column, config=BTree())
    table.optimize()
