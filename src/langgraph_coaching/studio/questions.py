"""The inbox's open questions, looked for once for many answers."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langgraph_coaching.coach import Coach
    from langgraph_coaching.recall.receipt import Receipt

LOOKED_FOR = 50
"""Open questions that are looked for at once."""

FRESH = 30.0
"""Seconds for which they are asked as they were found: to find them costs a second where much is recorded."""


@dataclass(slots=True)
class Questions:
    """The receipts whose verdict would teach most; what was judged meanwhile, here or elsewhere, is not asked again."""

    _found: list[Receipt] = field(default_factory=list)
    _at: float = -FRESH
    _lock: Lock = field(default_factory=Lock)

    def open(self, coach: Coach, skipped: list[str]) -> list[Receipt]:
        """The questions that are open now, the most telling first.

        Args:
            coach: Whose store is asked.
            skipped: Ids of receipts that are left out.

        Raises:
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        with self._lock:
            left = self._unanswered(coach, skipped)
            if not left or time.monotonic() >= self._at + FRESH:
                self._found = coach.review(limit=LOOKED_FOR + len(skipped))
                self._at = time.monotonic()
                left = [one for one in self._found if one.id not in skipped]
            return left

    def forget(self) -> None:
        """Looks for them anew the next time."""
        with self._lock:
            self._found = []

    def _unanswered(self, coach: Coach, skipped: list[str]) -> list[Receipt]:
        if not self._found:
            return []
        judged = {one.receipt_id for one in coach.verdicts(receipt_ids=[one.id for one in self._found])}
        live = {one.id for one in coach.list() if one.status != "archived"}
        self._found = [one for one in self._found if one.id not in judged and one.coaching_id in live]
        return [one for one in self._found if one.id not in skipped]
