"""Fields of a coaching that were changed by two: in a file and in the store, or by two people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.example_changes import situation_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from langgraph_coaching.coaching.model import Example


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldConflict:
    """A field that file and store have changed, each in its own way."""

    field: str
    base: Any
    """What both come from; None where they have nothing in common."""
    file: Any
    store: Any


def merge_values(exported: Any, imported: Any, file: Any, store: Any) -> tuple[Any] | None:
    """Whoever has changed a value has the say; nobody, where both have.

    Args:
        exported: As it was exported to the file.
        imported: As it was last imported from a file of that export.
        file: As it is in the file.
        store: As it is in the store.

    Returns:
        What holds; None in a conflict. It is one too where the file says what was exported and an import has changed
        it since: it was taken back, or this file is an older one.
    """
    if file == store:
        return (file,)
    if file == exported:
        return (store,) if imported == exported else None
    return (file,) if store in (exported, imported) else None


def merge_examples(
    exported: Sequence[Example], imported: Sequence[Example], file: Sequence[Example], store: Sequence[Example]
) -> tuple[tuple[Example, ...]] | None:
    """Like `merge_values`, for each situation by itself; in the store's order, what the file has added behind."""
    before, since, mine, theirs = (_by_situation(some) for some in (exported, imported, file, store))
    found: list[Example] = []
    for key in dict.fromkeys((*theirs, *mine, *before, *since)):
        merged = merge_values(*(side.get(key, []) for side in (before, since, mine, theirs)))
        if merged is None:
            return None
        found += merged[0]
    return (tuple(found),)


def merge_labels(began: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> tuple[str, ...]:
    """Two lists that were begun at one: what either has added is there, what either has taken away is not."""
    kept = [one for one in theirs if one in mine or one not in began]
    return (*kept, *(one for one in mine if one not in began and one not in kept))


def merge_situations(
    began: Sequence[Example], mine: Sequence[Example], theirs: Sequence[Example]
) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    """Like `merge_labels`, for situations, each of which is on one side.

    Returns:
        The examples, with mine where both have put a situation somewhere else; and those of mine where it is so.
    """
    before, here, there = ({situation_key(one): one for one in some} for some in (began, mine, theirs))
    found, over = dict(there), []
    for key in dict.fromkeys((*before, *here)):
        was, now, others = (_side_of(side.get(key)) for side in (before, here, there))
        if now in (was, others):
            continue
        if others != was and key in here:
            over.append(here[key])
        if key in here:
            found[key] = here[key]
        else:
            found.pop(key, None)
    return tuple(found.values()), tuple(over)


def _side_of(example: Example | None) -> bool | None:
    return None if example is None else example.applies


def _by_situation(examples: Iterable[Example]) -> dict[Any, list[Example]]:
    found: dict[Any, list[Example]] = {}
    for example in examples:
        found.setdefault((example.text, example.turns), []).append(example)
    return found
