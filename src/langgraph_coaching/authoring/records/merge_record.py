"""What becomes of a record that was imported before: changed there, in the store, or in both. Pure.

A revision that was made of a record carries in its lineage what the record said, a digest a field; so that of what is
imported again it is known which side has changed it.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from langgraph_coaching.authoring.merge import Merge
from langgraph_coaching.authoring.merge_fields import FieldConflict
from langgraph_coaching.coaching.compose import compose
from langgraph_coaching.coaching.model import Example

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langgraph_coaching.authoring.merge import Side
    from langgraph_coaching.authoring.records.record import Record
    from langgraph_coaching.coaching.model import Coaching, Status

FIELDS = ("intent", "behavior", "examples")


def merge_record(
    record: Record, history: Sequence[Coaching], *, namespace: str, status: Status, prefer: Side | None = None
) -> Merge:
    """New: a coaching. Changed there only: the next revision. In the store only: nothing. In both: a conflict.

    Args:
        record: As it was read.
        history: Every revision of its coaching, oldest first; none where there is none.
        namespace: Where it goes.
        status: Of one that is new.
        prefer: Whose word counts in a conflict; nothing is written when None.

    Raises:
        InvalidCoachingError: What it says is not acceptable.
    """
    examples = [Example(text=record.question, reference=record.id)] if record.question else []
    told = compose(
        namespace, id=record.id, intent=record.intent, behavior=record.behavior, examples=examples, notes=record.notes,
        status=status,
    )  # fmt: skip
    said = _lineage_of(told)
    if not history:
        return Merge(coaching=told.model_copy(update={"lineage": said}), fields=("intent",))
    latest, before = history[-1], _said_before(history)
    changed = [name for name in FIELDS if before.get(name) != said[FIELDS.index(name)]]
    if not changed or (latest.deleted and prefer == "store"):
        return Merge()
    if latest.deleted and prefer is None:
        there = FieldConflict(field="deleted", base=None, file="changed", store="deleted")
        return Merge(conflicts=(there,))
    values: dict[str, Any] = {"notes": record.notes} if latest.notes == history[0].notes else {}
    conflicts = []
    now = dict(zip(FIELDS, _lineage_of(latest), strict=True))
    for name in changed:
        mine, theirs = getattr(told, name), getattr(latest, name)
        if name == "examples":
            known = {one.text for one in theirs}
            values[name] = (*theirs, *(one for one in mine if one.text not in known))
        elif mine != theirs and now[name] != before.get(name) and prefer is None:
            conflicts.append(FieldConflict(field=name, base=_base_of(name, before, history), file=mine, store=theirs))
        elif mine != theirs and (now[name] == before.get(name) or prefer == "file"):
            values[name] = mine
    if conflicts:
        return Merge(conflicts=tuple(conflicts))
    fields = tuple(name for name, value in values.items() if name in FIELDS and value != getattr(latest, name))
    if not fields and not latest.deleted:
        return Merge()
    return Merge(coaching=latest.revised(**values, deleted=False, lineage=said), fields=fields or ("deleted",))


def _lineage_of(coaching: Coaching) -> tuple[str, ...]:
    return tuple(f"{name}:{_digest_of(getattr(coaching, name))}" for name in FIELDS)


def _digest_of(value: Any) -> str:
    said = value.model_dump(mode="json") if hasattr(value, "model_dump") else value
    said = [one.text for one in said] if isinstance(said, tuple) else said
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


def _said_before(history: Sequence[Coaching]) -> dict[str, str]:
    """What the record said when it was last imported, a digest a field."""
    told = (entry for revision in history for entry in revision.lineage)
    return {name: entry for entry in told if (name := entry.partition(":")[0]) in FIELDS}


def _base_of(name: str, before: dict[str, str], history: Sequence[Coaching]) -> Any:
    """The value that both come from, where a revision still says it."""
    held = (getattr(one, name) for one in history if _lineage_of(one)[FIELDS.index(name)] == before.get(name))
    return next(held, None)
