"""Traffic: the situations a namespace has recorded, a bounded sample of them, as vectors for the background."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.coaching.database import faults
from langgraph_coaching.recall.background import MOST
from langgraph_coaching.recall.blas import one_thread
from langgraph_coaching.recall.ledger import TABLE
from langgraph_coaching.recall.situation import Situation, place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.coaching.database import Database
    from langgraph_coaching.recall.background import Background
    from langgraph_coaching.recall.embedder import Embedder

LEAST = 100
"""Distinct situations from which traffic is used."""

ALIKE = 2.0
"""Scaled similarity from which two situations count as one: the turns of one conversation are near to each other, and
would tell a live one that everybody says so."""

READ = 50_000
"""Latest receipts that the sample is drawn from."""


def recorded(database: Database, namespace: str) -> list[Situation]:
    """A sample of the distinct situations in a namespace's receipts, at most `MOST`.

    Drawn by a digest of the text: it favours no day and no order, and is the same for whoever draws it.

    Raises:
        StoreError: The receipts could not be read.
    """
    table = database.table(TABLE)
    if table is None:
        return []
    from lancedb.expr import col, lit
    from lancedb.query import ColumnOrdering

    newest = ColumnOrdering(column_name="at", ascending=False)
    first = (col("namespace") == lit(namespace)) & (col("position") == lit(0))  # of each advice one receipt
    with faults(database.uri):
        rows = table.search().where(first).select(["record", "at"]).order_by([newest]).limit(READ).to_list()
    texts = {json.loads(row["record"])["situation"] for row in rows}
    drawn = sorted(filter(None, texts), key=lambda text: hashlib.blake2b(text.encode("utf-8", "replace")).digest())
    return [situation for text in drawn[:MOST] if (situation := Situation.read(text)).turns]


def vectors_at(
    situations: Sequence[Situation], embedder: Embedder, background: Background, batch: int
) -> NDArray[np.float32]:
    """Where situations are, `float32[n, dimension]`, as live ones are placed; `ALIKE` ones once.

    Args:
        situations: At least one.
        embedder: For their turns.
        background: Of the same embedder.
        batch: Texts embedded in one call.

    Raises:
        EmbedderError: The embedder failed.
    """
    texts = list(dict.fromkeys(text for situation in situations for text in situation.texts))
    blocks = [embedder.documents(texts[start : start + batch]) for start in range(0, len(texts), batch)]
    at = {text: index for index, text in enumerate(texts)}
    vectors: NDArray[np.float32] = np.vstack(blocks)
    placed = (place(one, vectors[[at[text] for text in one.texts]], background) for one in situations)
    return thinned(np.stack([one.vector for one in placed]), background)


def thinned(vectors: NDArray[np.float32], background: Background) -> NDArray[np.float32]:
    """Those that are not `ALIKE` to an earlier one that is kept."""
    with one_thread():
        alike = background.scaled(vectors @ vectors.T) >= ALIKE
    kept: list[int] = []
    for index, row in enumerate(alike):
        if not row[kept].any():
            kept.append(index)
    return vectors[kept]
