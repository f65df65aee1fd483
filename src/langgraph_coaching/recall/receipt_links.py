"""Receipt links: which trace and step a receipt was found in, written into its row afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from langgraph_coaching.recall.receipt import NOT_SEEN, Followed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa
    from lancedb.table import Table

    from langgraph_coaching.storage.database import Database

LINK_COLUMNS = ("trace_id", "step", "followed")
"""The columns that links write."""

_AT_ONCE = 2_000
"""Receipts asked for in one query."""


@dataclass(frozen=True, slots=True)
class Link:
    """Says in which trace and step receipts were found."""

    receipt_ids: tuple[str, ...]
    trace_id: str
    step: int
    followed: tuple[Followed, ...] = ()
    """Of each receipt, in the same order; empty where nothing is known."""


def link_values(links: Sequence[Link], namespace: str) -> dict[str, dict[str, Any]]:
    """By the key of a receipt what links say of it, the last one's word; `followed` is None where none says it.

    Args:
        links: In order.
        namespace: Of the receipts.
    """
    found: dict[str, dict[str, Any]] = {}
    for link in links:
        for name, known in zip_longest(link.receipt_ids, link.followed):
            key = key_of(namespace, name)
            followed = known if known not in (None, "unknown") else found.get(key, {}).get("followed")
            found[key] = {"trace_id": link.trace_id, "step": link.step, "followed": followed}
    return found


def key_of(namespace: str, receipt_id: str) -> str:
    """The key of a receipt's row."""
    return json.dumps([namespace, receipt_id], ensure_ascii=False)


def write_links(database: Database, table: Table, schema: pa.Schema, said: Mapping[str, Mapping[str, Any]]) -> None:
    """Writes into the rows that are there what is said of them, in one commit.

    Args:
        database: Where the table lives.
        table: The receipts, with all columns.
        schema: Of the table.
        said: As `link_values` gives it.

    Raises:
        StoreError: The write failed.
    """
    import pyarrow as pa
    from lancedb.expr import col

    def known(keys: Sequence[str]) -> Callable[[Table], list[dict[str, Any]]]:
        where = col("key").isin(keys)
        return lambda opened: opened.search().where(where).select(["key", "followed"]).limit(None).to_list()

    keys = sorted(said)
    pages = (known(keys[start : start + _AT_ONCE]) for start in range(0, len(keys), _AT_ONCE))
    rows = [row for page in pages for row in database.read(table, page)]
    if not rows:
        return
    changed = [
        {"key": row["key"], **said[row["key"]], "followed": said[row["key"]]["followed"] or row["followed"]}
        for row in rows
    ]
    data = pa.Table.from_pylist(changed, schema=pa.schema([f for f in schema if f.name in ("key", *LINK_COLUMNS)]))
    database.write(table, lambda opened: opened.merge_insert("key").when_matched_update_all().execute(data))


def mark_applied(database: Database, table: Table, schema: pa.Schema, rows: Sequence[Mapping[str, Any]]) -> None:
    """Makes receipts that are there as not seen by the model applied, which they have been by now; in one commit.

    Args:
        database: Where the table lives.
        table: The receipts, with all columns.
        schema: Of the table.
        rows: As they shall be.

    Raises:
        StoreError: The write failed.
    """
    if not rows:
        return
    import pyarrow as pa
    from lancedb.expr import col, lit

    where = col("key").isin([row["key"] for row in rows]) & (col("outcome") == lit(NOT_SEEN))
    found = database.read(table, lambda opened: opened.search().where(where).select(["key"]).limit(None).to_list())
    unseen = {row["key"] for row in found}
    names = ("key", "outcome", "record")
    changed = [{name: row[name] for name in names} for row in rows if row["key"] in unseen]
    if changed:
        data = pa.Table.from_pylist(changed, schema=pa.schema([f for f in schema if f.name in names]))
        database.write(table, lambda opened: opened.merge_insert("key").when_matched_update_all().execute(data))
