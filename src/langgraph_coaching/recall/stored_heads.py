"""Stored heads: revisions with their vectors, as they are read from the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from langgraph_coaching.coaching.revisions import list_revisions
from langgraph_coaching.coaching.row import coaching_of
from langgraph_coaching.recall.scoring.head import Head
from langgraph_coaching.storage.rows import read_each

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

HEAD = ("record", "content_hash", "vector", "examples")
"""What a head is made of."""


def heads_in(rows: Any, wanted: set[Any]) -> dict[Any, Head]:
    """The heads of wanted revisions that can be read, by id, revision and the time it was made.

    Args:
        rows: What the store read: `REVISION_KEY` and `HEAD`.
        wanted: Which revisions.
    """
    keys = list_revisions(rows)
    named = [f"coaching {key[0]!r}, revision {key[1]}" for key in keys]
    return heads_by(keys, named, rows, wanted)


def heads_by(
    keys: Sequence[Hashable], names: Sequence[str], rows: Any, wanted: set[Any] | None = None
) -> dict[Any, Head]:
    """The heads of rows that can be read, by a key of each.

    Args:
        keys: Of each row.
        names: What each row is called where it cannot be read.
        rows: What the store read: `HEAD`.
        wanted: Keys of those that are; None for all of them.
    """
    intents = rows["vector"].combine_chunks()
    dimension = intents.type.list_size
    flat = intents.flatten().to_numpy().reshape(-1, dimension)
    examples = rows["examples"].combine_chunks()
    offsets: Sequence[int] = examples.offsets.to_pylist()
    pool = examples.values.flatten().to_numpy().reshape(-1, dimension)
    records, hashes = rows["record"], rows["content_hash"]
    chosen = [(names[index], index) for index, key in enumerate(keys) if wanted is None or key in wanted]

    def head(index: int) -> tuple[Any, Head]:
        vectors = np.vstack([flat[index : index + 1], pool[offsets[index] : offsets[index + 1]]])
        return keys[index], Head(coaching_of(records[index].as_py(), hashes[index].as_py()), vectors)

    return dict(read_each(chosen, head))
