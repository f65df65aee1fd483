"""The review: the receipts whose verdict would teach most, by how undecided and how often met they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.authoring.informativeness import LEAST, choose_unlike, count_runs, similarity, undecidedness
from langgraph_coaching.recall.scoring.traffic import ALIKE
from langgraph_coaching.recall.situation import turns_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.coaching.model import Example
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.head import Head

JUDGEABLE = ("applied", "shadow", "held_back", "below_floor", "denied", "less_probable")
"""Outcomes that say whether a coaching applies; where another one took its place, nothing is said about that."""

CANDIDATES = 500
"""The most undecided receipts, among which unlike ones are chosen."""


@dataclass(frozen=True, slots=True)
class OpenReceipt:
    """A receipt without a verdict: one coaching in one situation."""

    receipt: Receipt
    """The latest there."""
    runs: set[str] = field(default_factory=set)
    """Threads in which it was considered there; a run without one is its own."""


def open_receipts(receipts: Iterable[Receipt], heads: Mapping[str, Head], judged: Collection[str]) -> list[OpenReceipt]:
    """The receipts whose verdict would say something new: each coaching once in each situation.

    Args:
        receipts: Newest first.
        heads: Live coachings, by id.
        judged: Ids of the receipts that have a verdict.

    Returns:
        The latest first, without what is an example of the coaching already.
    """
    known = {name: {_turns_of_example(e) for e in head.coaching.examples} for name, head in heads.items()}
    found: dict[tuple[str, str], OpenReceipt] = {}
    answered = set()
    for receipt in receipts:
        name = receipt.coaching_id
        if name is None or name not in heads or receipt.outcome not in JUDGEABLE or not receipt.situation:
            continue
        one = found.setdefault((name, receipt.situation), OpenReceipt(receipt))
        one.runs.add(receipt.thread_id or receipt.trace_id or receipt.id)
        if receipt.id in judged or (turns := turns_of(receipt.situation)) in known[name] or not turns:
            answered.add((name, receipt.situation))
    return [one for key, one in found.items() if key not in answered]


def _turns_of_example(example: Example) -> tuple[tuple[str, bool], ...]:
    return example.turns or ((example.text, True),)


def most_informative(
    asked: Sequence[OpenReceipt],
    vectors: NDArray[np.float32],
    probabilities: NDArray[np.float64],
    heads: Mapping[str, Head],
    background: Background,
    floor: float,
    limit: int,
) -> list[Receipt]:
    """The receipts whose verdict would teach most: undecided, often met, unlike each other, coachings taking turns.

    Args:
        asked: What is not answered yet.
        vectors: Of the situation of each, `float32[len(asked), dimension]`.
        probabilities: Of its coaching there, as it is now.
        heads: What each coaching knows, by id.
        background: Of the same embedder.
        floor: 0..1: where nothing applies below.
        limit: Most to return.

    Returns:
        The most telling first; nothing that is alike to what its coaching knows already.
    """
    near = np.flatnonzero(undecidedness(probabilities, floor) >= LEAST)
    doubt, vectors = undecidedness(probabilities[near], floor), vectors[near]
    open_ = [asked[index] for index in near.tolist()]
    names = np.array([one.receipt.coaching_id for one in open_])
    for name in set(names.tolist()):
        own = np.flatnonzero(names == name)
        told = heads[name].vectors[1:]  # the intent is words about a situation, not one
        doubt[own[(similarity(vectors[own], told, background) >= ALIKE).any(axis=1)]] = 0.0
    best = np.argsort(-doubt, kind="stable")[:CANDIDATES]
    alike = (similarity(vectors[best], vectors, background) >= ALIKE) & (names[best][:, None] == names)
    counts = count_runs(alike, [frozenset(one.runs) for one in open_])
    worth = doubt[best] * (1 + np.log2(np.maximum(counts, 1)))
    picked = choose_unlike(worth, similarity(vectors[best], vectors[best], background), names[best].tolist(), limit)
    return [open_[best[i]].receipt for i in picked]
