"""Recorded places: the latest recorded situations and where each is, in memory as long as nothing more is recorded."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.recall.receipts import TABLE
from langgraph_coaching.recall.scoring.places import Places, surroundings_of
from langgraph_coaching.recall.scoring.traffic import MOST
from langgraph_coaching.traces.situations import merge_situations, traced_situations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.authoring.situation_vectors import SituationVectors
    from langgraph_coaching.recall.receipts import Receipts
    from langgraph_coaching.recall.scoring.places import Surroundings
    from langgraph_coaching.recall.scoring.situation_vector import SituationVector
    from langgraph_coaching.recall.scoring.traffic import Traffic
    from langgraph_coaching.recall.scoring.traffic_sampler import TrafficSampler
    from langgraph_coaching.traces.archive import Archive
    from langgraph_coaching.traces.situations import RecordedSituation


AGAIN = 10.0
"""Seconds after which an embedder is asked again about situations that it had no vector for."""


@dataclass(frozen=True, slots=True)
class PlacedSituations:
    """Recorded situations, and where they are: those that are at one place are reckoned once."""

    situations: tuple[RecordedSituation, ...]
    """The latest first."""
    places: Places | None
    """Each place once, in the order in which it is first met; None where nothing is recorded."""
    which: NDArray[np.intp]
    """`intp[len(situations)]`: the row in `places` of each."""

    @property
    def vectors(self) -> NDArray[np.float32]:
        """`float32[len(situations), dimension]`."""
        return np.zeros((0, 0), dtype=np.float32) if self.places is None else self.places.vectors[self.which]

    @property
    def times(self) -> NDArray[np.intp]:
        """How many of the situations are at each place, `intp[len(places)]`."""
        return np.bincount(self.which, minlength=0 if self.places is None else len(self.places))

    def without(self, text: str | None) -> PlacedSituations:
        """All but the situation of that text."""
        kept = [row for row, one in enumerate(self.situations) if one.situation.text != text]
        if text is None or len(kept) == len(self.situations):
            return self
        return PlacedSituations(tuple(self.situations[row] for row in kept), self.places, self.which[kept])

    @classmethod
    def of(cls, situations: Sequence[RecordedSituation], vectors: Sequence[SituationVector | None]) -> PlacedSituations:
        """Of those that have a vector."""
        pairs = [(one, vector) for one, vector in zip(situations, vectors, strict=True) if vector is not None]
        rows: dict[tuple[bytes, float, float, float, bool], int] = {}
        which = np.array([rows.setdefault(_place_of(vector), len(rows)) for _, vector in pairs], dtype=np.intp)
        first = np.unique(which, return_index=True)[1].tolist()
        places = Places.of([pairs[row][1] for row in first]) if first else None
        return cls(tuple(one for one, _ in pairs), places, which)


def _place_of(one: SituationVector) -> tuple[bytes, float, float, float, bool]:
    return one.vector.tobytes(), one.crowding, one.mixed, one.latest, one.unwanted


NOTHING_RECORDED = PlacedSituations((), None, np.zeros(0, dtype=np.intp))
"""Of a store without recorded situations."""


class RecordedPlaces:
    """The latest `MOST` recorded situations of a namespace; read again only where something was recorded since.

    Args:
        traces: Captured and imported runs.
        receipts_table: The receipts.
        sampler: Where situations are that the store has met.
        vectors: Where those are that an impact has looked at.
        version: Number of a table's latest commit, by its name.
    """

    def __init__(
        self,
        traces: Archive,
        receipts_table: Receipts,
        sampler: TrafficSampler,
        vectors: SituationVectors,
        version: Callable[[str], int],
    ) -> None:
        self._version = version
        self._traces = traces
        self._receipts_table = receipts_table
        self._sampler = sampler
        self._vectors = vectors
        self._lock = threading.RLock()
        self._traced: tuple[int, list[RecordedSituation]] | None = None
        self._recorded: tuple[tuple[int, int], list[RecordedSituation]] | None = None
        self._placed: tuple[list[RecordedSituation], int, float, PlacedSituations] | None = None
        self._near: tuple[Places, Traffic, Surroundings] | None = None

    def read_recorded(self) -> list[RecordedSituation]:
        """The situations, each once, the latest first.

        Raises:
            StoreError: The store could not be read.
        """
        with self._lock:
            version = self._traces.version(), self._version(TABLE)
            if self._recorded is None or self._recorded[0] != version:
                if self._traced is None or self._traced[0] != version[0]:
                    self._traced = version[0], [*traced_situations(self._traces.newest(), MOST)]
                found = merge_situations(self._traced[1], self._receipts_table.calls(MOST), MOST)
                self._recorded = version, found
            return self._recorded[1]

    def place_recorded(self, dimension: int, within: float = math.inf) -> PlacedSituations:
        """The situations that have a vector.

        Args:
            dimension: Of the coachings' vectors.
            within: Seconds after which no further situation is embedded.

        Raises:
            EmbedderError: The embedder failed on all that it was asked for.
            StoreError: The store could not be read.
        """
        recorded, began = self.read_recorded(), time.monotonic()
        with self._lock:
            held = self._placed
        if held is not None and held[0] is recorded and held[1] == dimension and began < held[2]:
            return held[3]
        vectors = self._place(recorded, dimension, within)
        placed, now = PlacedSituations.of(recorded, vectors), time.monotonic()
        if len(placed.situations) == len(recorded):
            held = recorded, dimension, math.inf, placed
        elif now - began < within:  # the embedder has no vector for the others, or has none now
            held = recorded, dimension, now + AGAIN, placed
        with self._lock:
            self._placed = held
        return placed

    def surroundings(self, placed: PlacedSituations, traffic: Traffic | None) -> Surroundings | None:
        """What of the traffic is near each place; None where there is no traffic, or no place."""
        places = placed.places
        if places is None or traffic is None:
            return None
        with self._lock:
            if self._near is None or self._near[0] is not places or self._near[1] is not traffic:
                self._near = places, traffic, surroundings_of(places, traffic)
            return self._near[2]

    def _place(
        self, recorded: Sequence[RecordedSituation], dimension: int, within: float
    ) -> list[SituationVector | None]:
        situations = [one.situation for one in recorded]
        found = self._sampler.situation_vectors(situations, dimension, 0.0)  # those that are known
        missing = [row for row, vector in enumerate(found) if vector is None]
        for row, vector in zip(
            missing, self._vectors.find([situations[row] for row in missing], dimension), strict=True
        ):
            found[row] = vector
        missing = [row for row in missing if found[row] is None]
        if missing:
            made = self._sampler.situation_vectors([situations[row] for row in missing], dimension, within)
            for row, vector in zip(missing, made, strict=True):
                found[row] = vector
        return found
