"""Audit: every change of every coaching in order of time; who, when, and what, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from langgraph_coaching.authoring.audit_index import Place, places_in_time
from langgraph_coaching.coaching.changes import changer_of, changes_between
from langgraph_coaching.coaching.coachings import name_of
from langgraph_coaching.coaching.row import coaching_of
from langgraph_coaching.storage.rows import read_each
from langgraph_coaching.storage.storable import time_asked
from langgraph_coaching.storage.table import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from langgraph_coaching.coaching.changes import FieldChange
    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Coaching

BATCH = 500
"""Changes that are read at once."""

Kind = Literal[
    "added", "edited", "promoted", "archived", "restored", "rolled back", "deleted", "imported", "unreadable"
]
"""What a change is; `unreadable` where a newer version of the package has written it."""

_PRIVATE = "(private)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One revision: who has made it, when, and what it changed; prints in one line."""

    at: datetime
    by: str | None
    """None where nobody was named."""
    coaching_id: str
    revision: int
    kind: Kind
    intent: str = ""
    """As it is from then on."""
    fields: tuple[FieldChange, ...] = ()
    """What it said before and no longer (`removed`), and what it says since (`added`)."""
    change_set: str | None = None
    """The set that it is of, where several were changed together."""

    def __str__(self) -> str:
        by = f" by {self.by}" if self.by else ""
        names = ", ".join(one.field for one in self.fields if self.kind != "added")
        told = f": {names}" if names else ""
        return f"{self.at:%Y-%m-%d %H:%M:%S} UTC  {self.coaching_id} revision {self.revision} {self.kind}{by}{told}"

    def to_json(self) -> dict[str, Any]:
        """The same as JSON values; each field with `before` and `after`, lists of texts."""
        return {
            "at": self.at.isoformat(),
            "by": self.by,
            "coaching_id": self.coaching_id,
            "revision": self.revision,
            "kind": self.kind,
            "intent": self.intent,
            "change_set": self.change_set,
            "fields": [{"field": c.field, "before": [*c.removed], "after": [*c.added]} for c in self.fields],
        }


class Auditor:
    """Reads the changes of one namespace.

    Args:
        store: The coachings.
    """

    def __init__(self, store: Coachings) -> None:
        self._store = store

    def audit(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        author: str | None = None,
        coaching_id: str | None = None,
        notes: bool = False,
    ) -> Iterator[Change]:
        """Every change, the oldest first, of deleted coachings too; what was purged is in none.

        They are read as they are asked for: a long history is never in memory as a whole.

        Args:
            since: Made at or after; a time without a zone is taken as UTC.
            until: Made before.
            author: Made by them.
            coaching_id: Of this coaching.
            notes: With the words of private notes; else only that they were changed.

        Yields:
            The changes; those of one moment by the coaching's id.

        Raises:
            InvalidCoachingError: A time is none.
            StoreError: The store could not be read.
        """
        asked = (("since", since), ("until", until))
        times = {name: None if time is None else time_asked(name, time) for name, time in asked}
        places = places_in_time(self._store, **times, coaching_id=coaching_id)
        return self._changes(places, author, notes=notes)

    def _changes(self, places: Sequence[Place], author: str | None, *, notes: bool) -> Iterator[Change]:
        for start in range(0, len(places), BATCH):
            some = places[start : start + BATCH]
            wanted = {(one.coaching_id, number) for one in some for number in (one.revision, one.before) if number}
            found = self._read_revisions(sorted(wanted))
            for place in some:
                after = found.get((place.coaching_id, place.revision))
                before = found.get((place.coaching_id, place.before or 0))
                change = _change_at(place, before, after, notes=notes)
                if author in (None, change.by):
                    yield change

    def _read_revisions(self, revisions: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Coaching]:
        keys = [key_of(self._store.namespace, name, number) for name, number in revisions]
        rows = self._store.rows(["namespace", "id", "revision", "record"], key=keys)
        read = read_each(((name_of(row), row["record"]) for row in rows), coaching_of)
        return {(one.id, one.revision): one for one in read}


def _change_at(place: Place, before: Coaching | None, after: Coaching | None, *, notes: bool) -> Change:
    known: dict[str, Any] = {"at": place.at, "coaching_id": place.coaching_id, "revision": place.revision}
    if after is None or (before is None and place.before):
        return Change(**known, by=changer_of(after, after) if after else None, kind="unreadable")
    fields = changes_between(before, after)
    told = fields if notes else [_without_words(one) if one.field == "notes" else one for one in fields]
    kind = _kind_of(place, before, after)
    known["change_set"] = after.changed_in.id if after.changed_in else None
    return Change(**known, by=changer_of(before, after), kind=kind, intent=after.intent, fields=tuple(told))


def _without_words(change: FieldChange) -> FieldChange:
    hidden = {name: (_PRIVATE,) if getattr(change, name) else () for name in ("removed", "added")}
    return type(change)(field=change.field, **hidden)


def _kind_of(place: Place, before: Coaching | None, after: Coaching) -> Kind:
    if after.deleted:
        return "deleted"
    if after.lineage:
        return "imported"
    if before is None:
        return "added"
    mark = after.changed_in
    if mark is not None and (mark.undoes is not None or after.status != "archived"):
        return "promoted" if mark.undoes is None else "rolled back"
    back = before.deleted or (before.status == "archived" and after.status == "active")
    other: Kind = "restored" if back or place.again else "edited"
    return "archived" if after.status == "archived" != before.status else other
