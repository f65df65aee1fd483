"""Neighbourhood: the rules that look at a coaching among the others and in the traffic, by recall's own search."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.lint.conflict import SUSPECTED, pair_finding
from langgraph_coaching.authoring.lint.idle_examples import idle_examples, talk_in_examples
from langgraph_coaching.authoring.lint.overlap import example_rows, may_meet, measure_overlaps, probe_texts, search_all
from langgraph_coaching.authoring.lint.shadow import shadowed
from langgraph_coaching.authoring.lint.width import (
    silent_at_examples,
    silent_at_source,
    silent_examples,
    too_broad,
    traffic_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from langgraph_coaching.authoring.lint.finding import Finding
    from langgraph_coaching.authoring.lint.overlap import Probe
    from langgraph_coaching.authoring.lint.wording import Likeness
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.recall.scoring.head import Head
    from langgraph_coaching.recall.scoring.situation_vector import SituationVector
    from langgraph_coaching.recall.search import Candidate
    from langgraph_coaching.recall.snapshot import Snapshot

_NEAR = 0.1
"""Probability at the texts of the one that is asked for, from which another's texts are probed too."""


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Everything that recall knows around some coachings."""

    snapshot: Snapshot
    """All that are live, the one that is asked for among them."""
    recorded: Sequence[SituationVector]
    """The latest recorded situations."""
    sources: Mapping[str, SituationVector]
    """Where coachings were written, by id."""
    limits: Limits
    """Of the calls."""
    likeness: Likeness
    """For instructions."""


def find_in_neighbourhood(around: Neighbourhood, asked: AbstractSet[str]) -> list[Finding]:
    """What is the matter with coachings among the others.

    Args:
        around: What recall knows.
        asked: Ids of the coachings; findings concern at least one of them.
    """
    snapshot, floor = around.snapshot, around.limits.floor
    heads = {head.coaching.id: head for head in snapshot.heads}
    probes = probe_texts(snapshot, asked)
    near = {one.head.coaching.id for probe in probes for one in probe.candidates if one.probability >= _NEAR}
    probes += probe_texts(snapshot, near - asked)
    recorded = search_all(snapshot, around.recorded)
    traffic = traffic_of(snapshot, around.recorded)
    ordinary = recorded if traffic.recorded else search_all(snapshot, traffic.situations)
    fired = Counter(one.head.coaching.id for some in ordinary for one in some if one.probability >= floor)
    places, at_sources = _places(probes, recorded, floor), _probabilities_at_sources(around)
    found: list[Finding | None] = [*_one_of_each_twin(_pair_findings(around, probes, heads, asked))]
    own = [heads[name] for name in sorted(heads.keys() & asked)]
    silent = silent_examples(own, snapshot, floor)
    for head in own:
        name, coaching = head.coaching.id, head.coaching
        found.append(shadowed(coaching, places[name], around.limits))
        found.append(too_broad(coaching, fired[name], traffic))
        if name in at_sources:
            found.append(silent_at_source(coaching, at_sources[name], floor))
        found += _findings_of_examples(head, snapshot, silent[name])
    return [one for one in found if one is not None]


def _findings_of_examples(head: Head, snapshot: Snapshot, silent: Sequence[str]) -> Iterator[Finding | None]:
    """What its examples tell: those that people say anywhere, and the others that are unlike each other."""
    idle = [] if snapshot.background is None else idle_examples(head, snapshot.background)
    yield talk_in_examples(head.coaching, idle)
    unlike = [text for text in silent if text not in idle]
    yield silent_at_examples(head.coaching, unlike, len(example_rows(head)) - len(idle))


def _pair_findings(
    around: Neighbourhood, probes: Sequence[Probe], heads: Mapping[str, Head], asked: AbstractSet[str]
) -> Iterator[Finding | None]:
    pairs = []
    for names, overlap in measure_overlaps(probes).items():
        older, newer = sorted((heads[name].coaching for name in names), key=_age)
        if overlap >= SUSPECTED and not asked.isdisjoint(names) and may_meet(older, newer):
            pairs.append((older, newer, overlap))
    pairs.sort(key=lambda pair: (_age(pair[0]), _age(pair[1])))
    around.likeness.learn(
        coaching.behavior.render() for pair in pairs if _are_replies(*pair[:2]) for coaching in pair[:2]
    )
    for older, newer, overlap in pairs:
        said = (older.behavior.render(), newer.behavior.render())
        yield pair_finding(older, newer, overlap, around.likeness.least(said) if _are_replies(older, newer) else 0.0)


def _age(coaching: Coaching) -> tuple[datetime, str]:
    return coaching.created_at, coaching.id


def _are_replies(one: Coaching, other: Coaching) -> bool:
    return one.behavior.type == other.behavior.type == "reply"


def _one_of_each_twin(found: Iterable[Finding | None]) -> Iterator[Finding]:
    """The findings, of a coaching that says the same as several the one with the oldest of them only."""
    told: set[tuple[str, str]] = set()
    for one in found:
        if one is None:
            continue
        twin = (one.rule, one.coaching_ids[-1])
        if one.rule not in ("duplicate", "near_duplicate") or twin not in told:
            yield one
        told.add(twin)


def _places(
    probes: Sequence[Probe], recorded: Sequence[Sequence[Candidate]], floor: float
) -> dict[str, list[tuple[Sequence[Candidate], bool]]]:
    """Where each may be likely enough: its own texts, and recorded situations."""
    found: dict[str, list[tuple[Sequence[Candidate], bool]]] = defaultdict(list)
    for probe in probes:
        found[probe.coaching_id].append((probe.candidates, True))
    for candidates in recorded:
        for one in candidates:
            if one.probability >= floor:
                found[one.head.coaching.id].append((candidates, False))
    return found


def _probabilities_at_sources(around: Neighbourhood) -> dict[str, float]:
    names = list(around.sources)
    found = search_all(around.snapshot, [around.sources[name] for name in names])
    return {
        name: next((one.probability for one in candidates if one.head.coaching.id == name), 0.0)
        for name, candidates in zip(names, found, strict=True)
    }
