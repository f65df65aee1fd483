"""Stored heads: revisions with their vectors, as they are read from the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from langgraph_coaching.coaching.coachings import coaching_of
from langgraph_coaching.recall.scoring.head import Head
from langgraph_coaching.storage.rows import read_each

if TYPE_CHECKING:
    from collections.abc import Sequence

REVISION_KEY = ("id", "revision", "updated_at")
"""What tells one revision from every other: an id that was erased may begin again at revision 1."""


def heads_in(rows: Any, wanted: set[Any]) -> dict[Any, Head]:
    """The heads of wanted revisions that can be read, by id, revision and the time it was made.

    Args:
        rows: What the store read.
        wanted: Which revisions.
    """
    intents = rows["vector"].combine_chunks()
    dimension = intents.type.list_size
    flat = intents.flatten().to_numpy().reshape(-1, dimension)
    examples = rows["examples"].combine_chunks()
    offsets: Sequence[int] = examples.offsets.to_pylist()
    pool = examples.values.flatten().to_numpy().reshape(-1, dimension)
    records = rows["record"]
    keys = enumerate(zip(*(rows[name].to_pylist() for name in REVISION_KEY), strict=True))
    named = [(f"coaching {key[0]!r}, revision {key[1]}", (index, key)) for index, key in keys if key in wanted]

    def head(found: tuple[int, Any]) -> tuple[Any, Head]:
        index, key = found
        vectors = np.vstack([flat[index : index + 1], pool[offsets[index] : offsets[index + 1]]])
        return key, Head(coaching_of(records[index].as_py()), vectors)

    return dict(read_each(named, head))
