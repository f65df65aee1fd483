"""Fields of a coaching that were changed in a file, in the store, or in both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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


def _by_situation(examples: Iterable[Example]) -> dict[Any, list[Example]]:
    found: dict[Any, list[Example]] = {}
    for example in examples:
        found.setdefault((example.text, example.turns), []).append(example)
    return found
