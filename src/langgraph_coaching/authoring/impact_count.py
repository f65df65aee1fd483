"""Impact counted: recorded calls against the coachings of today, and against those with one more or another one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.impact_choices import choose_both, covers
from langgraph_coaching.authoring.impact_rows import Displacement, ImpactStep
from langgraph_coaching.recall.search import CANDIDATES, search
from langgraph_coaching.recall.select import select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langgraph_coaching.authoring.call_index import IndexedCall
    from langgraph_coaching.authoring.choices_today import ChoicesToday
    from langgraph_coaching.authoring.impact_choices import Both, Comparison
    from langgraph_coaching.authoring.known_places import Known
    from langgraph_coaching.coaching.model import Labels

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
    known_steps: list[ImpactStep] = field(default_factory=list)
    """Where it applies today too."""
    displaced: dict[str, list[IndexedCall]] = field(default_factory=lambda: defaultdict(list))
    """By coaching: the calls at which it applies today, and no longer would."""


def count_impact(
    calls: Sequence[IndexedCall], known: Known | None, comparison: Comparison, choices: ChoicesToday
) -> ImpactCount:
    """Counts where the coaching applies, today and as supposed, as `advise` would say of each call.

    Args:
        calls: Recorded calls.
        known: Their situations; calls of others are not looked at.
        comparison: Of what with what.
        choices: What applies today, as far as it is known.
    """
    count = ImpactCount()
    if known is None:
        count.not_looked_at = len(calls)
        return count
    rows = [known.row(call.key) for call in calls]
    groups: dict[Labels, dict[int, None]] = defaultdict(dict)
    for call, row in zip(calls, rows, strict=True):
        if row is not None:
            groups[call.labels][row] = None
    both = {labels: choose_both([*some], labels, known, comparison, choices) for labels, some in groups.items()}
    covered = {labels: covers(comparison, labels) for labels in groups}
    for call, row in zip(calls, rows, strict=True):
        if row is None:
            count.not_looked_at += 1
            continue
        count.looked_at += 1
        count.out_of_scope += not covered[call.labels]
        if (found := both[call.labels].get(row)) is not None:
            _count_call(count, call, comparison.name, found)
    count.steps = [*count.steps, *count.known_steps][:LISTED]
    return count


def _count_call(count: ImpactCount, call: IndexedCall, name: str, both: Both) -> None:
    before, after = both.today, both.supposed
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
    if len(listed) < LISTED:
        listed.append(
            ImpactStep(
                trace_id=call.trace_id,
                step=call.step,
                receipt_id=call.receipt_id,
                words=call.words,
                probability=both.probability,
                today=before,
                displaces=tuple(gone),
                new=new,
            )
        )


def displacements(count: ImpactCount, known: Known | None, comparison: Comparison) -> tuple[Displacement, ...]:
    """The coachings that would apply less often, the most displaced first.

    Args:
        count: What was counted.
        known: The situations.
        comparison: Of what with what.
    """
    if known is None:
        return ()
    found = [_displacement(name, calls, known, comparison) for name, calls in count.displaced.items()]
    return tuple(sorted(found, key=lambda one: (-one.steps, one.coaching_id)))


def _displacement(name: str, calls: Sequence[IndexedCall], known: Known, comparison: Comparison) -> Displacement:
    first = calls[0]
    situation = known.places.situation(known.rows[first.key])
    (candidates,) = search(comparison.supposed, [situation], first.labels, comparison.now, CANDIDATES)
    receipt = select(candidates, replace(comparison.limits, considered=CANDIDATES)).receipt(name)
    (intent,) = (head.coaching.intent for head in comparison.today.heads if head.coaching.id == name)
    return Displacement(
        coaching_id=name,
        intent=intent,
        steps=len(calls),
        outcome=receipt.outcome if receipt else "not_considered",
        reason=receipt.reason if receipt else "others are nearer, so that it is not even considered",
    )
