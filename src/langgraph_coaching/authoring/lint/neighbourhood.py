"""Neighbourhood: the rules that look at a coaching among the others and in the traffic, by recall's own search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.lint.conflict import SUSPECTED, compares_words, pair_finding
from langgraph_coaching.authoring.lint.idle_examples import idle_examples, talk_in_examples
from langgraph_coaching.authoring.lint.overlap import example_rows, may_meet, search_all
from langgraph_coaching.authoring.lint.recalled import recall_around
from langgraph_coaching.authoring.lint.shadow import shadowed
from langgraph_coaching.authoring.lint.width import silent_at_examples, silent_at_source, silent_examples, too_broad

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from langgraph_coaching.authoring.lint.finding import Finding
    from langgraph_coaching.authoring.lint.recalled import Recalled
    from langgraph_coaching.authoring.lint.width import OrdinaryTraffic
    from langgraph_coaching.authoring.lint.wording import Likeness
    from langgraph_coaching.authoring.recorded_places import PlacedSituations
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.recall.scoring.head import Head
    from langgraph_coaching.recall.scoring.places import Surroundings
    from langgraph_coaching.recall.scoring.situation_vector import SituationVector
    from langgraph_coaching.recall.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Everything that recall knows around some coachings."""

    snapshot: Snapshot
    """All that are live, the one that is asked for among them."""
    recorded: PlacedSituations
    """The latest recorded situations."""
    near: Surroundings | None
    """What of the snapshot's traffic is near each of their places."""
    traffic: OrdinaryTraffic
    """What is said beside what coachings are for."""
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
    recalled, at_sources = recall_around(around, asked), _probabilities_at_sources(around)
    found: list[Finding | None] = [*_one_of_each_twin(_pair_findings(around, recalled, heads, asked))]
    own = [heads[name] for name in sorted(heads.keys() & asked)]
    silent = silent_examples(own, snapshot, floor)
    for head in own:
        name, coaching = head.coaching.id, head.coaching
        found.append(shadowed(coaching, recalled.places.get(name, ()), around.limits))
        found.append(too_broad(coaching, recalled.fired.get(name, 0), around.traffic))
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
    around: Neighbourhood, recalled: Recalled, heads: Mapping[str, Head], asked: AbstractSet[str]
) -> Iterator[Finding | None]:
    pairs = []
    for names, overlap in recalled.overlaps.items():
        older, newer = sorted((heads[name].coaching for name in names), key=_age)
        if overlap >= SUSPECTED and not asked.isdisjoint(names) and may_meet(older, newer):
            pairs.append((older, newer, overlap))
    pairs.sort(key=lambda pair: (_age(pair[0]), _age(pair[1])))
    told = {
        (one.id, other.id): _instructions(one, other)
        for one, other, overlap in pairs
        if compares_words(one, other, overlap)
    }
    around.likeness.learn(text for said in told.values() for text in said)
    for older, newer, overlap in pairs:
        said = told.get((older.id, newer.id))
        yield pair_finding(older, newer, overlap, around.likeness.least(said) if said else 0.0)


def _instructions(one: Coaching, other: Coaching) -> tuple[str, str]:
    return one.behavior.render(), other.behavior.render()


def _age(coaching: Coaching) -> tuple[datetime, str]:
    return coaching.created_at, coaching.id


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


def _probabilities_at_sources(around: Neighbourhood) -> dict[str, float]:
    names = list(around.sources)
    found = search_all(around.snapshot, [around.sources[name] for name in names])
    return {
        name: next((one.probability for one in candidates if one.head.coaching.id == name), 0.0)
        for name, candidates in zip(names, found, strict=True)
    }
