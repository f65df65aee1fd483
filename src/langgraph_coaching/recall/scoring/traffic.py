"""Traffic: where the situations that a namespace has met are, whatever was coached in them.

Nobody has labelled them, and they hold exactly the near misses of their domain. They never enter a head. What is near a
live situation is looked at instead: how well the same coaching would fit there, and how dense it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.scoring.first_stage import Rows
from langgraph_coaching.recall.scoring.probability import Surroundings
from langgraph_coaching.recall.scoring.situation_vector import SituationVector
from langgraph_coaching.recall.scoring.weights import TRAFFIC_ENOUGH, TRAFFIC_NEIGHBOURS
from langgraph_coaching.storage.table import ASCENDING, KEY, Table, key_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.storage.database import Database


MOST = 2_000
"""Situations of a namespace that are used; they cost each call their product, 0.2 ms at 384 dimensions."""

LEAST = 50
"""Fewer are not used."""

ALIKE = 2.0
"""Scaled similarity from which two situations count as one: turns of one conversation are near to each other, and would
tell a live one that everybody says so."""

_SAME = 1 - 1e-4
"""A cosine above it is the same situation, which is no neighbour of itself."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """A sample of the situations of one namespace, in the space of one embedder."""

    rows: Rows
    """Where each is, unit length."""
    crowding: NDArray[np.float64]
    """`float64[n]`: of each in the background."""
    mixed: NDArray[np.float64]
    """`float64[n]`: what mixing its turns has cost each."""

    @property
    def vectors(self) -> NDArray[np.float32]:
        """`float32[n, dimension]`."""
        return self.rows.full

    @classmethod
    def of(cls, places: Sequence[SituationVector], background: Background) -> Traffic | None:
        """The traffic of these places, those that are alike once; None where they are too few.

        Args:
            places: Any number, in an order that is the same for whoever reads them.
            background: Of the same embedder.
        """
        if len(places) < LEAST:
            return None
        vectors = np.stack([place.vector for place in places])
        kept = _distinct_rows(vectors, background)
        if len(kept) < LEAST:
            return None
        return cls(
            Rows.of(vectors[kept], background.axes),
            np.array([places[index].crowding for index in kept]),
            np.array([places[index].mixed for index in kept]),
        )

    def around(self, places: Sequence[SituationVector], background: Background) -> list[Surroundings]:
        """What is near each of these places.

        Args:
            places: Of live situations.
            background: Of the same embedder.
        """
        weight = min(len(self.vectors) / TRAFFIC_ENOUGH, 1.0)
        found = (self.rows.largest(place.vector, TRAFFIC_NEIGHBOURS, below=_SAME) for place in places)
        return [
            Surroundings(self._mean(near), float(background.scaled(similar.mean())), weight) for near, similar in found
        ]

    def _mean(self, rows: NDArray[np.intp]) -> SituationVector:
        # The mean, not of unit length: heads are linear, so that this is what they say of each, on average.
        return SituationVector(
            self.vectors[rows].mean(axis=0), float(self.crowding[rows].mean()), float(self.mixed[rows].mean())
        )


def _distinct_rows(vectors: NDArray[np.float32], background: Background) -> list[int]:
    """Indices of those that are not `ALIKE` to an earlier one that is kept."""
    with one_thread():
        alike = background.scaled(vectors @ vectors.T) >= ALIKE
    kept: list[int] = []
    for index, row in enumerate(alike):
        if not row[kept].any():
            kept.append(index)
    return kept


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


class TrafficTable:
    """The table of the traffic sample: of one namespace and embedder, the situations with the `MOST` lowest lots.

    Args:
        database: Where the table lives.
        namespace: Whose situations.
        embedder: Id of the embedder.
    """

    def __init__(self, database: Database, namespace: str, embedder: str) -> None:
        self._namespace = namespace
        self._embedder = embedder
        self._table = Table(database, TABLE, _schema, namespace)

    def version(self) -> int:
        """Number of the table's latest commit, 0 before the first.

        Raises:
            StoreError: The table could not be read.
        """
        return self._table.version()

    def write(self, places: dict[str, SituationVector]) -> None:
        """Adds situations by their lots; one that is there already stays as it is.

        Raises:
            StoreError: The write failed.
        """
        rows = [
            {
                "key": key_of(self._namespace, self._embedder, lot),
                "namespace": self._namespace,
                "embedder": self._embedder,
                "lot": lot,
                "vector": one.vector,
                "crowding": one.crowding,
                "mixed": one.mixed,
            }
            for lot, one in places.items()
        ]
        self._table.insert(rows)

    def read(self) -> dict[str, SituationVector]:
        """The sample, in order of its lots.

        Raises:
            StoreError: The table could not be read.
        """
        columns, order = ("lot", "vector", "crowding", "mixed"), {"lot": ASCENDING}
        found = self._table.arrow(columns, order=order, limit=MOST, embedder=self._embedder)
        if found is None:
            return {}
        lots, crowding, mixed = (found[name].to_pylist() for name in ("lot", "crowding", "mixed"))
        vectors = (np.asarray(one.values, dtype=np.float32) for one in found["vector"])
        return {lot: SituationVector(v, c, m) for lot, v, c, m in zip(lots, vectors, crowding, mixed, strict=True)}
