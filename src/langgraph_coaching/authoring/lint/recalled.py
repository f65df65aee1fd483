"""Recalled: where the coachings that are asked for are met, in the others' texts and in the traffic."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.authoring.lint.conflict import DECIDED, SAME_SITUATIONS, SUSPECTED
from langgraph_coaching.authoring.lint.overlap import measure_overlaps, overlap_at_texts, probe_texts, search_all
from langgraph_coaching.authoring.lint.shadow import Place
from langgraph_coaching.authoring.recorded_chances import chances_at
from langgraph_coaching.recall.many_searches import is_considered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from langgraph_coaching.authoring.lint.neighbourhood import Neighbourhood
    from langgraph_coaching.authoring.lint.overlap import Probe
    from langgraph_coaching.recall.scoring.places import Places, Surroundings
    from langgraph_coaching.recall.search import Candidate
    from langgraph_coaching.recall.snapshot import Snapshot

FEW = 8
"""Coachings that are asked for up to which each is looked for by itself; of more, a search of every situation tells."""

_NEAR = 0.1
"""Probability at the texts of the one that is asked for, from which another's texts are probed too."""

_EDGES = (SUSPECTED, DECIDED, SAME_SITUATIONS)

_ROUNDING = 1e-4
"""Difference of two overlaps below which rounding may tell which is larger."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is recalled around some coachings."""

    overlaps: Mapping[tuple[str, str], float]
    """For pairs of ids in order, how far their situations are the same; see `measure_overlaps`."""
    fired: Mapping[str, int]
    """By id, in how many situations of the ordinary traffic each is likely enough."""
    places: Mapping[str, Sequence[Place]]
    """By id, where each may be likely enough: its own texts, and recorded situations."""


def recall_around(around: Neighbourhood, asked: AbstractSet[str]) -> Recalled:
    """Looks around some coachings.

    Args:
        around: What recall knows.
        asked: Ids of the coachings.
    """
    probes = probe_texts(around.snapshot, asked)
    near = {one.head.coaching.id for probe in probes for one in probe.candidates if one.probability >= _NEAR} - asked
    if len(asked) > FEW:
        return _of_all(around, [*probes, *probe_texts(around.snapshot, near)])
    return _of_few(around, asked, probes, near)


def _of_all(around: Neighbourhood, probes: Sequence[Probe]) -> Recalled:
    """By a search of every situation."""
    snapshot, floor, traffic = around.snapshot, around.limits.floor, around.traffic
    ordinary = _search_places(snapshot, traffic.places)
    found = ordinary if traffic.recorded else _search_places(snapshot, around.recorded.places)
    fired: Counter[str] = Counter()
    for candidates, times in zip(ordinary, traffic.times.tolist(), strict=True):
        fired.update({one.head.coaching.id: times for one in candidates if one.probability >= floor})
    places = _own_places(probes)
    for candidates, times in zip(found, around.recorded.times.tolist(), strict=True):
        for one in candidates:
            if one.probability >= floor:
                place = Place(partial(_candidates_of, candidates), one.probability, times=times)
                places[one.head.coaching.id].append(place)
    return Recalled(measure_overlaps(probes), fired, places)


def _of_few(
    around: Neighbourhood, asked: AbstractSet[str], probes: Sequence[Probe], near: AbstractSet[str]
) -> Recalled:
    """Of each coaching by itself: where it is likely is reckoned at once, and searched only where that matters."""
    snapshot, traffic, recorded = around.snapshot, around.traffic, around.recorded
    rows = {head.coaching.id: row for row, head in enumerate(snapshot.heads) if head.coaching.id in asked}
    overlaps = dict(measure_overlaps(probes))
    for pair, overlap in overlap_at_texts(snapshot, rows, near).items():
        overlaps[pair] = max(overlaps.get(pair, 0.0), overlap)
    unsure = {name for pair, overlap in overlaps.items() if _is_at_edge(overlap) for name in pair} & near
    if unsure:
        exact = measure_overlaps([*probes, *probe_texts(snapshot, unsure)])
        overlaps |= {pair: overlap for pair, overlap in exact.items() if not unsure.isdisjoint(pair)}
    fired, places = {}, _own_places(probes)
    for name, row in rows.items():
        likely = _likely_at(around, row, traffic.places, traffic.near)
        fired[name] = int(traffic.times[likely.nonzero()].sum())
        chances = likely if traffic.recorded else _likely_at(around, row, recorded.places, around.near)
        if recorded.places is not None:
            for index in np.flatnonzero(chances).tolist():
                candidates = partial(_search_place, snapshot, recorded.places, index)
                places[name].append(Place(candidates, float(chances[index]), times=int(recorded.times[index])))
    return Recalled(overlaps, fired, places)


def _is_at_edge(overlap: float) -> bool:
    return any(abs(overlap - edge) < _ROUNDING for edge in _EDGES)


def _likely_at(
    around: Neighbourhood, row: int, places: Places | None, near: Surroundings | None
) -> NDArray[np.float64]:
    """The probability of a coaching at each place where it is a candidate, and likely enough; 0 elsewhere."""
    if places is None:
        return np.zeros(0)
    snapshot, floor = around.snapshot, around.limits.floor
    chances = chances_at(snapshot, row, places, near, [floor])
    likely = np.flatnonzero(chances >= floor)
    considered = likely[is_considered(snapshot, row, places.vectors[likely])]
    found = np.zeros(len(places))
    found[considered] = np.maximum(chances[considered], np.finfo(np.float64).tiny)  # a floor of 0 takes all
    return found


def _own_places(probes: Sequence[Probe]) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = defaultdict(list)
    for probe in probes:
        chance = next((one.probability for one in probe.candidates if one.head.coaching.id == probe.coaching_id), 0.0)
        found[probe.coaching_id].append(Place(partial(_candidates_of, probe.candidates), chance, own=True))
    return found


def _candidates_of(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    return candidates


def _search_place(snapshot: Snapshot, places: Places, row: int) -> Sequence[Candidate]:
    return search_all(snapshot, [places.situation(row)])[0]


def _search_places(snapshot: Snapshot, places: Places | None) -> list[list[Candidate]]:
    return search_all(snapshot, [] if places is None else [places.situation(row) for row in range(len(places))])
