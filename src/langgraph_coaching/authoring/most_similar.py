"""Active learning over recorded situations: those whose answer would teach one coaching most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.authoring.informativeness import LEAST, choose_unlike, count_runs, similarity, undecidedness
from langgraph_coaching.authoring.recorded_chances import chances_at
from langgraph_coaching.authoring.similar import similar_of
from langgraph_coaching.recall.scoring.traffic import ALIKE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from langgraph_coaching.authoring.recorded_places import PlacedSituations
    from langgraph_coaching.authoring.similar import Similar
    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.head import Head
    from langgraph_coaching.recall.scoring.places import Surroundings
    from langgraph_coaching.recall.snapshot import Snapshot

CANDIDATES = 500
"""The most undecided situations, among which unlike ones are chosen."""


@dataclass(frozen=True, slots=True)
class SimilarSearch:
    """One coaching against recorded situations: how likely it is right in each."""

    head: Head
    """The coaching as it would be searched."""
    background: Background
    placed: PlacedSituations
    """The situations, and where they are."""
    probabilities: NDArray[np.float64]
    """Of the coaching in each, whatever else would apply there."""

    @classmethod
    def of(
        cls,
        alone: Snapshot,
        background: Background,
        placed: PlacedSituations,
        near: Surroundings | None,
        floor: float,
    ) -> SimilarSearch:
        """Reckons the probabilities.

        Args:
            alone: A snapshot of that coaching only.
            background: As of the snapshot.
            placed: The situations.
            near: What of the traffic is near each of their places.
            floor: 0..1: where nothing applies below.
        """
        if placed.places is None:
            return cls(alone.heads[0], background, placed, np.zeros(0))
        chances = chances_at(alone, 0, placed.places, near, [floor])
        return cls(alone.heads[0], background, placed, chances[placed.which])


def most_similar(search: SimilarSearch, floor: float, limit: int, *, silent: bool = False) -> list[Similar]:
    """The situations that would teach a coaching most: near, undecided, often met, and unlike each other.

    Args:
        search: The coaching against recorded situations.
        floor: 0..1: where nothing applies below.
        limit: Most to return.
        silent: Only those in which it is below the floor.

    Returns:
        The most telling first; nothing that is alike to what the coaching knows already.
    """
    met = search.placed.situations
    if not met:
        return []
    vectors, background = search.placed.vectors, search.background
    doubt = undecidedness(search.probabilities, floor)
    # The intent is words about a situation, not one: only what was said there is known.
    doubt[(similarity(vectors, search.head.vectors[1:], background) >= ALIKE).any(axis=1)] = 0.0
    if silent:
        doubt[search.probabilities >= floor] = 0.0
    best = np.argsort(-doubt, kind="stable")[:CANDIDATES]
    best = best[doubt[best] >= LEAST]
    counts = count_runs(similarity(vectors[best], vectors, background) >= ALIKE, [one.runs for one in met])
    worth = doubt[best] * (1 + np.log2(np.maximum(counts, 1)))
    picked = choose_unlike(worth, similarity(vectors[best], vectors[best], background), [None] * len(best), limit)
    return [similar_of(met[best[i]], float(search.probabilities[best[i]]), int(counts[i])) for i in picked]
