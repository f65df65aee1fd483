"""Ids by how they begin, so that a person types no more of one than tells it from the others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, get_args

from langgraph_coaching.coaching.coachings import TABLE as COACHINGS
from langgraph_coaching.errors import InvalidCoachingError, StoreError
from langgraph_coaching.recall.receipts import TABLE as RECEIPTS
from langgraph_coaching.storage.storable import literal, text_asked
from langgraph_coaching.storage.table import Table, key_of
from langgraph_coaching.traces.archive import TABLE as TRACES

if TYPE_CHECKING:
    import pyarrow as pa

    from langgraph_coaching.storage.database import Database

IdKind = Literal["coaching", "trace", "receipt", "change_set"]

_LAST = "\U0010ffff"
"""Behind everything that an id may go on with."""

_TABLES: dict[str, str] = {"coaching": COACHINGS, "trace": TRACES, "receipt": RECEIPTS}


class IdFinder:
    """Finds ids in one namespace.

    Args:
        database: Where the tables are.
        namespace: Whose ids.
    """

    def __init__(self, database: Database, namespace: str) -> None:
        self._namespace = namespace
        self._tables = {kind: Table(database, name, _no_schema, namespace) for kind, name in _TABLES.items()}

    def find_ids(self, beginning: str, *, kind: IdKind) -> list[str]:
        """The ids that begin so, of deleted coachings too; one that is just this stands for itself.

        Args:
            beginning: What is known of an id; "" for every one.
            kind: `coaching`, `trace`, `receipt` or `change_set`.

        Returns:
            `[beginning]` where that is a whole id; otherwise the ids, in order.

        Raises:
            InvalidCoachingError: There is no such kind, or the beginning is no text.
            StoreError: The table could not be read.
        """
        if kind not in get_args(IdKind):
            raise InvalidCoachingError(f"kind is one of {', '.join(get_args(IdKind))}, not {kind!r}")
        beginning = text_asked("the beginning of an id", beginning)
        found = self._change_sets(beginning) if kind == "change_set" else self._keys(beginning, kind)
        return [beginning] if beginning in found else sorted(found)

    def _change_sets(self, beginning: str) -> set[str]:
        """Of change sets, which revisions of coachings name in a column of their own."""
        from lancedb.expr import col

        table = self._tables["coaching"]
        opened = table.opened()
        if opened is None or "change_set" not in opened.schema.names:
            return set()
        name = col("change_set")
        rows = table.rows(["change_set"], [name >= literal(beginning), name < literal(beginning + _LAST)])
        return {row["change_set"] for row in rows}

    def _keys(self, beginning: str, kind: str) -> set[str]:
        from lancedb.expr import col

        # A key is a JSON array that begins with namespace and id: '["default", "t-9f2c' of '["default", "t-9f2c41"]'.
        start = key_of(self._namespace, beginning)[: -len('"]')]
        rows = self._tables[kind].rows(["key"], [col("key") >= literal(start), col("key") < literal(start + _LAST)])
        return {json.loads(row["key"])[1] for row in rows}


def _no_schema() -> pa.Schema:
    raise StoreError("a table that is only read is not made here")
