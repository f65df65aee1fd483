"""Latest reports: a page never waits twice for the figures of a large store; they are made anew behind it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

from langgraph_coaching.errors import CoachingError

if TYPE_CHECKING:
    from datetime import datetime

    from langgraph_coaching.coach import Coach
    from langgraph_coaching.refining.report import Report

LARGE = 2_000
"""Coachings and model calls from which a report is made behind the page; below, no page is ever behind."""

KEPT = 6
"""Windows that are kept."""

_Window: TypeAlias = "tuple[datetime | None, datetime | None]"


class LatestReports:
    """The latest report of each window that was asked for.

    A large one is shown as it was when it was last made, while the next one is made in a thread: the page says of when
    it is. `coach.report` itself makes one anew only where something was written.

    Args:
        coach: Makes them.
    """

    def __init__(self, coach: Coach) -> None:
        self._coach = coach
        self._known: OrderedDict[_Window, Report] = OrderedDict()
        self._making: set[_Window] = set()
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
            if known is not None and len(known) + known.overall.calls >= LARGE:
                if window not in self._making:
                    self._making.add(window)
                    threading.Thread(target=self._make_behind, args=(window,), daemon=True).start()
                return known
        return self._make(window)

    def _make(self, window: _Window) -> Report:
        report = self._coach.report(since=window[0], until=window[1])
        with self._lock:
            self._known[window] = report
            self._known.move_to_end(window)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return report

    def _make_behind(self, window: _Window) -> None:
        try:
            with suppress(CoachingError):  # the next page that asks says so
                self._make(window)
        finally:
            with self._lock:
                self._making.discard(window)
