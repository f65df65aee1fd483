"""Recall as a pipeline: the pure calls from messages to advice, in their order.

    messages ─► situation ─► [embedder] ─► situation vector ─► candidates ─► [judge] ─► advice

What is in brackets waits for somebody else, and is the adviser's. Nothing here reads the store, the clock or a model:
equal arguments give equal advice, but for the ids and the time of its receipts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from langgraph_coaching.recall.advice import Advice
from langgraph_coaching.recall.nearest_texts import Query
from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.scoring.situation_vector import situation_vector
from langgraph_coaching.recall.search import CANDIDATES, search
from langgraph_coaching.recall.select import select
from langgraph_coaching.recall.situation import Situation, read_messages, situate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.recall.scoring.situation_vector import SituationVector
    from langgraph_coaching.recall.search import Candidate
    from langgraph_coaching.recall.snapshot import Snapshot


class NothingToRecall(Exception):  # noqa: N818 - a way out, not an error
    """There is nothing to look up; the advice is empty and no receipt is owed.

    Args:
        situation: Where a user had said something.
    """

    def __init__(self, situation: Situation | None = None) -> None:
        super().__init__()
        self.situation = situation


def read_situation(messages: Any) -> Situation:
    """The situation after the last of these messages.

    Raises:
        NothingToRecall: No user has said anything.
        ValueError: Something in it is no message.
    """
    situation = situate(read_messages(messages))
    if situation is None:
        raise NothingToRecall
    return situation


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What every step of one call has in common, and the steps."""

    snapshot: Snapshot
    """The live coachings."""
    labels: Labels
    """Of the call."""
    limits: Limits
    namespace: str
    """For the receipts."""
    english: bool
    """Whether the embedder knows English only, so that a reason names another language."""

    def locate(self, situation: Situation, vectors: NDArray[np.float32]) -> SituationVector:
        """The situation's vector.

        Args:
            situation: The turns.
            vectors: Of `situation.texts`, `float32[len(turns), dimension]`, unit length.

        Raises:
            NothingToRecall: The snapshot has no background, since nothing is active.
        """
        if self.snapshot.background is None:
            raise NothingToRecall(situation)
        with one_thread():
            return situation_vector(situation, vectors, self.snapshot.background)

    def rank(self, located: Sequence[SituationVector], now: datetime) -> list[list[Candidate]]:
        """The candidates of each situation, most probable first; what is out of scope or expired is none.

        Args:
            located: The vectors of the situations.
            now: For expiry.
        """
        return search(self.snapshot.near(located, self.labels), located, self.labels, now, CANDIDATES)

    def choose(
        self,
        situation: Situation,
        located: SituationVector,
        candidates: Sequence[Candidate],
        judged: Mapping[str, bool] | None = None,
    ) -> Advice:
        """The advice: which candidates go into the prompt, and of each other one the reason it does not.

        Args:
            situation: The turns.
            located: Its vector.
            candidates: As `rank` gives them.
            judged: What a judge said of those near the floor, by the id of the coaching.
        """
        background = self.snapshot.background
        english = situation.user_text if self.english else ""
        return select(
            candidates,
            self.limits,
            situation=situation.text,
            namespace=self.namespace,
            labels=self.labels,
            reserve=self.snapshot.reserve,
            judged=judged,
            query=Query(located.vector, background, english) if background else None,
        )

    def advise_all(
        self, situations: Sequence[Situation | None], vectors: Mapping[str, NDArray[np.float32]], now: datetime
    ) -> list[Advice]:
        """Advice for many situations in one pass, without a judge; empty advice for None.

        Args:
            situations: None where no user has said anything.
            vectors: The unit vector of each of their texts.
            now: For expiry.
        """
        known = [one for one in situations if one is not None]
        located = [self.locate(one, np.stack([vectors[text] for text in one.texts])) for one in known]
        found = iter(zip(located, self.rank(located, now), strict=True))
        return [self.choose(one, *next(found)) if one else Advice() for one in situations]
