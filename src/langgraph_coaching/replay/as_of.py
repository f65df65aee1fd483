"""`as_of`: which coachings a replay assumes, and in which revision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.row import coaching_of
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError
from langgraph_coaching.storage.rows import read_each, read_one

if TYPE_CHECKING:
    from collections.abc import Iterable

    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Coaching

AsOf = datetime | Mapping[str, int] | str | None
"""A time, the revision of each coaching by id, `"recorded"`, or None for now."""

RECORDED = "recorded"


def read_as_of(value: Any) -> AsOf:
    """Checks what was given as `as_of`; a time without a zone is taken as UTC.

    Raises:
        InvalidCoachingError: It is none of the four.
    """
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, Mapping):
        return dict(value)
    if value is None:
        return None
    if value == RECORDED:
        return RECORDED
    raise InvalidCoachingError(
        f"as_of is a datetime, a mapping of coaching ids to revisions, or {RECORDED!r}, not {value!r}"
    )


def coachings_at(store: Coachings, as_of: datetime | Mapping[str, int]) -> list[Coaching]:
    """The coachings as they were.

    Args:
        store: Where every revision is.
        as_of: A time, or exactly these revisions.

    Raises:
        NotFoundError: There is no such revision, or no longer.
        StoreError: The store could not be read.
    """
    wanted = dict(as_of) if isinstance(as_of, Mapping) else _heads_at(store, as_of)
    rows = store.rows(["id", "revision", "record"], id=sorted(wanted)) if wanted else []
    found = {(row["id"], row["revision"]): row["record"] for row in rows}
    missing = sorted(pair for pair in wanted.items() if pair not in found)
    if missing:
        name, revision = missing[0]
        raise NotFoundError(f"there is no revision {revision} of {name!r}; see coach.history({name!r})")
    records = [
        (f"coaching {name!r}, revision {revision}", found[name, revision]) for name, revision in sorted(wanted.items())
    ]
    if isinstance(as_of, Mapping):
        return [read_one(name, record, coaching_of) for name, record in records]
    return [*read_each(records, coaching_of)]


def _heads_at(store: Coachings, time: datetime) -> dict[str, int]:
    heads: dict[str, int] = {}
    for row in store.rows(["id", "revision", "updated_at"]):
        if row["updated_at"] <= time:
            heads[row["id"]] = max(row["revision"], heads.get(row["id"], 0))
    return heads


def replace_coachings(base: Iterable[Coaching], without: Iterable[str], using: Iterable[Coaching]) -> list[Coaching]:
    """The coachings with some taken away, and others added or put in the place of those with the same id."""
    gone = set(without)
    named = {coaching.id: coaching for coaching in (*base, *using)}
    return [coaching for name, coaching in named.items() if name not in gone]
