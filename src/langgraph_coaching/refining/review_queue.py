"""The review queue: of all receipts without a verdict, those whose verdict would teach most."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.coaching.model import Labels
from langgraph_coaching.recall.scoring.traffic import MOST
from langgraph_coaching.recall.search import CANDIDATES, search
from langgraph_coaching.recall.situation import Situation
from langgraph_coaching.refining.review import most_informative, open_receipts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.recall.scoring.situation_vector import SituationVector
    from langgraph_coaching.recall.scoring.traffic_sampler import TrafficSampler
    from langgraph_coaching.recall.snapshot import Snapshot
    from langgraph_coaching.refining.review import OpenReceipt

LOOKED_AT = 10 * MOST
"""Latest receipts that are looked at; a call leaves ten of them."""


def most_informative_receipts(
    receipts: Iterable[Receipt],
    judged: Collection[str],
    snapshot: Snapshot,
    sampler: TrafficSampler,
    floor: float,
    limit: int,
) -> list[Receipt]:
    """The receipts whose verdict would teach most, the most telling first.

    Args:
        receipts: The latest, newest first.
        judged: Ids of those that have a verdict.
        snapshot: The coachings that are looked at, as they are now.
        sampler: Where situations are.
        floor: 0..1: where nothing applies below.
        limit: Most to return.

    Raises:
        EmbedderError: The embedder failed.
        StoreError: The store could not be read.
    """
    background, heads = snapshot.background, {head.coaching.id: head for head in snapshot.looked_at}
    asked = open_receipts((one for one in receipts if one.situation), heads, judged)
    texts = list(dict.fromkeys(one.receipt.situation for one in asked))[:MOST]
    placed = sampler.situation_vectors([Situation.from_text(text) for text in texts], snapshot.dimension)
    places = {text: place for text, place in zip(texts, placed, strict=True) if place is not None}
    asked = [one for one in asked if one.receipt.situation in places]
    if background is None or not asked:
        return []
    vectors = np.stack([places[one.receipt.situation].vector for one in asked])
    chances = np.array(_probabilities(snapshot, asked, places))
    return most_informative(asked, vectors, chances, heads, background, floor, limit)


def _probabilities(
    snapshot: Snapshot, asked: Sequence[OpenReceipt], places: Mapping[str, SituationVector]
) -> list[float]:
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
