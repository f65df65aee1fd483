"""A page of threads, newest first: what a list shows of each run, read without the runs themselves."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from langgraph_coaching.coaching.one_line import cut_line
from langgraph_coaching.storage.storable import check_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from langgraph_coaching.traces.fitting_runs import FittingRuns
    from langgraph_coaching.traces.said import Said

    Keep: TypeAlias = "Callable[[Sequence[TraceSummary]], Collection[str]]"

COLUMNS = ("id", "thread_id", "started_at", "origin", "name", "label", "status", "steps", "applied", "considered")

BEGINNING = 140
"""Characters of a run's first line that are shown."""

MOST = 4_000
"""Runs that are looked at at once, at most, where few of them fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSummary:
    """One run as a list shows it."""

    id: str
    thread_id: str | None
    started_at: datetime
    origin: str
    name: str | None
    """The graph or agent."""
    label: str | None
    status: str
    steps: int
    applied: tuple[str, ...]
    """Ids of the coachings in its prompts."""
    considered: tuple[str, ...]
    """Ids of all that were looked at, the applied ones included."""
    beginning: str
    """How what was said in it begins, in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadSummary:
    """The runs of one thread that fit, newest first; a run without a thread is alone."""

    thread_id: str | None
    runs: tuple[TraceSummary, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPage:
    """Some threads, by their newest run."""

    threads: tuple[ThreadSummary, ...]
    after: str | None
    """What to ask for the next page with; None on the last."""


def page_of_threads(
    runs: FittingRuns,
    *,
    said: Said | None = None,
    keep: Callable[[Sequence[TraceSummary]], Collection[str]] | None = None,
    after: str | None = None,
    limit: int,
    within: float | None = None,
) -> ThreadPage:
    """Reads one page of threads; each thread stands where its newest fitting run does, with all its fitting runs.

    Args:
        runs: Those that meet all conditions but these.
        said: A text that is to stand in a run.
        keep: Says of some runs which fit, by id, where no column can say it.
        after: `ThreadPage.after` of the page before; None for the first.
        limit: Most fitting runs to look at, 1 or more.
        within: Seconds after which no more runs are looked at; the next page goes on from there.

    Raises:
        InvalidCoachingError: `after` is nothing that a page gave, or the limit is below 1.
        StoreError: The table could not be read.
    """
    check_limit(limit, "threads, 1 or more", least=1)
    until = math.inf if within is None else time.monotonic() + within
    start = runs.place_after(after)
    page, place, found = _Page(runs, said, keep), start, list[ThreadSummary]()
    while place < len(runs) and not found:
        first, place = place, page.find(place, limit, until)
        found = page.threads(first, place)
        if time.monotonic() >= until:
            break
    return ThreadPage(threads=tuple(found), after=runs.mark(place - 1) if place < len(runs) else None)


class _Page:
    """Runs that are looked at for one page, each of them once."""

    def __init__(self, runs: FittingRuns, said: Said | None, keep: Keep | None) -> None:
        self._runs = runs
        self._said = said
        self._keep = keep
        self._known: dict[int, bool] = {}
        self._summaries: dict[int, TraceSummary] = {}

    def find(self, start: int, limit: int, until: float) -> int:
        """The place behind the last run that was looked at: after `limit` fitting ones, at the end, or at a time."""
        place, found, size = start, 0, limit
        while place < len(self._runs) and found < limit and (place == start or time.monotonic() < until):
            window = range(place, min(place + size, len(self._runs)))
            fitting = self.fitting(window)[: limit - found]
            found += len(fitting)
            place = fitting[-1] + 1 if found == limit else window.stop
            size = min(2 * size, MOST)
        return place

    def fitting(self, places: Iterable[int]) -> list[int]:
        """Those that fit, in order."""
        asked = [*places]
        if self._said is None and self._keep is None:
            return asked
        fresh = [place for place in asked if place not in self._known]
        if self._keep is not None:  # it may take long however few are asked for: with all that it will be asked for
            fresh = [place for place in self._runs.in_threads_of(fresh) if place not in self._known]
        left = fresh if self._said is None else self._said.places(self._runs, fresh)
        if self._keep is not None and left:
            kept = self._keep([*self.summaries(left).values()])
            left = [place for place, name in zip(left, self._runs.ids(left), strict=True) if name in kept]
        self._known |= dict.fromkeys(fresh, False) | dict.fromkeys(left, True)
        return [place for place in asked if self._known[place]]

    def summaries(self, places: Sequence[int]) -> dict[int, TraceSummary]:
        """What a list shows of runs; one that is gone meanwhile is left out."""
        read = self._runs.read([place for place in places if place not in self._summaries], (*COLUMNS, "text"))
        self._summaries |= {place: _summary_of(row) for place, row in read.items()}
        return {place: self._summaries[place] for place in places if place in self._summaries}

    def threads(self, start: int, stop: int) -> list[ThreadSummary]:
        """The threads whose newest fitting run is at one of these places, each with all its fitting runs."""
        own = self.fitting(range(start, stop))
        places = self.fitting(self._runs.in_threads_of(own))
        grouped: dict[tuple[str | None, int], list[int]] = {}
        for place, thread in zip(places, self._runs.threads(places), strict=True):
            grouped.setdefault((thread, -1) if thread else (None, place), []).append(place)
        wanted = [group for group in grouped.values() if group[0] >= start]  # others stand on an earlier page
        read = self.summaries([place for group in wanted for place in group])
        shown = [tuple(read[place] for place in group if place in read) for group in wanted]
        return [ThreadSummary(thread_id=one[0].thread_id, runs=one) for one in shown if one]


def _summary_of(row: Mapping[str, Any]) -> TraceSummary:
    values = {name: row[name] for name in COLUMNS}
    for name in ("applied", "considered"):
        values[name] = tuple(filter(None, row[name].split("\n")))
    return TraceSummary(**values, beginning=cut_line(row["text"].lstrip().partition("\n")[0], BEGINNING))
