"""Recent reports: one is made again only once something was written, or the hour is another."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from langgraph_coaching.refining.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

KEPT = 4
"""Reports that are kept; one of a thousand coachings takes some megabytes."""


class RecentReports:
    """The last few reports, by what was asked and what the store was at."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Report] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, asked: Hashable, make: Callable[[], Report]) -> Report:
        """The report that was made for the same question, or a new one; a list of its own either way.

        Args:
            asked: The question, and the versions of what it is answered from, as they were before it is answered.
            make: Makes it.
        """
        with self._lock:
            found = self._kept.get(asked)
            if found is not None:
                self._kept.move_to_end(asked)
        if found is None:
            found = make()
            with self._lock:
                self._kept[asked] = found
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return Report([*found], overall=found.overall, window=found.window, at=found.at, notes=found.notes)
