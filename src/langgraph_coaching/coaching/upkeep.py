"""Upkeep: a table that is written in small pieces is put together again from time to time."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lancedb.table import Table

log = logging.getLogger("langgraph_coaching")

EVERY = 200
"""Writes of one process between two upkeeps. A thousand one-row fragments slow a search from 1.4 to 91 ms."""


class Upkeep:
    """Looks after one table, from the thread that writes it; another process may do the same.

    Args:
        indexed: Columns that are looked up by value; each gets a scalar index.
    """

    def __init__(self, indexed: Sequence[str] = ()) -> None:
        self._indexed = indexed
        self._lock = threading.Lock()
        self._writes = 0

    def written(self, table: Table) -> None:
        """Counts a write; at every `EVERY`th merges fragments and brings indices up to date. Never raises.

        No row is dropped, and versions of the table younger than a week stay.
        """
        with self._lock:
            self._writes += 1
            due = self._writes % EVERY == 0
        if due:
            try:
                self._tidy(table)
            except Exception:
                # Another process is at it, or the address has no upkeep of this kind.
                log.debug("upkeep of the table %s was left to the next time", table.name, exc_info=True)

    def _tidy(self, table: Table) -> None:
        from lancedb.index import BTree

        known = {column for index in table.list_indices() for column in index.columns}
        for column in self._indexed:
            if column not in known:
                table.create_index(column, config=BTree())
        table.optimize()
