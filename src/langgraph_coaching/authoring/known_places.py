"""Known places: the vectors of recorded situations in memory, one growing array for all of them."""

from __future__ import annotations

import threading
from dataclasses import fields
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from langgraph_coaching.recall.scoring.places import Places

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

GROWTH = 1.5
"""How much larger the array becomes when it is full."""


class Known(NamedTuple):
    """What is known at one moment; it stays as it is while more becomes known."""

    rows: Mapping[bytes, int]
    """Of each situation, by `key_of_situation`; those from `len(places)` on have become known since."""
    places: Places
    generation: int
    """Another number where rows mean other situations."""

    def row(self, key: bytes) -> int | None:
        """The row of a situation, or None where it is not known."""
        row = self.rows.get(key, len(self.places))
        return row if row < len(self.places) else None


class KnownPlaces:
    """Situations by their keys; one is never moved while others are added."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[bytes, int] = {}
        self._held: Places | None = None
        self._count = 0
        self._generation = 0

    def __contains__(self, key: bytes) -> bool:
        return key in self._rows

    def __len__(self) -> int:
        return self._count

    def view(self) -> Known | None:
        """What is known now; None for nothing."""
        with self._lock:
            if self._held is None:
                return None
            return Known(self._rows, self._held.take(slice(self._count)), self._generation)

    def add(self, keys: Sequence[bytes], places: Places) -> None:
        """Adds situations; of those that are known already nothing changes."""
        with self._lock:
            if self._held is not None and self._held.vectors.shape[1] != places.vectors.shape[1]:
                self._held, self._rows, self._count = None, {}, 0  # the embedder is another one now
                self._generation += 1
            new = {key: row for row, key in enumerate(keys) if key not in self._rows}
            rows = np.fromiter(new.values(), dtype=np.intp, count=len(new))
            if not len(rows):
                return
            self._held = _room_for(self._held, self._count, len(rows), places)
            end = self._count + len(rows)
            for field in fields(Places):
                getattr(self._held, field.name)[self._count : end] = getattr(places, field.name)[rows]
            self._rows.update(zip(new, range(self._count, end), strict=True))
            self._count = end

    def keep_only(self, keys: Collection[bytes]) -> None:
        """Forgets all others."""
        with self._lock:
            if self._held is not None:
                kept = [key for key in self._rows if key in keys]
                rows = np.array([self._rows[key] for key in kept], dtype=np.intp)
                self._held, self._count = self._held.take(rows), len(rows)
                self._rows = {key: row for row, key in enumerate(kept)}
                self._generation += 1


def _room_for(held: Places | None, count: int, more: int, like: Places) -> Places:
    """Arrays with room for more, with what was held; those that were handed out stay as they are."""
    if held is not None and len(held) >= count + more:
        return held
    size = max(int(GROWTH * count), count + more)
    arrays = []
    for field in fields(Places):
        example = getattr(like, field.name)
        array = np.zeros((size, *example.shape[1:]), dtype=example.dtype)
        if held is not None:
            array[:count] = getattr(held, field.name)[:count]
        arrays.append(array)
    return Places(*arrays)
