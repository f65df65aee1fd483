"""One coaching alone in a situation: its probability as it is known, and were something of it otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.coaching.model import Example, Labels
from langgraph_coaching.recall.scoring.head import Head, fit
from langgraph_coaching.recall.search import search
from langgraph_coaching.recall.snapshot import Snapshot

if TYPE_CHECKING:
    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.situation_vector import SituationVector
    from langgraph_coaching.recall.scoring.traffic import Traffic


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """A coaching as if it were live and in scope; milliseconds a probability, for a person who asks."""

    head: Head
    place: SituationVector
    """Where the situation is."""
    background: Background
    """Of the same embedder."""
    traffic: Traffic | None
    """Of the store."""
    reserve: float
    """Of the store."""

    def probability(self) -> float:
        """0..1: how likely it is right there; it does not depend on other coachings."""
        live = {"status": "active", "deleted": False, "expires_at": None}
        head = Head(self.head.coaching.model_copy(update=live), self.head.vectors)
        fits = fit([head], self.background)
        snapshot = Snapshot.of(0, [head], fits, self.background, self.traffic, self.reserve)
        scope = head.coaching.scope
        labels = Labels(agent=scope.agent, node=scope.node, tags=frozenset(scope.tags))
        return search(snapshot, [self.place], labels, datetime.now(UTC), 1)[0][0].probability

    def without_never(self) -> Counterfactual:
        """Without any "never here"."""
        coaching = self.head.coaching
        kept = tuple(example for example in coaching.examples if example.applies)
        return replace(self, head=Head(coaching.model_copy(update={"examples": kept}), self.head.applies))

    def without_traffic(self) -> Counterfactual:
        """Without what else is said in the namespace."""
        return replace(self, traffic=None)

    def without_reserve(self) -> Counterfactual:
        """Without what verdicts have made the store more reserved by."""
        return replace(self, reserve=0.0)

    def taught(self) -> Counterfactual:
        """With the situation among its examples."""
        coaching = self.head.coaching
        examples = (*coaching.examples, Example(text="here"))
        vectors = np.vstack([self.head.vectors, self.place.vector])
        return replace(self, head=Head(coaching.model_copy(update={"examples": examples}), vectors))
