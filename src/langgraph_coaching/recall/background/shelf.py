"""The shelf: backgrounds measured once for each embedder and kept, with the package or in the store.

A store keeps the warmed background of a namespace beside them, as vectors and without a text: whoever reads the same
version of the table has the same background to the last bit.
"""

from __future__ import annotations

import io
import json
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.coaching.database import KEY, faults
from langgraph_coaching.errors import EmbedderError
from langgraph_coaching.recall.background import NEIGHBOURS, Background, texts
from langgraph_coaching.recall.background.traffic import LEAST, recorded, vectors_at

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from langgraph_coaching.coaching.database import Database
    from langgraph_coaching.recall.embedder import Embedder

TABLE = "backgrounds"
PACKAGED = Path(__file__).parent / "minilm-int8.npz"
BATCH = 500
"""Texts embedded in one call."""
MISSING = 60.0
"""Seconds for which a table that a remote database does not have is not looked for again; it takes a round trip."""


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            pa.field("embedder", pa.string(), nullable=False, metadata=KEY),
            pa.field("dimension", pa.int32(), nullable=False),
            pa.field("packed", pa.large_binary(), nullable=False),
        ]
    )


class Shelf:
    """The background of one embedder.

    Args:
        database: Where it is kept, unless the package brings it.
        embedder: Whose vectors they are.
    """

    def __init__(self, database: Database, embedder: Embedder) -> None:
        self._database = database
        self._embedder = embedder
        self.namespace: str | None = None
        """Whose own traffic is used; none's before it is set."""
        self._lock = threading.Lock()
        self._found: Background | None = None
        self._own = False
        self._missing_until = 0.0
        self._warm: tuple[int, Background | None] = (0, None)

    def version(self) -> int:
        """Of the table of backgrounds, 0 where there is none; changes whenever a namespace is warmed.

        Raises:
            StoreError: It could not be read.
        """
        if self._database.remote and time.monotonic() < self._missing_until:
            return 0
        table = self._database.table(TABLE)
        if table is None:
            self._missing_until = time.monotonic() + MISSING
            return 0
        with faults(self._database.uri):
            return int(table.version)

    def background(self, dimension: int) -> Background:
        """The background; measured and kept the first time, which embeds some 3,300 short texts.

        Args:
            dimension: Of the vectors it is for; a kept one of another dimension is measured anew.

        Returns:
            The background, of the dimension that the embedder has now.

        Raises:
            EmbedderError: The embedder failed.
            StoreError: It could not be read or kept.
        """
        with self._lock:
            version = self.version()
            if self._warm[0] != version:
                self._warm = version, self._kept(self._own_key(), dimension)
            warm = self._warm[1]
            return warm if warm is not None and warm.dimension == dimension else self._cold(dimension)

    def gather(self) -> int:
        """Warms the namespace by the situations it has recorded so far; embeds up to `MOST` of them.

        Returns:
            How many are used now; 0 with fewer than `LEAST`, or where nothing was ever measured.

        Raises:
            EmbedderError: The embedder failed.
            StoreError: The store could not be read or written.
        """
        if self.namespace is None:
            return 0
        found = recorded(self._database, self.namespace)
        if len(found) < LEAST:
            return 0
        with self._lock:
            cold = self._found or self._cold(self._embedder.query([found[0].texts[0]]).shape[1])
            vectors = vectors_at(found, self._embedder, cold, BATCH)
            if len(vectors) < LEAST:
                return 0
            background = cold.warmed(vectors)
            self._keep(self._own_key(), background)
            self._missing_until = 0.0
        return background.traffic

    def _own_key(self) -> str:
        return json.dumps([self._embedder.id, self.namespace], ensure_ascii=False)

    def _cold(self, dimension: int) -> Background:
        if self._found is None or (self._found.dimension != dimension and not self._own):
            found = self._read(dimension)
            self._found, self._own = found or self._measured(), found is None
        return self._found

    def _read(self, dimension: int) -> Background | None:
        if self._embedder.embedded:
            return unpacked(PACKAGED.read_bytes())
        return self._kept(self._embedder.id, dimension)

    def _kept(self, key: str, dimension: int) -> Background | None:
        from lancedb.expr import col, lit

        table = self._database.table(TABLE)
        if table is None:
            return None
        with faults(self._database.uri):
            same = (col("embedder") == lit(key)) & (col("dimension") == lit(dimension))
            rows = table.search().where(same).limit(1).to_list()
        return unpacked(rows[0]["packed"]) if rows else None

    def _keep(self, key: str, background: Background) -> None:
        import pyarrow as pa

        row = {"embedder": key, "dimension": background.dimension, "packed": packed(background)}
        data = pa.Table.from_pylist([row], schema=_schema())
        self._database.write(
            self._database.ensure(TABLE, _schema()),
            lambda t: t.merge_insert("embedder").when_matched_update_all().when_not_matched_insert_all().execute(data),
        )

    def _measured(self) -> Background:
        measured = measure(self._embedder)
        self._keep(self._embedder.id, measured)
        return measured


def measure(embedder: Embedder) -> Background:
    """Embeds the background's texts and measures the embedder by them.

    Raises:
        EmbedderError: It failed, or knows hardly any of the texts.
    """
    requests, talk = texts()
    vectors = [_embedded(embedder, group) for group in (requests, talk)]
    if min(map(len, vectors)) <= NEIGHBOURS:
        raise EmbedderError(f"the embedder {embedder.id} has no vectors for nearly all of the background's texts")
    return Background.of(np.vstack(vectors), len(vectors[1]))


def _embedded(embedder: Embedder, group: tuple[str, ...]) -> NDArray[np.float32]:
    batches = (list(group[start : start + BATCH]) for start in range(0, len(group), BATCH))
    return np.vstack([embedder.known_documents(batch) for batch in batches])


def packed(background: Background) -> bytes:
    """A background as bytes; vectors at half precision."""
    target = io.BytesIO()
    np.savez(
        target,
        vectors=background.vectors.astype(np.float16),
        scale=np.array([background.talk, background.low, background.high, background.traffic]),
        inverse=background.inverse,
    )
    return target.getvalue()


def unpacked(data: bytes) -> Background:
    """Reads what `packed` wrote; never runs what it reads."""
    with np.load(io.BytesIO(data), allow_pickle=False) as read:
        talk, low, high, *traffic = read["scale"].tolist()
        vectors, inverse = read["vectors"].astype(np.float32), read["inverse"]
        return Background(vectors, int(talk), low, high, inverse, int(sum(traffic)))
