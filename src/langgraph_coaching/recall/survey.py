"""The survey: a bounded sample of where a namespace has met situations, kept in the store as vectors without a text."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.coaching.database import KEY, faults
from langgraph_coaching.errors import CoachingError, EmbedderError
from langgraph_coaching.recall.calibrate import Place
from langgraph_coaching.recall.situation import place
from langgraph_coaching.recall.traffic import MOST, Traffic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from langgraph_coaching.coaching.database import Database
    from langgraph_coaching.recall.background.shelf import Shelf
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.situation import Situation

log = logging.getLogger("langgraph_coaching")

TABLE = "traffic"

TOGETHER = 32
"""Situations of running graphs that are written in one commit."""

GROWTH = 0.1
"""Share of the sample that is new when a process that adds to it reads it again: a fifth of a second for a full one."""

BATCH = 256
"""Situations embedded in one call where there are many."""

TRIES = 8
"""Situations that may fail one by one before the embedder is taken to be down."""


def _schema() -> pa.Schema:
    import pyarrow as pa

    text, number = pa.string(), pa.float64()
    return pa.schema(
        [
            pa.field("key", text, nullable=False, metadata=KEY),
            pa.field("namespace", text, nullable=False),
            pa.field("embedder", text, nullable=False),
            pa.field("draw", text, nullable=False),
            pa.field("vector", pa.list_(pa.float32()), nullable=False),
            pa.field("crowding", number, nullable=False),
            pa.field("mixed", number, nullable=False),
        ]
    )


def _draw(situation: Situation) -> str:
    """Its lot: a digest favours no day and no order, and whoever draws has the same sample."""
    return hashlib.blake2b(situation.text.encode("utf-8", "replace"), digest_size=8).hexdigest()


class Survey:
    """The sample of one namespace, in the space of one embedder; the `MOST` lowest lots are in it.

    Args:
        database: Where the table lives.
        namespace: Every read is filtered by it in the query; every write carries it.
        embedder: For the turns of situations.
        shelf: Where its background is.
    """

    def __init__(self, database: Database, namespace: str, embedder: Embedder, shelf: Shelf) -> None:
        self._database = database
        self._namespace = namespace
        self._embedder = embedder
        self._shelf = shelf
        self._lock = threading.Lock()
        self._loaded = False
        self._lots: set[str] = set()
        """Of the situations that were in the sample when this process last read it, and that it has added since."""
        self._added = 0
        """How many it has added since."""
        self._traffic: Traffic | None = None
        self._waiting: dict[str, Situation] = {}

    def traffic(self, dimension: int) -> Traffic | None:
        """The traffic to hold coachings against; None where there is too little, or it cannot be read.

        Read once, and again when this process has added to it: a call of `advise` never waits for that.

        Args:
            dimension: Of the coachings' vectors.
        """
        if not self._loaded:
            with self._lock:
                if not self._loaded:
                    self._load()
        traffic = self._traffic
        return traffic if traffic is not None and traffic.vectors.shape[1] == dimension else None

    def met(self, situations: Sequence[Situation]) -> None:
        """Takes note of situations that a running graph has met; some wait for others. Never raises."""
        self._waiting |= self._belonging(situations)
        if len(self._waiting) >= TOGETHER:
            waiting, self._waiting = self._waiting, {}
            try:
                with self._lock:
                    self._add(waiting)
                    if self._added >= GROWTH * len(self._lots):
                        self._load()
            except CoachingError:
                log.debug("some situations were not added to the traffic", exc_info=True)

    def _belonging(self, situations: Iterable[Situation]) -> dict[str, Situation]:
        """Those that are not in the sample and have low enough lots, as far as is known here."""
        drawn = {_draw(situation): situation for situation in situations}
        lowest = set(sorted({*self._lots, *drawn})[:MOST])
        return {lot: situation for lot, situation in drawn.items() if lot in lowest and lot not in self._lots}

    def note(self, situations: Iterable[Situation]) -> int:
        """Adds to the sample those situations that belong to it and are not in it yet, and reads it anew.

        Args:
            situations: Any number.

        Returns:
            How many are in the sample now, at most `MOST`.

        Raises:
            EmbedderError: The embedder failed on all of them.
            StoreError: The sample could not be read or written.
        """
        with self._lock:
            self._lots = set(self._read())
            self._add(self._belonging(situations))
            self._load()
            return len(self._lots)

    def _add(self, situations: dict[str, Situation]) -> None:
        placed = self._placed(situations)
        if placed:
            self._write(placed)
            self._lots |= placed.keys()
            self._added += len(placed)

    def _placed(self, situations: dict[str, Situation]) -> dict[str, Place]:
        pairs = list(situations.items())
        placed: dict[str, Place] = {}
        for start in range(0, len(pairs), BATCH):
            block = dict(pairs[start : start + BATCH])
            try:
                placed |= self._embedded(block)
            except EmbedderError:  # one text that it has no vector for must not keep the others out
                placed |= self._one_by_one(block)
        return placed

    def _one_by_one(self, situations: dict[str, Situation]) -> dict[str, Place]:
        placed: dict[str, Place] = {}
        for tried, (lot, situation) in enumerate(situations.items(), 1):
            try:
                placed |= self._embedded({lot: situation})
            except EmbedderError:
                if not placed and tried >= min(TRIES, len(situations)):
                    raise
        return placed

    def _embedded(self, situations: dict[str, Situation]) -> dict[str, Place]:
        texts = list(dict.fromkeys(text for situation in situations.values() for text in situation.texts))
        # The few of a running graph are remembered from its own calls; many are cheaper in one call.
        embed = self._embedder.query if len(situations) <= TOGETHER else self._embedder.documents
        vectors: NDArray[np.float32] = embed(texts)
        background = self._shelf.background(vectors.shape[1])
        at = {text: index for index, text in enumerate(texts)}
        return {
            lot: place(situation, vectors[[at[text] for text in situation.texts]], background)
            for lot, situation in situations.items()
        }

    def _write(self, places: dict[str, Place]) -> None:
        import pyarrow as pa

        rows = [
            {
                "key": json.dumps([self._namespace, self._embedder.id, lot], ensure_ascii=False),
                "namespace": self._namespace,
                "embedder": self._embedder.id,
                "draw": lot,
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

    def _read(self) -> dict[str, Place]:
        """The sample, in order of its lots."""
        table = self._database.table(TABLE)
        if table is None:
            return {}
        from lancedb.expr import col, lit
        from lancedb.query import ColumnOrdering

        mine = (col("namespace") == lit(self._namespace)) & (col("embedder") == lit(self._embedder.id))
        order = [ColumnOrdering(column_name="draw", ascending=True)]
        with faults(self._database.uri):
            query = table.search().where(mine).select(["draw", "vector", "crowding", "mixed"])
            found = query.order_by(order).limit(MOST).to_arrow()
        lots, crowding, mixed = (found[name].to_pylist() for name in ("draw", "crowding", "mixed"))
        vectors = (np.asarray(one.values, dtype=np.float32) for one in found["vector"])
        return {lot: Place(v, c, m) for lot, v, c, m in zip(lots, vectors, crowding, mixed, strict=True)}

    def _load(self) -> None:
        self._loaded, self._added = True, 0
        try:
            known = self._read()
            self._lots, places = set(known), list(known.values())
            dimension = len(places[-1].vector) if places else 0
            same = [one for one in places if len(one.vector) == dimension]
            self._traffic = Traffic.of(same, self._shelf.background(dimension)) if same else None
        except CoachingError as error:
            log.warning("coaching goes on without the store's own traffic: %s", error)
