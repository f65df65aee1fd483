"""Places: many situations as arrays, and what of a store's traffic is near each of them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Self

import numpy as np

from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.scoring.probability import SAME
from langgraph_coaching.recall.scoring.situation_vector import SituationVector
from langgraph_coaching.recall.scoring.weights import TRAFFIC_ENOUGH, TRAFFIC_NEIGHBOURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.traffic import Traffic

BLOCK = 1_000
"""Situations looked at together: their products with a full traffic sample take 8 MB."""

CLOSE = 2e-6
"""Difference of two cosines below which rounding may tell which is larger: ten times what it has been seen to be."""


@dataclass(frozen=True, slots=True)
class Places:
    """Many situations as arrays; the fields are those of `SituationVector`, `[n]` and `[n, dimension]`."""

    vectors: NDArray[np.float32]
    crowding: NDArray[np.float64]
    mixed: NDArray[np.float64]
    latest: NDArray[np.float64]
    unwanted: NDArray[np.bool_]

    @classmethod
    def of(cls, situations: Sequence[SituationVector]) -> Places:
        """The situations in their order; at least one."""
        return cls(
            np.stack([one.vector for one in situations]),
            np.array([one.crowding for one in situations]),
            np.array([one.mixed for one in situations]),
            np.array([one.latest for one in situations]),
            np.array([one.unwanted for one in situations], dtype=np.bool_),
        )

    def __len__(self) -> int:
        return len(self.crowding)

    def take(self, rows: NDArray[np.intp] | slice) -> Self:
        """Those of some rows."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

    def situation(self, row: int) -> SituationVector:
        """One of them as `search` takes it."""
        return SituationVector(
            self.vectors[row],
            float(self.crowding[row]),
            float(self.mixed[row]),
            float(self.latest[row]),
            unwanted=bool(self.unwanted[row]),
        )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What of the traffic is near each of many situations."""

    traffic: Traffic
    near: NDArray[np.int32]
    """`int32[n, neighbours]`: rows of the traffic."""
    cosines: NDArray[np.float64]
    """`float64[n]`: the mean of theirs."""
    unsure: NDArray[np.bool_]
    """`bool[n]`: where rounding may tell which of them are nearest."""

    @property
    def weight(self) -> float:
        """0..1: how much they count."""
        return min(len(self.traffic.vectors) / TRAFFIC_ENOUGH, 1.0)

    def take(self, rows: NDArray[np.intp] | slice) -> Surroundings:
        """Those of some rows."""
        return Surroundings(self.traffic, self.near[rows], self.cosines[rows], self.unsure[rows])

    def with_more(self, other: Surroundings) -> Surroundings:
        """Those of more situations behind these."""
        return Surroundings(
            self.traffic,
            np.concatenate([self.near, other.near]),
            np.concatenate([self.cosines, other.cosines]),
            np.concatenate([self.unsure, other.unsure]),
        )

    def mean_products(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """The product of some vectors with the mean of what is near each, `float32[n, len(vectors)]`."""
        with one_thread():
            products = self.traffic.vectors @ vectors.T
        result: NDArray[np.float32] = products[self.near].mean(axis=1)
        return result

    def mean_of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The mean of a value of what is near each, `float64[n]`; the values are the traffic's."""
        result: NDArray[np.float64] = values[self.near].mean(axis=1)
        return result


def surroundings_of(places: Places, traffic: Traffic) -> Surroundings:
    """The nearest traffic of each, as `Traffic.neighbours_of` finds it, a block at a time."""
    parts = [_nearest(places.vectors[start : start + BLOCK], traffic) for start in range(0, len(places), BLOCK)]
    near, cosines, unsure = (np.concatenate(some) for some in zip(*parts, strict=True))
    return Surroundings(traffic, near, cosines, unsure)


def _nearest(
    vectors: NDArray[np.float32], traffic: Traffic
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.bool_]]:
    with one_thread():
        similar = vectors @ traffic.vectors.T
    unsure = (np.abs(similar - SAME) < CLOSE).any(axis=1)
    similar[similar > SAME] = -np.inf
    shortlist = traffic.rows.shortlist_many(vectors, TRAFFIC_NEIGHBOURS, CLOSE)
    cut_close = None
    if shortlist is not None:
        inside, close = shortlist
        cut_close = np.where(close, similar, -np.inf).max(axis=1)
        similar[~inside] = -np.inf
    best = np.argpartition(similar, -TRAFFIC_NEIGHBOURS - 1, axis=1)[:, -TRAFFIC_NEIGHBOURS - 1 :]
    cosines = np.take_along_axis(similar, best, axis=1)
    order = np.argsort(-cosines, axis=1, kind="stable")
    near, cosines = np.take_along_axis(best, order, axis=1), np.take_along_axis(cosines, order, axis=1)
    last, following = cosines[:, TRAFFIC_NEIGHBOURS - 1], cosines[:, TRAFFIC_NEIGHBOURS]
    unsure |= ~(last - following > CLOSE)
    if cut_close is not None:
        unsure |= cut_close > last - CLOSE
    near, cosines = near[:, :TRAFFIC_NEIGHBOURS], cosines[:, :TRAFFIC_NEIGHBOURS]
    return near.astype(np.int32), cosines.mean(axis=1, dtype=np.float64), unsure
