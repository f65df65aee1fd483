"""Re-embedding: every vector of the table computed anew with another embedder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.coachings import TABLE
from langgraph_coaching.coaching.row import coaching_of, row_of, schema_of
from langgraph_coaching.storage.faults import faults
from langgraph_coaching.storage.rows import read_one

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lancedb.table import Table

    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.coaching.row import Vectors
    from langgraph_coaching.storage.database import Database


def reembed(store: Coachings, embed: Callable[[Sequence[Coaching]], Sequence[Vectors]]) -> int:
    """Computes every vector of the table anew, all namespaces, and swaps the table in one commit.

    Others may go on reading and writing: what they save meanwhile is taken along.

    Args:
        store: Any namespace of it.
        embed: Unit vectors (`float32[dimension]`) of coachings: of the intent, then of the examples.

    Returns:
        How many revisions were rewritten.

    Raises:
        EmbedderError: The embedder failed; nothing was changed.
        StoreError: The table could not be read or written.
    """
    if store.table() is None:
        return 0
    store.database.upgrade.run(store.database)  # which nobody may hold up who goes on to write
    with store.database.hold_versions():
        return _replace_vectors(store, embed)


def _replace_vectors(store: Coachings, embed: Callable[[Sequence[Coaching]], Sequence[Vectors]]) -> int:
    import pyarrow as pa

    rows: dict[str, dict[str, Any]] = {}
    records = _read_records(store.database)
    while new := records.keys() - rows.keys():  # again for what was saved while these were embedded
        for key in new:
            coaching = read_one(f"coaching {key}", records[key], coaching_of)
            rows[key] = row_of(coaching, embed([coaching])[0])
        records = _read_records(store.database)
    if not records:
        return 0
    kept = [rows[key] for key in records]
    schema = schema_of(store.embedder, len(kept[0]["vector"]))
    store.database.replace(TABLE, pa.Table.from_pylist(kept, schema=schema))
    return _add_missed(store, embed, records, schema.metadata[b"made"])


def _add_missed(
    store: Coachings, embed: Callable[[Sequence[Coaching]], Sequence[Vectors]], swapped: dict[str, str], made: bytes
) -> int:
    """Brings in what others committed between the last reading and the swap."""
    before = _read_records(store.database, made)
    for key in before.keys() - swapped.keys():
        coaching = read_one(f"coaching {key}", before[key], coaching_of)
        store.insert([coaching], embed([coaching]))
    if gone := swapped.keys() - before.keys():
        store.erase(sorted(gone))
    return len(before)


def _read_records(database: Database, made: bytes | None = None) -> dict[str, str]:
    """Every record by its key: now, or as it was just before the table with the token `made` replaced it."""
    with faults(database.uri):
        table = database.reopen(TABLE)
        if made is not None:
            version = table.version
            while _token_at(table, version) != made:
                version -= 1
            while _token_at(table, version) == made:
                version -= 1
        found = table.search().select(["key", "record"]).limit(None).to_arrow().to_pylist()
    return {row["key"]: row["record"] for row in found}


def _token_at(table: Table, version: int) -> Any:
    table.checkout(version)
    return (table.schema.metadata or {}).get(b"made")
