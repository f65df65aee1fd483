"""The reviewer: what a person should say next about coaching at work."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.coaching.model import Labels
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.recall.scoring.traffic import MOST
from langgraph_coaching.recall.search import CANDIDATES, search
from langgraph_coaching.recall.situation import Situation
from langgraph_coaching.refining.review import most_informative, open_receipts
from langgraph_coaching.refining.reviewer import Reviewer

if TYPE_CHECKING:
    import builtins
    from collections.abc import Mapping, Sequence

    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.recall.scoring.situation_vector import SituationVector
    from langgraph_coaching.recall.snapshot import Snapshot
    from langgraph_coaching.refining.review import OpenReceipt

RECEIPTS = 10 * MOST
"""The latest receipts that are looked at; a call leaves ten of them."""


class ReviewQueue(Reviewer):
    """Reviewing in one namespace; every fault is raised."""

    def review(self, *, limit: int = 20) -> builtins.list[Receipt]:
        """The receipts whose verdict would teach most: give each to `verdict`.

        Undecided ones, which would now be near the floor, applied and missed ones alike; in situations that are often
        met, and that no verdict or example covers yet; each coaching once in a situation, and coachings in turns. The
        latest 20,000 receipts are looked at, in up to 2,000 situations.

        Args:
            limit: Most to return.

        Returns:
            The most telling first; [] where there is nothing to say.

        Raises:
            InvalidCoachingError: The limit is below 0.
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        if limit < 0:
            raise InvalidCoachingError(f"limit is a number of receipts, not {limit}")
        self.flush()
        snapshot = self._adviser.snapshot()
        background, heads = snapshot.background, {head.coaching.id: head for head in snapshot.heads}
        judged = {verdict.receipt_id for verdict in self._verdicts.list()}
        asked = open_receipts(self._receipts_table.receipts(limit=RECEIPTS), heads, judged)
        texts = list(dict.fromkeys(one.receipt.situation for one in asked))[:MOST]
        placed = self._sampler.situation_vectors([Situation.from_text(text) for text in texts], snapshot.dimension)
        places = {text: place for text, place in zip(texts, placed, strict=True) if place is not None}
        asked = [one for one in asked if one.receipt.situation in places]
        if background is None or not asked:
            return []
        vectors = np.stack([places[one.receipt.situation].vector for one in asked])
        chances = np.array(_probabilities(snapshot, asked, places))
        return most_informative(asked, vectors, chances, heads, background, self._adviser.limits.floor, limit)


def _probabilities(
    snapshot: Snapshot, asked: Sequence[OpenReceipt], places: Mapping[str, SituationVector]
) -> builtins.list[float]:
    """What each coaching would be now where its receipt is; 0 where so many others are nearer that it is none."""
    wanted: dict[Labels, dict[str, SituationVector]] = defaultdict(dict)
    for one in asked:
        wanted[_labels(one.receipt)][one.receipt.situation] = places[one.receipt.situation]
    now = datetime.now(UTC)
    found: dict[tuple[Labels, str, str | None], float] = {}
    for labels, there in wanted.items():
        results = search(snapshot, list(there.values()), labels, now, CANDIDATES)
        for text, candidates in zip(there, results, strict=True):
            found.update({(labels, text, one.head.coaching.id): one.probability for one in candidates})
    return [found.get((_labels(o.receipt), o.receipt.situation, o.receipt.coaching_id), 0.0) for o in asked]


def _labels(receipt: Receipt) -> Labels:
    return Labels(agent=receipt.agent, node=receipt.node, tags=frozenset(receipt.tags))
