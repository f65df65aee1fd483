"""The memory: the advice of the latest moments, until it can be found in the store."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langgraph_coaching.recall.advice import Advice

REMEMBERED = 2_048
"""Entries kept, two a moment."""


class Memory:
    """What was advised at the latest moments of this process; of two answers at one moment the first counts."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, str | None], Advice] = OrderedDict()

    def get(self, moment: str, task: str | None = None) -> Advice | None:
        """The advice of that moment, in that task or in whichever came first, if it is still known."""
        with self._lock:
            return self._kept.get((moment, task))

    def put(self, moment: str, task: str, advice: Advice) -> None:
        """Remembers it, forgetting the oldest."""
        with self._lock:
            self._kept.setdefault((moment, task), advice)
            self._kept.setdefault((moment, None), advice)
            while len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)
