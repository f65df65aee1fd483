"""Merge: what becomes of a coaching that was changed in a file, in the store, or in both. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from langgraph_coaching.authoring.lineage import bases_of, lineage_from, lineage_of
from langgraph_coaching.authoring.merge_fields import FieldConflict, merge_examples, merge_values
from langgraph_coaching.coaching.exchange import SAID, digest_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langgraph_coaching.coaching.exchange import CoachingText
    from langgraph_coaching.coaching.model import Coaching

Side = Literal["file", "store"]
"""Whose word counts where both have changed the same field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """What becomes of one coaching."""

    coaching: Coaching | None = None
    """The revision to write; None where there is nothing to write."""
    fields: tuple[str, ...] = ()
    """Fields in which it differs from the store."""
    conflicts: tuple[FieldConflict, ...] = ()


def merge_coaching(text: CoachingText, history: Sequence[Coaching], prefer: Side | None = None) -> Merge:
    """Changed in the file only: the next revision. In the store only: nothing. In both: merged, or a conflict.

    Args:
        text: What the file says.
        history: Every revision in the store, oldest first; none where the coaching is new there.
        prefer: Whose word counts in a conflict; nothing is written when None.
    """
    if not history:
        number = text.coaching.revision + (text.digest is not None and text.edited)
        added = text.coaching.model_copy(update={"lineage": lineage_from(text), "revision": number})
        return Merge(coaching=added, fields=("intent",))
    latest, (exported, imported) = history[-1], bases_of(text, history)
    file = _values_of(text, text.coaching)
    known = text.digest in lineage_of(history) and imported is exported
    if known and not _is_edited(text, file, exported):
        return Merge()  # the store says the same, or has gone on from it
    if latest.deleted and prefer != "file":
        there = FieldConflict(field="deleted", base=None, file="edited", store="deleted")
        return Merge(conflicts=(there,)) if prefer is None else Merge()
    if exported is latest or latest.deleted:
        return _revise(text, latest, file)
    values, conflicts = _merge_each(text, latest, exported, imported, prefer)
    if conflicts and prefer is None:
        return Merge(conflicts=tuple(conflicts))
    return _revise(text, latest, values)


def _values_of(text: CoachingText, coaching: Coaching) -> dict[str, Any]:
    return {name: getattr(coaching, name) for name in (SAID if not text.notes_given else (*SAID, "notes"))}


def _is_edited(text: CoachingText, file: dict[str, Any], exported: Coaching | None) -> bool:
    """Whether the file says something else than what was exported, its notes too where that is at hand."""
    if text.edited or exported is None or digest_of(exported) != text.digest:
        return text.edited
    return file != _values_of(text, exported)


def _merge_each(
    text: CoachingText, latest: Coaching, exported: Coaching | None, imported: Coaching | None, prefer: Side | None
) -> tuple[dict[str, Any], list[FieldConflict]]:
    values, conflicts = _values_of(text, latest), []
    for name, file in _values_of(text, text.coaching).items():
        store, merged = values[name], None
        base: Any = getattr(exported, name, None)
        since: Any = getattr(imported, name, None)
        if exported is not None or file == store:
            merged = (merge_examples if name == "examples" and exported else merge_values)(base, since, file, store)
        if merged is None:
            conflicts.append(FieldConflict(field=name, base=base, file=file, store=store))
            merged = (file if prefer == "file" else store,)
        (values[name],) = merged
    return values, conflicts


def _revise(text: CoachingText, latest: Coaching, values: dict[str, Any]) -> Merge:
    """The next revision, with the number that it was exported with where that is higher."""
    fields = tuple(name for name, value in values.items() if value != getattr(latest, name))
    whole = values == _values_of(text, text.coaching)
    if not fields and not (latest.deleted and whole):
        return Merge()
    coaching = latest.revised(**values, deleted=False, lineage=lineage_from(text) if whole else ())
    if whole and text.coaching.revision > latest.revision:
        coaching = coaching.model_copy(update={"revision": text.coaching.revision + text.edited})
    return Merge(coaching=coaching, fields=fields or ("deleted",))
