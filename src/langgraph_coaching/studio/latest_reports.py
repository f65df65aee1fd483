"""Latest reports: no page waits for the figures of a large store; they are made behind it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, TypeAlias

from langgraph_coaching.studio.behind import begin_behind, is_made_soon

if TYPE_CHECKING:
    from concurrent.futures import Future
    from datetime import datetime

    from langgraph_coaching.coach import Coach
    from langgraph_coaching.refining.report import Report

LARGE = 2_000
"""Coachings and model calls from which a report is made behind the page; below, no page is ever behind."""

KEPT = 6
"""Windows that are kept."""

_Window: TypeAlias = "tuple[datetime | None, datetime | None]"


def is_large(report: Report) -> bool:
    """Whether it is made behind the page, which may show the one before."""
    return len(report) + report.overall.calls >= LARGE


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
        self._making: dict[_Window, Future[Report]] = {}
        self._lock = threading.Lock()

    def take(self, since: datetime | None = None, until: datetime | None = None) -> Report | None:
        """The report of a window; None while the first one is being made: ask again.

        Args:
            since: Only from then on.
            until: Only before.

        Raises:
            InvalidCoachingError: The end is before the beginning.
            StoreError: The store could not be read.
        """
        window = since, until
        making: Future[Report] | None = None
        with self._lock:
            known = self._known.get(window)
            if known is None or is_large(known):
                making = self._making.get(window)
                if making is None or (known is not None and making.done()):  # that one has failed
                    making = self._making[window] = begin_behind(lambda: self._make(window))
        if known is None and making is not None:
            return self._first(window, making)
        return known if known is not None and is_large(known) else self._make(window)

    def wait_for(self, since: datetime | None = None, until: datetime | None = None) -> Report:
        """The report of a window, however long it takes; arguments and faults as of `take`."""
        found = self.take(since, until)
        return self._make((since, until)) if found is None else found

    def _first(self, window: _Window, making: Future[Report]) -> Report | None:
        if not is_made_soon(making):
            return None
        with self._lock:
            self._making.pop(window, None)
        return making.result()

    def _make(self, window: _Window) -> Report:
        report = self._coach.report(since=window[0], until=window[1])
        with self._lock:
            self._known[window] = report
            self._known.move_to_end(window)
            self._making.pop(window, None)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return report
