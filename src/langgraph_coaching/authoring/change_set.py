"""A change set: coachings whose stage was changed together, in one commit, as their own histories tell of it."""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.one_line import cut_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from langgraph_coaching.coaching.model import ChangeMark, Coaching, Status


NOTE = 200
"""Characters of a note that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChange:
    """What a change set has done to one coaching."""

    coaching_id: str
    intent: str
    from_revision: int
    to_revision: int
    before: Status
    """Its status before."""
    after: Status
    share: float | None = None
    """0..1: of a canary, its share of the threads afterwards."""
    replaced_by: tuple[str, ...] = ()
    """Coachings of the set that have taken its place."""

    def __str__(self) -> str:
        """One line: which, from what to what."""
        share = f" in {self.share * 100:g} % of the threads" if self.share is not None else ""
        by = f", replaced by {', '.join(self.replaced_by)}" if self.replaced_by else ""
        return f"{self.coaching_id} {self.before} → {self.after}{share}{by} (revision {self.to_revision})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """Coachings whose stage was changed together: all of them in one commit, or none."""

    id: str
    at: datetime
    """When, in UTC."""
    author: str | None = None
    note: str = ""
    changes: tuple[StageChange, ...]
    """What it has done to each coaching, in order of id; one that was purged since is missing."""
    undoes: str | None = None
    """The set that this one has taken back."""
    undone_by: str | None = None
    """The set that has taken this one back."""

    @property
    def replaced(self) -> tuple[str, ...]:
        """Ids of the coachings whose place others have taken."""
        return tuple(change.coaching_id for change in self.changes if change.replaced_by)

    def to_json(self) -> dict[str, Any]:
        """JSON values of all of it."""
        return asdict(self) | {"at": self.at.isoformat()}

    def __repr__(self) -> str:
        """One line: which, and what it has done."""
        return f"ChangeSet({self.id}: {'; '.join(map(str, self.changes))})"

    def __str__(self) -> str:
        """Who, when and why, and below a line a coaching."""
        by = f" by {self.author}" if self.author else ""
        undoes = f", takes back {self.undoes}" if self.undoes else ""
        undone = f", taken back by {self.undone_by}" if self.undone_by else ""
        note = f": {cut_line(self.note, NOTE)}" if self.note else ""
        head = f"{self.id}, {self.at:%Y-%m-%d %H:%M} UTC{by}{undoes}{undone}{note}"
        return "\n".join((head, *(f"  {change}" for change in self.changes)))


def new_set_id() -> str:
    """A short id, such as `s-3fa9c0d2e1b7`."""
    return "s-" + secrets.token_hex(6)


def read_sets(marked: Iterable[Coaching]) -> list[ChangeSet]:
    """The change sets that revisions tell of, newest first.

    Args:
        marked: Revisions that were made by a set, in any order.
    """
    found: dict[str, list[tuple[Coaching, ChangeMark]]] = defaultdict(list)
    for coaching in marked:
        if coaching.changed_in is not None:
            found[coaching.changed_in.id].append((coaching, coaching.changed_in))
    undone = {mark.undoes: name for name, pairs in found.items() for _, mark in pairs if mark.undoes}
    sets = [_set_of(name, pairs, undone.get(name)) for name, pairs in found.items()]
    return sorted(sets, key=lambda one: (one.at, one.id), reverse=True)


def set_of(revisions: Sequence[Coaching]) -> ChangeSet:
    """The change set that some revisions have just been made by."""
    (found,) = read_sets(revisions)
    return found


def _set_of(name: str, pairs: list[tuple[Coaching, ChangeMark]], undone_by: str | None) -> ChangeSet:
    first = pairs[0][1]
    return ChangeSet(
        id=name,
        at=max(coaching.updated_at for coaching, _ in pairs),
        author=first.author,
        note=first.note,
        changes=tuple(_change_of(*pair) for pair in sorted(pairs, key=lambda pair: pair[0].id)),
        undoes=first.undoes,
        undone_by=undone_by,
    )


def _change_of(coaching: Coaching, mark: ChangeMark) -> StageChange:
    return StageChange(
        coaching_id=coaching.id,
        intent=coaching.intent,
        from_revision=mark.before,
        to_revision=coaching.revision,
        before=mark.status,
        after=coaching.status,
        share=coaching.share,
        replaced_by=mark.replaced_by,
    )
