"""The table of verdicts: one row a judged receipt, the latest word counts."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from langgraph_coaching.refining.refine import Verdict
from langgraph_coaching.storage.database import KEY, Database, faults

if TYPE_CHECKING:
    import pyarrow as pa

TABLE = "verdicts"


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            pa.field("key", pa.string(), nullable=False, metadata=KEY),
            pa.field("namespace", pa.string(), nullable=False),
            pa.field("receipt_id", pa.string(), nullable=False),
            pa.field("coaching_id", pa.string(), nullable=False),
            pa.field("revision", pa.int32(), nullable=False),
            pa.field("applied", pa.bool_(), nullable=False),
            pa.field("correct", pa.bool_(), nullable=False),
            pa.field("probability", pa.float64(), nullable=False),
            pa.field("reserve", pa.float64()),  # an earlier version has kept none
            pa.field("comment", pa.string(), nullable=False),
            pa.field("author", pa.string()),
            pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
        ]
    )


class Verdicts:
    """Verdicts of one namespace.

    Args:
        database: Where the table lives.
        namespace: Every read is filtered by it in the query; every write carries it.
    """

    def __init__(self, database: Database, namespace: str) -> None:
        self._database = database
        self._namespace = namespace

    def put(self, verdict: Verdict) -> None:
        """Keeps a verdict; an earlier one on the same receipt is replaced.

        Raises:
            StoreError: The write failed.
        """
        import pyarrow as pa

        key = json.dumps([self._namespace, verdict.receipt_id], ensure_ascii=False)
        row = {"key": key, "namespace": self._namespace, **asdict(verdict)}
        data = pa.Table.from_pylist([row], schema=_schema())
        table = self._database.ensure(TABLE, _schema())
        self._database.write(
            table,
            lambda t: t.merge_insert("key").when_matched_update_all().when_not_matched_insert_all().execute(data),
        )

    def list(self, coaching_id: str | None = None) -> list[Verdict]:
        """Verdicts, oldest first; of one coaching, or of all.

        Raises:
            StoreError: The table could not be read.
        """
        from lancedb.expr import col, lit

        table = self._database.table(TABLE)
        if table is None:
            return []
        where = col("namespace") == lit(self._namespace)
        if coaching_id is not None:
            where &= col("coaching_id") == lit(coaching_id)
        with faults(self._database.uri):
            names = [name for name in Verdict.__dataclass_fields__ if name in table.schema.names]
        rows = self._database.read(table, lambda t: t.search().where(where).select(names).limit(None).to_list())
        return sorted((_verdict({name: row[name] for name in names}) for row in rows), key=lambda verdict: verdict.at)


def _verdict(row: dict[str, Any]) -> Verdict:
    return Verdict(**row | {"reserve": row.get("reserve") or 0.0})
