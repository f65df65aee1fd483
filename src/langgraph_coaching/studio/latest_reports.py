"""Latest reports: a page never waits twice for the figures of a large store; they are made anew behind it."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from langgraph_coaching.errors import CoachingError

if TYPE_CHECKING:
    from datetime import datetime

    from langgraph_coaching.coach import Coach
    from langgraph_coaching.refining.report import Report

QUICK = 0.25
"""Seconds: what was made in less is made anew before the page is shown, and is never behind."""

KEPT = 6
"""Windows that are kept."""


@dataclass(frozen=True, slots=True)
class _Known:
    report: Report
    seconds: float
    """What it took to make it, when it was last made."""


class LatestReports:
    """The latest report of each window that was asked for.

    A report that takes long is shown as it was when it was last made, while the next one is made in a thread: the page
    says of when it is. `coach.report` itself makes one anew only where something was written.

    Args:
        coach: Makes them.
    """

    def __init__(self, coach: Coach) -> None:
        self._coach = coach
        self._known: OrderedDict[tuple[datetime | None, datetime | None], _Known] = OrderedDict()
        self._making: set[tuple[datetime | None, datetime | None]] = set()
        self._lock = threading.Lock()

    def take(self, since: datetime | None = None, until: datetime | None = None) -> Report:
        """The report of a window.

        Args:
            since: Only from then on.
            until: Only before.

        Raises:
            InvalidCoachingError: The end is before the beginning.
            StoreError: The store could not be read.
        """
        window = since, until
        with self._lock:
            known = self._known.get(window)
            if known is not None and known.seconds >= QUICK:
                self._known.move_to_end(window)
                if window not in self._making:
                    self._making.add(window)
                    threading.Thread(target=self._make_behind, args=(window,), daemon=True).start()
                return known.report
        return self._make(window)

    def _make(self, window: tuple[datetime | None, datetime | None]) -> Report:
        start = time.monotonic()
        report = self._coach.report(since=window[0], until=window[1])
        took = time.monotonic() - start
        with self._lock:
            before = self._known.pop(window, None)
            # What was given again took no time; what it takes to make it is what it took before.
            same = before is not None and before.report.at == report.at
            self._known[window] = _Known(report, before.seconds if same and before else took)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return report

    def _make_behind(self, window: tuple[datetime | None, datetime | None]) -> None:
        try:
            with suppress(CoachingError):  # the next page that asks says so
                self._make(window)
        finally:
            with self._lock:
                self._making.discard(window)
