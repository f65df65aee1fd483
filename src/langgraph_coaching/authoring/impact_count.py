"""Impact counted: recorded calls against the coachings of today, and against those with one more or another one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.impact_rows import Displacement, ImpactStep
from langgraph_coaching.recall.scoring.one_coaching import largest_probabilities
from langgraph_coaching.recall.scoring.probability import FittedHeads
from langgraph_coaching.recall.search import CANDIDATES, search
from langgraph_coaching.recall.select import select

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from langgraph_coaching.authoring.call_index import IndexedCall
    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.recall.scoring.situation_vector import SituationVector
    from langgraph_coaching.recall.snapshot import Snapshot

LISTED = 1_000
"""Steps that are listed; all are counted."""

SCREEN = 0.6
"""Share of the floor from which on a situation is advised: what screens is rounded otherwise than what decides."""

TOGETHER = 500
"""Situations whose advice is held at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The coachings of today, and those that are supposed instead."""

    name: str
    """Id of the one that differs."""
    today: Snapshot
    supposed: Snapshot
    alone: tuple[Snapshot, ...]
    """Of that one only: as it is supposed, and as it is today where it is active."""
    limits: Limits
    now: datetime
    """For expiry."""


@dataclass(slots=True)
class ImpactCount:
    """What was counted; the fields are those of `Impact`."""

    looked_at: int = 0
    not_looked_at: int = 0
    out_of_scope: int = 0
    fires: int = 0
    new: int = 0
    new_where_nothing_applies: int = 0
    lost: int = 0
    steps: list[ImpactStep] = field(default_factory=list)
    known_steps: list[ImpactStep] = field(default_factory=list)
    """Where it applies today too."""
    displaced: dict[str, list[IndexedCall]] = field(default_factory=lambda: defaultdict(list))
    """By coaching: the calls at which it applies today, and no longer would."""


def count_impact(
    calls: Sequence[IndexedCall], vectors: Mapping[bytes, SituationVector], comparison: Comparison
) -> ImpactCount:
    """Counts where the coaching applies, today and as supposed; every advice is what `advise` would give.

    Only situations in which it is likely enough, today or as supposed, are advised: in any other it is not chosen and
    keeps no other one out.

    Args:
        calls: Recorded calls.
        vectors: Of their situations, by key; calls without one are not looked at.
        comparison: Of what with what.
    """
    count = ImpactCount()
    advised = _advise_likely(calls, vectors, comparison)
    for call in calls:
        if call.key not in vectors:
            count.not_looked_at += 1
            continue
        count.looked_at += 1
        count.out_of_scope += not _covers(comparison, call.labels)
        if both := advised.get((call.labels, call.key)):
            _count_call(count, call, comparison.name, *both)
    count.steps = [*count.steps, *count.known_steps][:LISTED]
    return count


def _covers(comparison: Comparison, labels: Labels) -> bool:
    scopes = [one.heads[0].coaching.scope for one in comparison.alone]
    return any(one.covers(agent=labels.agent, node=labels.node, tags=labels.tags) for one in scopes)


def _advise_likely(
    calls: Sequence[IndexedCall], vectors: Mapping[bytes, SituationVector], comparison: Comparison
) -> dict[tuple[Labels, bytes], tuple[Advice, Advice]]:
    """The advice of today and the supposed one, wherever the coaching is likely enough in either."""
    groups: dict[Labels, dict[bytes, SituationVector]] = defaultdict(dict)
    for call in calls:
        if call.key in vectors:
            groups[call.labels][call.key] = vectors[call.key]
    found: dict[tuple[Labels, bytes], tuple[Advice, Advice]] = {}
    for labels, places in groups.items():
        likely = _likely_keys(places, labels, comparison)
        for start in range(0, len(likely), TOGETHER):
            block = likely[start : start + TOGETHER]
            both = (_advise(some, [places[key] for key in block], labels, comparison)
                    for some in (comparison.today, comparison.supposed))  # fmt: skip
            found |= {(labels, key): pair for key, pair in zip(block, zip(*both, strict=True), strict=True)}
    return found


def _likely_keys(places: Mapping[bytes, SituationVector], labels: Labels, comparison: Comparison) -> list[bytes]:
    if not _covers(comparison, labels):
        return []
    coachings = [FittedHeads(one.heads, one.fits, one.background, one.reserve)
                 for one in comparison.alone if one.background]  # fmt: skip
    chances = largest_probabilities([*places.values()], coachings, comparison.supposed.traffic)
    return [key for key, chance in zip(places, chances, strict=True) if chance >= comparison.limits.floor * SCREEN]


def _advise(
    snapshot: Snapshot, situations: Sequence[SituationVector], labels: Labels, comparison: Comparison
) -> list[Advice]:
    ranked = search(snapshot, situations, labels, comparison.now, CANDIDATES)
    limits = replace(comparison.limits, considered=1)  # receipts of what is not chosen cost more than the choice
    return [select(candidates, limits) for candidates in ranked]


def _count_call(count: ImpactCount, call: IndexedCall, name: str, today: Advice, supposed: Advice) -> None:
    before = {receipt.coaching_id or "": receipt for receipt in today.applied}
    after = {receipt.coaching_id or "" for receipt in supposed.applied}
    gone = [one for one in before if one != name and one not in after]
    for one in gone:
        count.displaced[one].append(call)
    count.lost += name in before and name not in after
    if name not in after:
        return
    new = name not in before
    count.fires += 1
    count.new += new
    count.new_where_nothing_applies += new and not before
    listed = count.steps if new else count.known_steps
    receipt = supposed.receipt(name)
    if receipt is not None and len(listed) < LISTED:
        listed.append(
            ImpactStep(
                trace_id=call.trace_id,
                step=call.step,
                receipt_id=call.receipt_id,
                words=call.words,
                probability=receipt.probability,
                today=tuple(before),
                displaces=tuple(gone),
                new=new,
            )
        )


def displacements(
    count: ImpactCount, vectors: Mapping[bytes, SituationVector], comparison: Comparison
) -> tuple[Displacement, ...]:
    """The coachings that would apply less often, the most displaced first.

    Args:
        count: What was counted.
        vectors: Of the situations, by key.
        comparison: Of what with what.
    """
    found = [_displacement(name, calls, vectors, comparison) for name, calls in count.displaced.items()]
    return tuple(sorted(found, key=lambda one: (-one.steps, one.coaching_id)))


def _displacement(
    name: str, calls: Sequence[IndexedCall], vectors: Mapping[bytes, SituationVector], comparison: Comparison
) -> Displacement:
    first = calls[0]
    (candidates,) = search(comparison.supposed, [vectors[first.key]], first.labels, comparison.now, CANDIDATES)
    receipt = select(candidates, replace(comparison.limits, considered=CANDIDATES)).receipt(name)
    (intent,) = (head.coaching.intent for head in comparison.today.heads if head.coaching.id == name)
    return Displacement(
        coaching_id=name,
        intent=intent,
        steps=len(calls),
        outcome=receipt.outcome if receipt else "not_considered",
        reason=receipt.reason if receipt else "others are nearer, so that it is not even considered",
    )
