"""Kept vectors: where recorded situations are, in a table, so that another process need not embed them again.

No text is in it: a situation is known by a digest, and by the trace or the receipt that it is recorded in, with which
it goes. What is in it can always be made again: what cannot be read, or was made otherwise, is as if it were not there.
"""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from langgraph_coaching.errors import StoreError
from langgraph_coaching.recall.scoring import weights
from langgraph_coaching.recall.scoring.places import Places
from langgraph_coaching.storage.table import KEY, Table, key_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import pyarrow as pa
    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.situation_vector import SituationVector
    from langgraph_coaching.storage.database import Database

log = logging.getLogger("langgraph_coaching")

TABLE = "situations"

_AT_ONCE = 2_000
"""Sources asked for in one query."""

_NUMBERS = ("crowding", "mixed", "latest")

_MADE_BY = ("AGENT_TURN", "DEPENDENT_TURN", "FADE", "TALK_FAR", "TALK_NEAR", "ENOUGH_WORDS", "FAREWELL_NEAR", "REQUEST",
            "ANSWERS", "RELATED", "STANDALONE_BIAS", "EARLIER_TURN", "SURE")  # fmt: skip
"""Constants that say where a situation is."""

WAY = 1
"""Number of the way from a situation to its vector: one more where the same constants make another vector of it."""


class Kept(NamedTuple):
    """A situation as it is kept."""

    digest: bytes
    source: str
    """The trace, or else the receipt, that it is recorded in."""
    vector: SituationVector


def _schema() -> pa.Schema:
    import pyarrow as pa

    text, number = pa.string(), pa.float64()
    return pa.schema(
        [
            pa.field("key", text, nullable=False, metadata=KEY),
            pa.field("namespace", text, nullable=False),
            pa.field("made", text, nullable=False),
            pa.field("source", text, nullable=False),
            pa.field("digest", pa.binary(), nullable=False),
            pa.field("vector", pa.binary(), nullable=False),
            *(pa.field(name, number, nullable=False) for name in _NUMBERS),
            pa.field("unwanted", pa.bool_(), nullable=False),
        ]
    )


def made_by(embedder: str, background: Background) -> str:
    """By what vectors were made: the embedder, its background, and the way to them."""
    numbers = [getattr(weights, name) for name in _MADE_BY]
    said = repr((WAY, numbers, background.dimension, background.low, background.high))
    digest = hashlib.blake2b(said.encode() + background.requesting.tobytes(), digest_size=8)
    return f"{embedder}/{digest.hexdigest()}"


class KeptVectors:
    """The table of kept vectors of one namespace.

    Args:
        database: Where the table lives.
        namespace: Whose situations.
    """

    def __init__(self, database: Database, namespace: str) -> None:
        self._namespace = namespace
        self._table = Table(database, TABLE, _schema, namespace, indexed=["source"])

    def write(self, made: str, kept: Iterable[Kept]) -> None:
        """Adds situations; one that is there already stays as it is.

        Args:
            made: As `made_by` says it.
            kept: Any number.

        Raises:
            StoreError: The write failed.
        """
        rows = [
            {
                "key": key_of(self._namespace, made, one.digest.hex()),
                "namespace": self._namespace,
                "made": made,
                "source": one.source,
                "digest": one.digest,
                "vector": one.vector.vector.tobytes(),
                "unwanted": one.vector.unwanted,
            }
            | {name: getattr(one.vector, name) for name in _NUMBERS}
            for one in kept
        ]
        if rows:
            self._table.insert(rows)

    def read(self, made: str, dimension: int) -> tuple[list[bytes], Places] | None:
        """What is kept, digest by digest; None for nothing.

        Args:
            made: Only what was made so.
            dimension: Only vectors of this one.

        Raises:
            StoreError: The table could not be read.
        """
        found = self._table.arrow(("digest", "vector", *_NUMBERS, "unwanted"), made=made)
        if found is None or not found.num_rows:
            return None
        vectors = _vectors_of(found["vector"].to_pylist(), dimension)
        numbers = [found[name].to_numpy().astype(np.float64) for name in _NUMBERS]
        usable = np.isfinite(np.column_stack([vectors, *numbers])).all(axis=1)
        if not usable.any():
            return None
        digests = [one for one, good in zip(found["digest"].to_pylist(), usable.tolist(), strict=True) if good]
        unwanted = found["unwanted"].to_numpy(zero_copy_only=False).astype(np.bool_)
        crowding, mixed, latest = (one[usable] for one in numbers)
        return digests, Places(vectors[usable], crowding, mixed, latest, unwanted[usable])

    def erase_others(self, made: str) -> None:
        """Takes away what was made otherwise, by an earlier version or another embedder.

        Raises:
            StoreError: The table could not be read or written.
        """
        found = self._table.arrow(("made",))
        others = set() if found is None else set(found["made"].unique().to_pylist()) - {made}
        if others:
            self._table.delete(made=sorted(others))

    def keep_only(self, digests: Collection[bytes]) -> None:
        """Takes away the situations that are not among these.

        Raises:
            StoreError: The table could not be read or written.
        """
        found = self._table.arrow(("key", "digest"))
        if found is None:
            return
        pairs = zip(found["key"].to_pylist(), found["digest"].to_pylist(), strict=True)
        gone = [key for key, digest in pairs if digest not in digests]
        for start in range(0, len(gone), _AT_ONCE):
            self._table.delete(key=gone[start : start + _AT_ONCE])

    def erase(self, sources: Collection[str]) -> None:
        """Takes away what is of some traces or receipts.

        Raises:
            StoreError: The write failed.
        """
        named = sorted(sources)
        for start in range(0, len(named), _AT_ONCE):
            self._table.delete(source=named[start : start + _AT_ONCE])

    def try_erase(self, sources: Collection[str]) -> None:
        """Like `erase`; where it fails, what is left goes when the recordings are looked at again."""
        try:
            self.erase(sources)
        except StoreError as error:
            log.warning("the vectors of deleted recordings could not be taken away: %s", error)

    def clear_past(self) -> bool:
        """As of its table."""
        return self._table.clear_past()


def _vectors_of(packed: list[bytes], dimension: int) -> NDArray[np.float32]:
    """`float32[n, dimension]`; NaN for one of another dimension, or of none."""
    size = dimension * np.dtype(np.float32).itemsize
    none = np.full(dimension, np.nan, dtype=np.float32).tobytes()
    whole = b"".join(one if len(one) == size else none for one in packed)
    return np.frombuffer(whole, dtype=np.float32).reshape(-1, dimension)
