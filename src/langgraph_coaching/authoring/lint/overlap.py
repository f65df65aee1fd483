"""Overlap: how likely each coaching is at the texts of the others, in one pass of recall's own search."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.authoring.recorded_chances import chances_at
from langgraph_coaching.coaching.model import Labels, Scope
from langgraph_coaching.recall.many_searches import is_considered
from langgraph_coaching.recall.normalization.negation import takes_back
from langgraph_coaching.recall.scoring.places import Places, surroundings_of
from langgraph_coaching.recall.scoring.situation_vector import SituationVector
from langgraph_coaching.recall.search import CANDIDATES, search

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.head import Head
    from langgraph_coaching.recall.search import Candidate
    from langgraph_coaching.recall.snapshot import Snapshot

MOST_EXAMPLES = 12
"""Examples of one coaching that are looked at, spread over all of them."""

_BLOCK = 256
"""Vectors that are held against the background at once."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One text that a coaching is known by, and what is recalled there."""

    coaching_id: str
    text: str
    candidates: tuple[Candidate, ...]
    """The most probable ones first, whatever their scope; the coaching itself among them."""


def probe_texts(snapshot: Snapshot, ids: Iterable[str]) -> list[Probe]:
    """What is recalled at each text that coachings are known by; a second for some thousand texts.

    Args:
        snapshot: The coachings.
        ids: Of those whose texts are probed.
    """
    asked = _texts_of(snapshot, ids)
    found = search_all(snapshot, _vectors(snapshot, asked))
    return [
        Probe(head.coaching.id, _text(head.coaching, row), tuple(candidates))
        for (head, row), candidates in zip(asked, found, strict=True)
    ]


def _texts_of(snapshot: Snapshot, ids: Iterable[str]) -> list[tuple[Head, int]]:
    wanted = set(ids)
    return [(head, row) for head in snapshot.heads if head.coaching.id in wanted for row in (0, *example_rows(head))]


def example_rows(head: Head) -> list[int]:
    """Rows of the examples in which a coaching also applies, in order; of many a spread."""
    rows: list[int] = np.flatnonzero(head.applies_mask)[1:].tolist()
    return rows[:: max(1, -(-len(rows) // MOST_EXAMPLES))]


def search_all(snapshot: Snapshot, situations: Sequence[SituationVector]) -> list[list[Candidate]]:
    """The most probable coachings in each situation, of any scope."""
    anywhere = replace(
        snapshot,
        scopes={Scope(): np.arange(len(snapshot.heads))},
        expires=np.full(len(snapshot.heads), np.inf),
    )
    return search(anywhere, situations, Labels(), datetime.now(UTC), CANDIDATES) if situations else []


def _vectors(snapshot: Snapshot, asked: Sequence[tuple[Head, int]]) -> list[SituationVector]:
    background = snapshot.background
    if background is None or not asked:
        return []
    vectors = np.stack([head.vectors[row] for head, row in asked])
    return [
        SituationVector(head.vectors[row], at, unwanted=takes_back(_text(head.coaching, row)))
        for (head, row), at in zip(asked, crowding_of_all(vectors, background), strict=True)
    ]


def crowding_of_all(vectors: NDArray[np.float32], background: Background) -> list[float]:
    """How near the nearest background is to each, a block at a time."""
    blocks = (vectors[start : start + _BLOCK] for start in range(0, len(vectors), _BLOCK))
    return [float(one) for block in blocks for one in background.crowding(block)]


def _text(coaching: Coaching, row: int) -> str:
    return coaching.intent if row == 0 else coaching.examples[row - 1].text


def measure_overlaps(probes: Sequence[Probe]) -> dict[tuple[str, str], float]:
    """For pairs of ids in order, the mean probability of one at the other's texts, the larger of both ways."""
    summed: dict[tuple[str, str], float] = defaultdict(float)
    texts: dict[str, int] = defaultdict(int)
    for probe in probes:
        texts[probe.coaching_id] += 1
        for candidate in probe.candidates:
            if candidate.head.coaching.id != probe.coaching_id:
                summed[probe.coaching_id, candidate.head.coaching.id] += candidate.probability
    found: dict[tuple[str, str], float] = defaultdict(float)
    for (one, other), chance in summed.items():
        pair = (min(one, other), max(one, other))
        found[pair] = max(found[pair], chance / texts[one])
    return dict(found)


def overlap_at_texts(
    snapshot: Snapshot, rows: Mapping[str, int], others: Iterable[str]
) -> dict[tuple[str, str], float]:
    """For pairs of ids in order, the mean probability of one at another's texts, but for rounding.

    Args:
        snapshot: The coachings.
        rows: Of the ones, by id.
        others: Ids of the others.
    """
    asked = _texts_of(snapshot, others)
    if not asked:
        return {}
    places = Places.of(_vectors(snapshot, asked))
    near = surroundings_of(places, snapshot.traffic) if snapshot.traffic else None
    owners = [head.coaching.id for head, _ in asked]
    texts = Counter(owners)
    found: dict[tuple[str, str], float] = {}
    for name, row in rows.items():
        chances = chances_at(snapshot, row, places, near, ()) * is_considered(snapshot, row, places.vectors)
        summed: dict[str, float] = defaultdict(float)
        for owner, chance in zip(owners, chances.tolist(), strict=True):
            summed[owner] += chance
        found |= {(min(name, owner), max(name, owner)): chance / texts[owner] for owner, chance in summed.items()}
    return found


def may_meet(one: Coaching, other: Coaching) -> bool:
    """Whether two may speak in the same call: of no other agent or node."""
    pairs = ((one.scope.agent, other.scope.agent), (one.scope.node, other.scope.node))
    return one.id != other.id and all(None in pair or pair[0] == pair[1] for pair in pairs)
