"""The reserve: how much more reserved a store has to be than the shipped prior, as verdicts on what was applied show.

Where all that people say is of one narrow topic, everything is near to everything, and the prior believes too much. A
reserve only ever takes: what a store misses is taught by examples, and silence does less harm than a wrong word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.recall.scoring.weights import RESERVE_SPREAD
from langgraph_coaching.storage.table import KEY, Table, key_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from langgraph_coaching.storage.database import Database

TABLE = "reserves"

_EDGE = 1e-6


def reserve_of(judged: Sequence[tuple[float, float, bool]]) -> float:
    """The reserve that these verdicts call for: the most likely one, by Newton's method; 0 or more, in logits.

    It depends on the verdicts alone, in any order: said again or said otherwise, each counts once, as it stands now.

    Args:
        judged: Of applied receipts the probability, the reserve that was in it, and whether it was right.
    """
    chance = np.clip([one[0] for one in judged], _EDGE, 1 - _EDGE)
    logits = np.log(chance / (1 - chance)) + np.array([one[1] for one in judged])
    right = np.array([float(one[2]) for one in judged])
    taken = 0.0
    for _ in range(50):
        likely = 1 / (1 + np.exp(taken - logits))
        slope = (likely - right).sum() - taken / RESERVE_SPREAD**2
        curve = (likely * (1 - likely)).sum() + 1 / RESERVE_SPREAD**2
        taken += float(slope / curve)
    return max(0.0, taken)


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            pa.field("key", pa.string(), nullable=False, metadata=KEY),
            pa.field("namespace", pa.string(), nullable=False),
            pa.field("logit", pa.float64(), nullable=False),
        ]
    )


class Reserves:
    """The table of reserves: one row a namespace and embedder.

    Args:
        database: Where the table lives.
        namespace: Whose it is.
        embedder: Id of the embedder.
    """

    def __init__(self, database: Database, namespace: str, embedder: str) -> None:
        self._namespace = namespace
        self._key = key_of(namespace, embedder)
        self._table = Table(database, TABLE, _schema, namespace)

    def version(self) -> int:
        """Number of the table's latest commit, 0 before the first.

        Raises:
            StoreError: The table could not be read.
        """
        return self._table.version()

    def read(self) -> float:
        """The reserve, in logits; 0 before the first.

        Raises:
            StoreError: The table could not be read.
        """
        rows = self._table.rows(["logit"], limit=1, key=self._key)
        return float(rows[0]["logit"]) if rows else 0.0

    def write(self, reserve: float) -> None:
        """Keeps it.

        Raises:
            StoreError: The write failed.
        """
        self._table.upsert([{"key": self._key, "namespace": self._namespace, "logit": reserve}])
