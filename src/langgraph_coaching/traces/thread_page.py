"""A page of threads, newest first: what a list shows of each run, read without the runs themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.one_line import cut_line, quote_line
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.storage.storable import check_limit, literal, time_asked
from langgraph_coaching.storage.table import ASCENDING, DESCENDING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from langgraph_coaching.storage.table import Table

COLUMNS = ("id", "thread_id", "started_at", "origin", "name", "label", "status", "steps", "applied", "considered")

NEWEST = {"started_at": DESCENDING, "id": ASCENDING}

BEGINNING = 140
"""Characters of a run's first line that are shown."""

_LOOKS = 40
"""Pages that are looked through, at most, where `keep` leaves little of each."""


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
    table: Table,
    where: Sequence[Any],
    equal: Mapping[str, Any],
    *,
    after: str | None,
    limit: int,
    keep: Callable[[Sequence[TraceSummary]], Collection[str]] | None = None,
) -> ThreadPage:
    """Reads one page of threads; each thread stands where its newest fitting run does, with all its fitting runs.

    Args:
        table: Of traces.
        where: Conditions that a run has to meet.
        equal: Columns' values.
        after: `ThreadPage.after` of the page before; None for the first.
        limit: Most threads, 1 or more.
        keep: Says of some runs which fit, by id, where no column can say it.

    Raises:
        InvalidCoachingError: `after` is nothing that a page gave, or the limit is below 1.
        StoreError: The table could not be read.
    """
    check_limit(limit, "threads, 1 or more", least=1)
    found: list[ThreadSummary] = []
    for _ in range(_LOOKS):
        rows = table.rows(COLUMNS, [*where, _behind(after)], order=NEWEST, limit=limit + 1, **equal)
        page, more = rows[:limit], len(rows) > limit
        if not page:
            return ThreadPage(threads=tuple(found), after=None)
        threads = [*_threads_of(table, where, equal, page)]
        fitting = None if keep is None else keep([run for runs in threads for run in runs])
        for runs in threads:
            shown = tuple(run for run in runs if fitting is None or run.id in fitting)
            if shown:
                found.append(ThreadSummary(thread_id=shown[0].thread_id, runs=shown))
        after = _mark_of(page[-1])
        if not more:
            return ThreadPage(threads=tuple(found), after=None)
        if found:
            break
    return ThreadPage(threads=tuple(found), after=after)


def _threads_of(
    table: Table, where: Sequence[Any], equal: Mapping[str, Any], page: Sequence[dict[str, Any]]
) -> Iterator[list[TraceSummary]]:
    """The threads whose newest run is on this page, each with all its runs."""
    names = list(dict.fromkeys(row["thread_id"] for row in page if row["thread_id"]))
    runs = {row["id"]: row for row in page}
    if names:
        others = dict(equal)
        wanted = names if "thread_id" not in others else [others.pop("thread_id")]
        for row in table.rows(COLUMNS, where, order=NEWEST, limit=None, thread_id=wanted, **others):
            runs[row["id"]] = row
    first: dict[str, dict[str, Any]] = {}
    for row in sorted(runs.values(), key=_order):
        first.setdefault(row["thread_id"] or row["id"], row)
    shown = {row["id"] for row in page}
    own = {name for name, row in first.items() if row["id"] in shown}  # others stand on an earlier page
    kept = [row for row in runs.values() if (row["thread_id"] or row["id"]) in own]
    texts = {row["id"]: row["text"] for row in table.rows(("id", "text"), id=[row["id"] for row in kept])}
    kept.sort(key=lambda row: (*_order(first[row["thread_id"] or row["id"]]), *_order(row)))
    for _, group in groupby(kept, key=lambda row: row["thread_id"] or row["id"]):
        yield [_summary_of(row, texts.get(row["id"], "")) for row in group]


def _order(row: Mapping[str, Any]) -> tuple[float, str]:
    return -row["started_at"].timestamp(), row["id"]


def _summary_of(row: Mapping[str, Any], text: str) -> TraceSummary:
    values = {name: row[name] for name in COLUMNS}
    for name in ("applied", "considered"):
        values[name] = tuple(filter(None, row[name].split("\n")))
    return TraceSummary(**values, beginning=cut_line(text.lstrip().partition("\n")[0], BEGINNING))


def _mark_of(row: Mapping[str, Any]) -> str:
    return json.dumps([row["started_at"].isoformat(), row["id"]], ensure_ascii=False)


def _behind(after: str | None) -> Any:
    """What comes after a run in the order of the list; None for all."""
    if after is None:
        return None
    from lancedb.expr import col

    try:
        at, name = json.loads(after)
        time = time_asked("after", datetime.fromisoformat(at))
        same = (col("started_at") == literal(time)) & (col("id") > literal(str(name)))
        return (col("started_at") < literal(time)) | same
    except (ValueError, TypeError, RecursionError):
        raise InvalidCoachingError(f"after is what a page gave as `after`, not {quote_line(str(after))}") from None
