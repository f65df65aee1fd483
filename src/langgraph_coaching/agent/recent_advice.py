"""Recent advice: that of the latest calls, in memory until it can be found in the store."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langgraph_coaching.recall.advice import Advice

MOST_CALLS = 2_048
"""Entries kept, two a call."""


class RecentAdvice:
    """The advice of the latest calls of this process; of two answers to one call key the first counts."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, str | None], Advice] = OrderedDict()

    def get(self, call_key: str, task: str | None = None) -> Advice | None:
        """The advice of that call, in that task or in whichever came first, if it is still known."""
        with self._lock:
            return self._kept.get((call_key, task))

    def put(self, call_key: str, task: str, advice: Advice) -> None:
        """Remembers it, forgetting the oldest."""
        with self._lock:
            self._kept.setdefault((call_key, task), advice)
            self._kept.setdefault((call_key, None), advice)
            while len(self._kept) > MOST_CALLS:
                self._kept.popitem(last=False)
