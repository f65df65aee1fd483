"""Cache of backgrounds: measured once for each embedder, and kept with the package or in the table `backgrounds`."""

from __future__ import annotations

import io
import threading
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.errors import EmbedderError
from langgraph_coaching.recall.scoring.background.background import NEIGHBOURS, Background, request_direction
from langgraph_coaching.recall.scoring.background.texts import background_texts, farewells, turn_texts
from langgraph_coaching.recall.scoring.first_stage import principal_axes
from langgraph_coaching.recall.scoring.phrasings import phrasing_texts as phrasings
from langgraph_coaching.recall.scoring.platt_scaling import align_weights, simulate_stores
from langgraph_coaching.storage.table import KEY, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.storage.database import Database

TABLE = "backgrounds"
PACKAGED = Path(__file__).parent / "coaching-minilm-2.npz"
BATCH = 500
"""Texts embedded in one call."""

PHRASINGS = 2
"""Which of the groups of texts are the phrasings; of these a few will do."""


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            pa.field("embedder", pa.string(), nullable=False, metadata=KEY),
            pa.field("dimension", pa.int32(), nullable=False),
            pa.field("packed", pa.large_binary(), nullable=False),
        ]
    )


class BackgroundCache:
    """The background of one embedder.

    Args:
        database: Where it is kept, unless the package brings it.
        embedder: Whose vectors they are.
    """

    def __init__(self, database: Database, embedder: Embedder) -> None:
        self._table = Table(database, TABLE, _schema, None, key="embedder")
        self._embedder = embedder
        self._lock = threading.Lock()
        self._found: Background | None = None
        self._own = False

    def load_packaged(self) -> None:
        """Reads the one that the package brings, if it is of this embedder; no other, which may have to be measured."""
        if self._embedder.is_default:
            _read_packaged()

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
            if self._found is None or (self._found.dimension != dimension and not self._own):
                found = self._read(dimension)
                self._found, self._own = found or self._measure_and_keep(), found is None
            return self._found

    def _read(self, dimension: int) -> Background | None:
        if self._embedder.is_default:
            return _read_packaged()
        rows = self._table.rows(["packed"], limit=1, embedder=self._embedder.id, dimension=dimension)
        return unpack(rows[0]["packed"]) if rows else None

    def _measure_and_keep(self) -> Background:
        measured = measure_background(self._embedder)
        row = {"embedder": self._embedder.id, "dimension": measured.dimension, "packed": pack(measured)}
        self._table.upsert([row])
        return measured


@cache
def _read_packaged() -> Background:
    """The embedded default's, once in a process: 5 MB that nothing writes to."""
    return unpack(PACKAGED.read_bytes())


def measure_background(embedder: Embedder) -> Background:
    """Embeds the background's texts and measures the embedder by them.

    Raises:
        EmbedderError: It failed, or knows hardly any of the texts.
    """
    found = [_embed_known(embedder, group) for group in (*background_texts(), phrasings(), *turn_texts())]
    if min(len(group) for place, group in enumerate(found) if place != PHRASINGS) <= NEIGHBOURS:
        raise EmbedderError(f"the embedder {embedder.id} has no vectors for nearly all of the background's texts")
    return background_of(found)


def background_of(found: Sequence[Mapping[str, NDArray[np.float32]]]) -> Background:
    """What an embedder's vectors say of it.

    Args:
        found: Unit vectors by text, for each of the groups that `measure_background` embeds.
    """
    requests, talk, _, wishes, answers = (np.array(list(vectors.values()), dtype=np.float32) for vectors in found)
    last = sum(text in found[1] for text in farewells())
    background = Background.of(np.vstack([requests, talk]), len(talk), last, wishes, answers)
    return replace(background, weights=align_weights(simulate_stores(found[PHRASINGS], background)))


def _embed_known(embedder: Embedder, group: tuple[str, ...]) -> dict[str, NDArray[np.float32]]:
    known: dict[str, NDArray[np.float32]] = {}
    for start in range(0, len(group), BATCH):
        known |= embedder.known_documents(group[start : start + BATCH])
    return known


def pack(background: Background) -> bytes:
    """A background as bytes; vectors at half precision, and all that comes of them as they are then."""
    target = io.BytesIO()
    vectors = background.vectors.astype(np.float16)
    np.savez(
        target,
        vectors=vectors,
        scale=np.array([background.talk, background.low, background.high]),
        farewells=np.array(background.farewells),
        inverse=background.inverse,
        requesting=background.requesting,
        weights=background.weights,
        axes=principal_axes(vectors.astype(np.float32)),
    )
    return target.getvalue()


def unpack(data: bytes) -> Background:
    """Reads what `pack` wrote; never runs what it reads."""
    with np.load(io.BytesIO(data), allow_pickle=False) as read:
        talk, low, high = read["scale"]
        vectors, small = read["vectors"].astype(np.float32), int(talk)
        told = read["requesting"] if "requesting" in read else request_direction([vectors[:-small]], [vectors[-small:]])
        known = (vectors, small, float(low), float(high), read["inverse"], told)
        # An earlier version has kept none of them: the weights that all embedders share do until it is measured anew.
        kept = {name: read[name] for name in ("weights", "axes") if name in read}
        kept |= {"farewells": int(read["farewells"])} if "farewells" in read else {}
        return Background(*known, **({"axes": principal_axes(vectors)} | kept))
