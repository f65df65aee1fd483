"""Impact counted: recorded calls against the coachings of today, and against those with one more or another one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.authoring.impact_choices import choose_both, covers, likely_chances
from langgraph_coaching.authoring.impact_rows import Displacement, ImpactStep
from langgraph_coaching.recall.search import CANDIDATES, search
from langgraph_coaching.recall.select import select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.authoring.call_index import IndexedCall
    from langgraph_coaching.authoring.choices_today import ChoicesToday
    from langgraph_coaching.authoring.impact_calls import GroupedCalls
    from langgraph_coaching.authoring.impact_choices import Both, Comparison
    from langgraph_coaching.authoring.known_places import Known

LISTED = 1_000
"""Steps that are listed; all are counted."""


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
    displaced: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By coaching: the first call at which it applies today, and no longer would, and how many there are."""


def count_impact(
    calls: Sequence[IndexedCall],
    grouped: GroupedCalls,
    comparison: Comparison,
    choices: ChoicesToday,
) -> ImpactCount:
    """Counts where the coaching applies, today and as supposed, as `advise` would say of each call.

    Args:
        calls: Recorded calls.
        grouped: The same, by where their situations are; calls of others are not looked at.
        comparison: Of what with what.
        choices: What applies today, as far as it is known.
    """
    count = ImpactCount(not_looked_at=grouped.not_looked_at)
    known = grouped.distinct
    if known is None:
        return count
    chances = likely_chances(known, comparison, choices)
    listed: tuple[_Listed, _Listed] = ([], [])  # what is new, and what is not
    for group in grouped.groups:
        count.looked_at += len(group.calls)
        if not covers(comparison, group.labels):
            count.out_of_scope += len(group.calls)
            continue
        both = choose_both(group.rows, group.labels, known, comparison, choices, chances)
        places = {row: place for place, row in enumerate(group.rows.tolist())}
        for row, found in both.items():
            own = group.calls_at(places[row])
            if _count_place(count, own, comparison.name, found):
                listed[comparison.name in found.today].append((own, found))
    steps = [one for some in listed for one in _list_steps(some, calls, comparison.name)]
    count.steps = steps[:LISTED]
    return count


_Listed = list[tuple["NDArray[np.intp]", "Both"]]
"""Calls in one situation, and what applies there."""


def _count_place(count: ImpactCount, own: NDArray[np.intp], name: str, both: Both) -> bool:
    """Counts the calls in one situation; whether the coaching would be in their prompt."""
    times, first = len(own), int(own[0])
    for one in _gone(name, both):
        before, seen = count.displaced.get(one, (first, 0))
        count.displaced[one] = min(before, first), seen + times
    if name not in both.supposed:
        count.lost += times * (name in both.today)
        return False
    new = times * (name not in both.today)
    count.fires += times
    count.new += new
    count.new_where_nothing_applies += new * (not both.today)
    return True


def _gone(name: str, both: Both) -> tuple[str, ...]:
    return tuple(one for one in both.today if one != name and one not in both.supposed)


def _list_steps(listed: _Listed, calls: Sequence[IndexedCall], name: str) -> list[ImpactStep]:
    """The first of the calls, in their order."""
    if not listed:
        return []
    indices = np.concatenate([own for own, _ in listed])
    whose = np.repeat(np.arange(len(listed)), [len(own) for own, _ in listed])
    first = np.argsort(indices, kind="stable")[:LISTED]
    pairs = zip(indices[first].tolist(), whose[first].tolist(), strict=True)
    return [_step_of(calls[index], listed[place][1], name) for index, place in pairs]


def _step_of(call: IndexedCall, both: Both, name: str) -> ImpactStep:
    return ImpactStep(
        trace_id=call.trace_id,
        step=call.step,
        receipt_id=call.receipt_id,
        words=call.words,
        probability=both.probability,
        today=both.today,
        displaces=_gone(name, both),
        new=name not in both.today,
    )


def displacements(
    count: ImpactCount, calls: Sequence[IndexedCall], known: Known | None, comparison: Comparison
) -> tuple[Displacement, ...]:
    """The coachings that would apply less often, the most displaced first.

    Args:
        count: What was counted.
        calls: Recorded calls.
        known: The situations.
        comparison: Of what with what.
    """
    if known is None:
        return ()
    found = [
        _displacement(name, calls[first], times, known, comparison) for name, (first, times) in count.displaced.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.steps, one.coaching_id)))


def _displacement(name: str, first: IndexedCall, times: int, known: Known, comparison: Comparison) -> Displacement:
    situation = known.places.situation(known.rows[first.key])
    (candidates,) = search(comparison.supposed, [situation], first.labels, comparison.now, CANDIDATES)
    receipt = select(candidates, replace(comparison.limits, considered=CANDIDATES)).receipt(name)
    (intent,) = (head.coaching.intent for head in comparison.today.heads if head.coaching.id == name)
    return Displacement(
        coaching_id=name,
        intent=intent,
        steps=times,
        outcome=receipt.outcome if receipt else "not_considered",
        reason=receipt.reason if receipt else "others are nearer, so that it is not even considered",
    )
