"""Row: a revision as the table of coachings holds it, and the table's schema."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

import numpy as np

from langgraph_coaching.coaching.model import Coaching
from langgraph_coaching.storage.table import COMPRESSED, KEY, key_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    Vectors = Sequence[NDArray[np.float32]] | NDArray[np.float32]


def schema_of(embedder: str, dimension: int) -> pa.Schema:
    """The table's schema; every call makes that of another table."""
    import pyarrow as pa

    moment = pa.timestamp("us", tz="UTC")
    return pa.schema(
        [
            pa.field("key", pa.string(), nullable=False, metadata=KEY),
            pa.field("namespace", pa.string(), nullable=False),
            pa.field("id", pa.string(), nullable=False),
            pa.field("revision", pa.int32(), nullable=False),
            pa.field("status", pa.string(), nullable=False),
            pa.field("intent", pa.string(), nullable=False),
            pa.field("content_hash", pa.string(), nullable=False),
            pa.field("created_at", moment, nullable=False),
            pa.field("updated_at", moment, nullable=False),
            pa.field("record", pa.string(), nullable=False, metadata=COMPRESSED),
            # The intent's vector stands in a column of its own, so that any LanceDB client can search it.
            pa.field("vector", pa.list_(pa.float32(), dimension), nullable=False),
            pa.field("examples", pa.list_(pa.list_(pa.float32(), dimension)), nullable=False),
            pa.field("change_set", pa.string()),
            # Where a large store is searched; None in the rows of an earlier version, until upkeep has placed them.
            pa.field("prototype", pa.list_(pa.float32(), dimension)),
            pa.field("agent", pa.string()),
            pa.field("node", pa.string()),
        ],
        # `made` tells apart two tables of one name: vectors read from the one are not those of the other.
        metadata={"embedder": embedder, "dimension": str(dimension), "made": secrets.token_hex(8)},
    )


def row_of(coaching: Coaching, vectors: Vectors) -> dict[str, Any]:
    """A row of the table: a revision and the unit vectors of its `recall.vectors.texts_of`."""
    return {
        "key": key_of(coaching.namespace, coaching.id, coaching.revision),
        **coaching.model_dump(include={"namespace", "id", "revision", "status", "intent", "created_at", "updated_at"}),
        "content_hash": coaching.content_hash,
        "change_set": coaching.changed_in.id if coaching.changed_in else None,
        "record": coaching.model_dump_json(exclude=coaching.unused),
        "vector": vectors[0],
        "examples": list(vectors[1:]),
        **place_of(coaching, vectors),
    }


def coaching_of(record: str, content_hash: str | None = None) -> Coaching:
    """Reads a coaching from its stored record.

    Args:
        record: As `row_of` has written it.
        content_hash: As it was written beside it, where that was read too: it takes as long to make as all the rest.
    """
    fields: dict[str, Any] = json.loads(record)
    fields.pop("content_hash", None)
    read = Coaching(**fields)
    if content_hash is not None:
        vars(read)["content_hash"] = content_hash
    return read


def place_of(coaching: Coaching, vectors: Vectors) -> dict[str, Any]:
    """Where a large store is searched for it: the unit mean of what it applies to, and the labels of its scope.

    Args:
        coaching: A revision.
        vectors: As for `row_of`.
    """
    applies = [True, *(one.applies for one in coaching.examples)]
    mean = np.asarray(vectors, dtype=np.float32)[applies].mean(axis=0)
    scope = coaching.scope
    return {
        "prototype": mean / max(float(np.linalg.norm(mean)), 1e-9),
        "agent": scope.agent or "",
        "node": scope.node or "",
    }
