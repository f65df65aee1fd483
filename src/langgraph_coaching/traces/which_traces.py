"""Which traces: those that a person names to be deleted, by id, thread, user, age and number."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.storage.storable import literal, time_asked
from langgraph_coaching.surrogates import replace_surrogates
from langgraph_coaching.traces.model import Trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from langgraph_coaching.storage.table import Table

USER_FIELDS = ("user_id", "user", "userId")
"""Where in a trace's metadata it is said whose it is."""

_KINDS: dict[str, type] = {
    "thread_id": str,
    "user": str,
    "before": datetime,
    "older_than": timedelta,
    "keep_latest": int,
}

_AT_ONCE = 2_000
"""Traces asked for in one query."""

TraceLike = Trace | str


class TraceFilters(TypedDict, total=False):
    """Which traces; those that all of these hold for."""

    thread_id: str | None
    user: str | None
    """What the run's metadata has as `user_id`, `user` or `userId`."""
    before: datetime | None
    """Started before; a time without a zone is taken as UTC."""
    older_than: timedelta | None
    """Started longer ago."""
    keep_latest: int | None
    """All but so many, the latest of those that the rest holds for."""


class Found(NamedTuple):
    """A trace, as far as it takes to delete it."""

    id: str
    thread_id: str | None


def ids_of(traces: TraceLike | Iterable[TraceLike] | None) -> list[str] | None:
    """The ids of traces that are named by hand, or None where none are.

    Raises:
        InvalidCoachingError: One is neither a trace nor an id.
    """
    if traces is None:
        return None
    given = [traces] if isinstance(traces, Trace | str) else list(traces)
    for one in given:
        if not isinstance(one, Trace | str):
            raise InvalidCoachingError(f"name traces by their ids, or give them, not {type(one).__name__}")
    return list(dict.fromkeys(one.id if isinstance(one, Trace) else one for one in given))


def check_filters(ids: list[str] | None, filters: Mapping[str, Any]) -> None:
    """Refuses what names no traces.

    Raises:
        InvalidCoachingError: No filter is given, one is unknown, or its value is not acceptable.
    """
    if unknown := filters.keys() - TraceFilters.__annotations__.keys():
        names = ", ".join(TraceFilters.__annotations__)
        raise InvalidCoachingError(f"{', '.join(sorted(unknown))} cannot be given; use ids or {names}")
    given: dict[str, Any] = {name: value for name, value in filters.items() if value is not None}
    if ids is None and not given:
        raise InvalidCoachingError(
            "say which traces: their ids, thread_id=, user=, before=, older_than= or keep_latest=; "
            "keep_latest=0 means all of them"
        )
    for name, value in given.items():
        wrong = isinstance(value, bool) or not isinstance(value, _KINDS[name])
        if wrong:
            raise InvalidCoachingError(f"{name} is a {_KINDS[name].__name__}, not {value!r}")
        if value == "" or (name == "keep_latest" and value < 0) or (name == "older_than" and value < timedelta()):
            raise InvalidCoachingError(f"{name} cannot be {value!r}")
    if {"before", "older_than"} <= given.keys():
        raise InvalidCoachingError("give before= or older_than=, not both")


def rule_of(days: float | None, traces: int | None) -> list[TraceFilters]:
    """What a rule of retention lets go: by age, and by number.

    Raises:
        InvalidCoachingError: Neither is given, or one is not acceptable.
    """
    if days is None and traces is None:
        raise InvalidCoachingError("say how long traces are kept, days=, or how many, traces=")
    rule: list[TraceFilters] = []
    if days is not None:
        try:
            rule.append({"older_than": timedelta(days=days)})
        except (TypeError, ValueError, OverflowError):
            raise InvalidCoachingError(f"days is a number of days, not {days!r}") from None
    if traces is not None:
        rule.append({"keep_latest": traces})
    return rule


def find_traces(table: Table, ids: list[str] | None, filters: Mapping[str, Any]) -> list[Found]:
    """The traces that are meant, oldest first.

    Args:
        table: The traces.
        ids: Only these; None for any.
        filters: As `TraceFilters` says; checked already.

    Raises:
        StoreError: The table could not be read.
    """
    from lancedb.expr import col, func

    asked = {name: value for name, value in filters.items() if value is not None}
    before, user = asked.get("before"), asked.get("user")
    if "older_than" in asked:
        before = _time_ago(asked["older_than"])
    where = []
    if before is not None:
        where.append(col("started_at") < literal(time_asked("before", before)))
    if user is not None:  # told for sure below
        where.append(func("contains", col("record"), literal(json.dumps(user, ensure_ascii=False)[1:-1])))
    columns = ["id", "thread_id", "started_at", *(["record"] if user is not None else [])]
    equal: dict[str, Any] = {"thread_id": asked["thread_id"]} if "thread_id" in asked else {}
    pages: list[dict[str, Any]] = (
        [{}] if ids is None else [{"id": ids[at : at + _AT_ONCE]} for at in range(0, len(ids), _AT_ONCE)]
    )
    rows = [row for page in pages for row in table.rows(columns, where, **equal, **page)]
    rows = [row for row in rows if user is None or _is_of_user(row["record"], replace_surrogates(user))]
    rows.sort(key=lambda row: (row["started_at"], row["id"]))
    kept = asked.get("keep_latest")
    return [Found(row["id"], row["thread_id"]) for row in (rows if kept is None else rows[: max(len(rows) - kept, 0)])]


def threads_left(table: Table, found: Iterable[Found]) -> dict[str, int]:
    """Of each thread of traces that go how many traces stay.

    Raises:
        StoreError: The table could not be read.
    """
    gone, threads = {one.id for one in found}, sorted({one.thread_id for one in found if one.thread_id})
    left = dict.fromkeys(threads, 0)
    for at in range(0, len(threads), _AT_ONCE):
        for row in table.rows(["id", "thread_id"], thread_id=threads[at : at + _AT_ONCE]):
            left[row["thread_id"]] += row["id"] not in gone
    return left


class Reach(NamedTuple):
    """What is meant where more is erased than traces."""

    found_ids: tuple[str, ...]
    """The traces that are there."""
    trace_ids: frozenset[str]
    """Those, and others that were named by hand: they may have been deleted before."""
    thread_ids: frozenset[str]
    """Threads of which all of it is meant: no trace of them is left."""


def reach_of(table: Table, traces: TraceLike | Iterable[TraceLike] | None, filters: Mapping[str, Any]) -> Reach:
    """What is meant by traces that are named by hand, or by filters.

    Raises:
        InvalidCoachingError: As of `check_filters`.
        StoreError: The table could not be read.
    """
    ids = ids_of(traces)
    check_filters(ids, filters)
    found = find_traces(table, ids, filters)
    given = {name for name, value in filters.items() if value is not None}
    threads = {thread for thread, left in threads_left(table, found).items() if not left}
    if ids is None and given == {"thread_id"}:  # perhaps none of its runs was captured, or they were deleted before
        threads.add(filters["thread_id"])
    named = () if ids is None or given else ids
    return Reach(tuple(one.id for one in found), frozenset({one.id for one in found}.union(named)), frozenset(threads))


def _time_ago(age: timedelta) -> datetime:
    try:
        return datetime.now(UTC) - age
    except OverflowError:  # nothing is that old
        return datetime(1, 1, 2, tzinfo=UTC)


def _is_of_user(record: str, user: str) -> bool:
    try:
        metadata = json.loads(record).get("metadata") or {}
    except ValueError:
        return False
    return any(str(metadata[name]) == user for name in USER_FIELDS if metadata.get(name) is not None)
