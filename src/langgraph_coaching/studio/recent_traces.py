"""Recent traces: who reads a long conversation a part at a time does not wait for all of it each time."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langgraph_coaching.coach import Coach
    from langgraph_coaching.traces.model import Trace

KEPT = 4
"""Traces that are kept; one of 5,000 steps takes some megabytes."""


class RecentTraces:
    """The traces that were looked at last, as long as no trace is written; they are only read.

    Args:
        coach: Reads them.
    """

    def __init__(self, coach: Coach) -> None:
        self._coach = coach
        self._version = 0
        self._kept: OrderedDict[str, Trace] = OrderedDict()
        self._lock = Lock()

    def get(self, trace_id: str) -> Trace:
        """One trace, whole.

        Raises:
            NotFoundError: There is none of that id.
            StoreError: It could not be read.
        """
        version = self._coach.traces.version()
        with self._lock:
            if version != self._version:
                self._kept.clear()
                self._version = version
            found = self._kept.get(trace_id)
        if found is None:
            found = self._coach.traces.get(trace_id)
        with self._lock:
            if version == self._version:
                self._kept[trace_id] = found
                self._kept.move_to_end(trace_id)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return found
