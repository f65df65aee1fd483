"""Merge: what becomes of a coaching that was changed in a file, in the store, or in both.

Pure. The base is what both come from: the revision that the file was exported from, where the store has it; else the
latest one that both know of by its digest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from langgraph_coaching.coaching.exchange import SAID, digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from langgraph_coaching.coaching.exchange import CoachingText
    from langgraph_coaching.coaching.model import Coaching, Example

Side = Literal["file", "store"]
"""Whose word counts where both have changed the same field."""

_EDITED = "+"
"""Behind the digest that a text was exported from, in the lineage of what was written from it after it was edited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldConflict:
    """A field that file and store have changed, each in its own way."""

    field: str
    base: Any
    """What both come from; None where they have nothing in common."""
    file: Any
    store: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """What becomes of one coaching."""

    coaching: Coaching | None = None
    """The revision to write; None where there is nothing to write."""
    fields: tuple[str, ...] = ()
    """Fields in which it differs from the store."""
    conflicts: tuple[FieldConflict, ...] = ()


def lineage_of(history: Sequence[Coaching]) -> tuple[str, ...]:
    """Digests of all revisions that the latest one comes from, oldest first, its own at the end."""
    found: dict[str, None] = {}
    for revision in history:
        for digest in (*(one.rstrip(_EDITED) for one in revision.lineage), digest_of(revision)):
            found[digest] = found.pop(digest, None)
    return tuple(found)


def merge_coaching(text: CoachingText, history: Sequence[Coaching], prefer: Side | None = None) -> Merge:
    """Changed in the file only: the next revision. In the store only: nothing. In both: merged, or a conflict.

    Args:
        text: What the file says.
        history: Every revision in the store, oldest first; none where the coaching is new there.
        prefer: Whose word counts in a conflict; none is written when None.
    """
    if not history:
        return _add_from(text)
    latest, lineage = history[-1], lineage_of(history)
    if not latest.deleted and not _changed_fields(text, latest, text.coaching):
        return Merge()
    if text.digest in lineage[:-1] and not _is_edited(text, history):
        return Merge()  # the store has gone on from what the file says
    if latest.deleted and prefer is None:
        return Merge(conflicts=(FieldConflict(field="deleted", base=None, file="edited", store="deleted"),))
    base = _base_of(text, history)
    if base is latest or (latest.deleted and prefer == "file"):
        return _write_over(text, latest, _values_of(text.coaching), base)
    return Merge() if latest.deleted else _merge_three(text, latest, base, prefer)


def _add_from(text: CoachingText) -> Merge:
    coaching = text.coaching
    told: dict[str, Any] = {"lineage": _lineage_from(text)}
    if text.digest is not None and text.edited:
        told["revision"] = coaching.revision + 1
    return Merge(coaching=coaching.model_copy(update=told), fields=("intent",))


def _lineage_from(text: CoachingText) -> tuple[str, ...]:
    return (*text.earlier, text.digest + _EDITED) if text.digest and text.edited else text.earlier


def _is_edited(text: CoachingText, history: Iterable[Coaching]) -> bool:
    exported = next((one for one in history if digest_of(one) == text.digest), None)
    return text.edited if exported is None else bool(_changed_fields(text, exported, text.coaching))


def _base_of(text: CoachingText, history: Sequence[Coaching]) -> Coaching | None:
    """The latest revision that the file has seen: as it was imported from it, or as it was exported to it."""
    if text.digest is None:
        return None
    for revision in reversed(history):
        if revision.lineage[-1:] == (text.digest + _EDITED,):
            return revision
    known = {digest_of(revision): revision for revision in history}
    return next((known[one] for one in (text.digest, *reversed(text.earlier)) if one in known), None)


def _fields_of(text: CoachingText) -> tuple[str, ...]:
    return (*SAID, "notes") if text.notes_given else SAID


def _values_of(coaching: Coaching) -> dict[str, Any]:
    return {name: getattr(coaching, name) for name in (*SAID, "notes")}


def _changed_fields(text: CoachingText, one: Coaching, other: Coaching) -> tuple[str, ...]:
    return tuple(name for name in _fields_of(text) if getattr(one, name) != getattr(other, name))


def _write_over(text: CoachingText, latest: Coaching, values: dict[str, Any], base: Coaching | None) -> Merge:
    """The next revision, with the number it was exported with where that is free."""
    changes = {name: values[name] for name in _fields_of(text)}
    fields = tuple(name for name, value in changes.items() if value != getattr(latest, name))
    whole = base is latest
    coaching = latest.revised(**changes, deleted=False, lineage=_lineage_from(text) if whole else ())
    if whole and text.coaching.revision > latest.revision:
        coaching = coaching.model_copy(update={"revision": text.coaching.revision + text.edited})
    return Merge(coaching=coaching, fields=fields or ("deleted",))


def _merge_three(text: CoachingText, latest: Coaching, base: Coaching | None, prefer: Side | None) -> Merge:
    values, conflicts = _values_of(latest), []
    for name in _changed_fields(text, latest, text.coaching):
        conflict = FieldConflict(
            field=name,
            base=None if base is None else getattr(base, name),
            file=getattr(text.coaching, name),
            store=getattr(latest, name),
        )
        merged = None if base is None else _merge_field(conflict)
        if merged is None:
            conflicts.append(conflict)
            values[name] = conflict.file if prefer == "file" else conflict.store
        else:
            (values[name],) = merged
    if conflicts and prefer is None:
        return Merge(conflicts=tuple(conflicts))
    if all(values[name] == getattr(latest, name) for name in _fields_of(text)):
        return Merge()
    return _write_over(text, latest, values, None)


def _merge_field(one: FieldConflict) -> tuple[Any] | None:
    """What holds where at most one side has changed a field, or both its examples; None where both have."""
    if one.field == "examples":
        examples = merge_examples(one.base, one.file, one.store)
        return None if examples is None else (examples,)
    if one.base == one.store:
        return (one.file,)
    return (one.store,) if one.base == one.file else None


def merge_examples(
    base: Sequence[Example], file: Sequence[Example], store: Sequence[Example]
) -> tuple[Example, ...] | None:
    """What each side has added or taken away, in the store's order, what the file has added behind.

    Returns:
        None where both have changed what they say of the same situation.
    """
    began, mine, theirs = (_by_situation(some) for some in (base, file, store))
    found: dict[Any, list[Example]] = {}
    for key in dict.fromkeys((*theirs, *mine)):
        old, new, held = began.get(key, []), mine.get(key, []), theirs.get(key, [])
        if held not in (old, new) and new != old:
            return None
        found[key] = new if held == old else held
    return tuple(example for some in found.values() for example in some)


def _by_situation(examples: Iterable[Example]) -> dict[Any, list[Example]]:
    found: dict[Any, list[Example]] = {}
    for example in examples:
        found.setdefault((example.text, example.turns), []).append(example)
    return found
