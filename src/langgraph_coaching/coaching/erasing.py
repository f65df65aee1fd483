"""Erasing what coachings have taken from recordings: in every revision, which otherwise stays as it was."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from langgraph_coaching.coaching.coachings import name_of
from langgraph_coaching.coaching.row import coaching_of, place_of
from langgraph_coaching.storage.rows import read_each

if TYPE_CHECKING:
    from collections.abc import Collection

    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Coaching

PASSES = 5
"""How often it is looked whether somebody has saved another revision with the same meanwhile."""

_TICK = timedelta(microseconds=1)
"""By which a rewritten revision is younger: that tells it from what it was wherever it is held in memory."""


class Erased(NamedTuple):
    """What one revision loses."""

    id: str
    examples: tuple[str, ...]
    excerpt: bool


def erase_taken(store: Coachings, references: Collection[str], *, dry_run: bool = False) -> list[Erased]:
    """Takes out of every revision the examples and excerpts that are of some traces or receipts.

    Vectors are kept with the examples they are of: no embedder is asked.

    Args:
        store: The coachings.
        references: Ids of traces and receipts.
        dry_run: Say only what would go.

    Returns:
        What each revision has lost.

    Raises:
        StoreError: The table could not be read or written.
    """
    taken, erased = frozenset(references), list[Erased]()
    for _ in range(PASSES):
        found = _find(store, taken) if taken else []
        erased += [lost for lost, _ in found]
        if not found or dry_run:
            break
        store.rewrite([_rewritten(store, coaching, taken) for _, coaching in found])
    return erased


def _find(store: Coachings, taken: frozenset[str]) -> list[tuple[Erased, Coaching]]:
    rows = store.rows(["namespace", "id", "revision", "record"])
    read = read_each(((name_of(row), row["record"]) for row in rows), coaching_of)
    found = []
    for coaching in read:
        lost = tuple(str((one.applies, one.text, one.turns)) for one in coaching.examples if one.reference in taken)
        excerpt = _is_quoting(coaching, taken)
        if lost or excerpt:
            found.append((Erased(coaching.id, lost, excerpt), coaching))
    return found


def _is_quoting(coaching: Coaching, taken: frozenset[str]) -> bool:
    return coaching.source is not None and coaching.source.trace_id in taken and bool(coaching.source.excerpt)


def _rewritten(store: Coachings, coaching: Coaching, taken: frozenset[str]) -> dict[str, Any]:
    """The row of a revision without what is taken: the columns that change."""
    (row,) = store.rows(["key", "vector", "examples"], id=coaching.id, revision=coaching.revision)
    kept = [index for index, one in enumerate(coaching.examples) if one.reference not in taken]
    source = coaching.source
    if source is not None and _is_quoting(coaching, taken):
        source = source.model_copy(update={"excerpt": ""})
    fields = {name: getattr(coaching, name) for name in type(coaching).model_fields}
    examples = tuple(coaching.examples[index] for index in kept)
    left = type(coaching)(
        **fields | {"examples": examples, "source": source, "updated_at": coaching.updated_at + _TICK}
    )
    vectors = [row["examples"][index] for index in kept]
    return {
        "key": row["key"],
        "updated_at": left.updated_at,
        "content_hash": left.content_hash,
        "record": left.model_dump_json(exclude=left.unused),
        "examples": vectors,
        **place_of(left, [row["vector"], *vectors]),
    }
