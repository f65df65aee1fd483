"""The sample: the table of where a namespace's situations are, as vectors without a text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.coaching.database import KEY, Database
from langgraph_coaching.recall.calibrate import Place
from langgraph_coaching.recall.traffic import MOST

if TYPE_CHECKING:
    import pyarrow as pa

TABLE = "traffic"


def _schema() -> pa.Schema:
    import pyarrow as pa

    text, number = pa.string(), pa.float64()
    return pa.schema(
        [
            pa.field("key", text, nullable=False, metadata=KEY),
            pa.field("namespace", text, nullable=False),
            pa.field("embedder", text, nullable=False),
            pa.field("lot", text, nullable=False),
            pa.field("vector", pa.list_(pa.float32()), nullable=False),
            pa.field("crowding", number, nullable=False),
            pa.field("mixed", number, nullable=False),
        ]
    )


class Sample:
    """The `MOST` lowest lots of one namespace, in the space of one embedder.

    Args:
        database: Where the table lives.
        namespace: Every read is filtered by it in the query; every write carries it.
        embedder: Id of the embedder.
    """

    def __init__(self, database: Database, namespace: str, embedder: str) -> None:
        self._database = database
        self._namespace = namespace
        self._embedder = embedder

    def version(self) -> int:
        """Number of the table's latest commit, 0 before the first.

        Raises:
            StoreError: The table could not be read.
        """
        return self._database.version(TABLE)

    def write(self, places: dict[str, Place]) -> None:
        """Adds situations by their lots; one that is there already stays as it is.

        Raises:
            StoreError: The write failed.
        """
        import pyarrow as pa

        rows = [
            {
                "key": json.dumps([self._namespace, self._embedder, lot], ensure_ascii=False),
                "namespace": self._namespace,
                "embedder": self._embedder,
                "lot": lot,
                "vector": one.vector,
                "crowding": one.crowding,
                "mixed": one.mixed,
            }
            for lot, one in places.items()
        ]
        data = pa.Table.from_pylist(rows, schema=_schema())
        self._database.write(
            self._database.ensure(TABLE, _schema()),
            lambda t: t.merge_insert("key").when_not_matched_insert_all().execute(data),
        )

    def read(self) -> dict[str, Place]:
        """The sample, in order of its lots.

        Raises:
            StoreError: The table could not be read.
        """
        table = self._database.table(TABLE)
        if table is None:
            return {}
        from lancedb.expr import col, lit
        from lancedb.query import ColumnOrdering

        mine = (col("namespace") == lit(self._namespace)) & (col("embedder") == lit(self._embedder))
        order = [ColumnOrdering(column_name="lot", ascending=True)]
        columns = ["lot", "vector", "crowding", "mixed"]
        found = self._database.read(
            table, lambda t: t.search().where(mine).select(columns).order_by(order).limit(MOST).to_arrow()
        )
        lots, crowding, mixed = (found[name].to_pylist() for name in ("lot", "crowding", "mixed"))
        vectors = (np.asarray(one.values, dtype=np.float32) for one in found["vector"])
        return {lot: Place(v, c, m) for lot, v, c, m in zip(lots, vectors, crowding, mixed, strict=True)}
