"""Where the changes stand in time: a few dozen bytes a revision, so that their texts need not be read all at once."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from langgraph_coaching.coaching.coachings import Coachings

_COLUMNS = ("id", "revision", "updated_at", "content_hash")


class Place(NamedTuple):
    """Where one revision stands."""

    at: datetime
    coaching_id: str
    revision: int
    before: int | None
    """The revision before it; None for the first one."""
    again: bool
    """Whether it says what an earlier one said, and not the one before."""


def places_in_time(
    store: Coachings, *, since: datetime | None, until: datetime | None, coaching_id: str | None
) -> list[Place]:
    """The revisions of a namespace, by their time, then by id and number.

    Args:
        store: The coachings.
        since: At or after, in UTC.
        until: Before.
        coaching_id: Of this one only.
    """
    found = store.arrow(_COLUMNS, **({} if coaching_id is None else {"id": coaching_id}))
    if found is None:
        return []
    rows = zip(*(found.column(name).to_pylist() for name in _COLUMNS), strict=True)
    by_id = groupby(sorted(rows, key=lambda row: row[:2]), key=lambda row: row[0])
    places = (place for _, revisions in by_id for place in _places_of(revisions))
    return sorted(one for one in places if (since is None or one.at >= since) and (until is None or one.at < until))


def _places_of(revisions: Iterator[tuple[str, int, datetime, str]]) -> Iterator[Place]:
    """The places of one coaching's revisions, in their order."""
    before, said_before, said = None, "", set[str]()
    for name, number, at, says in revisions:
        yield Place(at, name, int(number), before, says != said_before and says in said)
        before, said_before = int(number), says
        said.add(says)
