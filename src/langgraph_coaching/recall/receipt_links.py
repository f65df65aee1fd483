"""Links: what is found out of receipts after they were given, such as the trace they belong to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from langgraph_coaching.recall.receipt import NOT_SEEN, Followed
from langgraph_coaching.storage.table import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.storage.table import Table

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


def link_columns(links: Sequence[Link], namespace: str) -> dict[str, dict[str, Any]]:
    """The columns that links set, by the key of their receipt: the last link counts, and a None says nothing.

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


def write_links(table: Table, said: Mapping[str, Mapping[str, Any]]) -> None:
    """Sets the columns of links in the receipts that are there, in one commit.

    Args:
        table: The receipts.
        said: As `link_columns` gives it.

    Raises:
        StoreError: The write failed.
    """
    keys = sorted(said)
    pages = (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))
    rows = [row for page in pages for row in table.rows(["key", "followed"], key=page)]
    if rows:
        table.update(
            [
                {"key": row["key"], **said[row["key"]], "followed": said[row["key"]]["followed"] or row["followed"]}
                for row in rows
            ]
        )


def find_tests(table: Table, keys: Sequence[str], read: Callable[[list[str]], Iterable[Receipt]]) -> set[str]:
    """The ids of those receipts that are of test conversations.

    Args:
        table: The receipts.
        keys: Which.
        read: Reads receipts whole, for those of an earlier version: of them the record alone says so.

    Raises:
        StoreError: The table could not be read.
    """
    found = set[str]()
    for start in range(0, len(keys), _AT_ONCE):
        rows = table.rows(["key", "simulated"], key=[*keys[start : start + _AT_ONCE]])
        found.update(json.loads(row["key"])[1] for row in rows if row["simulated"])
        earlier = [row["key"] for row in rows if row["simulated"] is None]
        found.update(receipt.id for receipt in (read(earlier) if earlier else ()) if receipt.is_test)
    return found


def mark_applied(table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Makes receipts that are there as not seen by the model applied, which they have been by now; in one commit.

    Args:
        table: The receipts.
        rows: As they shall be.

    Raises:
        StoreError: The write failed.
    """
    if not rows:
        return
    unseen = {row["key"] for row in table.rows(["key"], key=[row["key"] for row in rows], outcome=NOT_SEEN)}
    changed = [
        {name: row[name] for name in ("key", "outcome", "record", "enforced")} for row in rows if row["key"] in unseen
    ]
    if changed:
        table.update(changed)
