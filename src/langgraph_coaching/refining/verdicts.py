"""The table of verdicts: one row a judged receipt, the latest word counts."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from langgraph_coaching.refining.verdict import Verdict
from langgraph_coaching.storage.table import KEY, Table, key_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from langgraph_coaching.storage.database import Database

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
            pa.field("supposed", pa.bool_()),  # neither has it known of shadows
        ]
    )


class Verdicts:
    """Verdicts of one namespace.

    Args:
        database: Where the table lives.
        namespace: Whose verdicts.
    """

    def __init__(self, database: Database, namespace: str) -> None:
        self._namespace = namespace
        self._table = Table(database, TABLE, _schema, namespace)

    def put(self, verdict: Verdict) -> None:
        """Keeps a verdict; an earlier one on the same receipt is replaced.

        Raises:
            StoreError: The write failed.
        """
        key = key_of(self._namespace, verdict.receipt_id)
        self._table.upsert([{"key": key, "namespace": self._namespace, **asdict(verdict)}])

    def remove(self, receipt_id: str) -> None:
        """Takes the verdict on a receipt away, if there is one.

        Raises:
            StoreError: The write failed.
        """
        self._table.delete(receipt_id=receipt_id)

    def list(self, coaching_id: str | None = None, receipt_ids: Sequence[str] | None = None) -> list[Verdict]:
        """Verdicts, oldest first; of one coaching, on some receipts, or all.

        Raises:
            StoreError: The table could not be read.
        """
        asked = {"coaching_id": coaching_id, "receipt_id": None if receipt_ids is None else [*receipt_ids]}
        equal: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
        if receipt_ids is not None and not receipt_ids:
            return []
        rows = self._table.rows(Verdict.__dataclass_fields__, **equal)
        return sorted(map(_verdict, rows), key=lambda verdict: verdict.at)


def _verdict(row: dict[str, Any]) -> Verdict:
    return Verdict(**row | {"reserve": row["reserve"] or 0.0, "supposed": bool(row["supposed"])})
