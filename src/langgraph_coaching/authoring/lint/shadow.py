"""Shadowed: likely enough, and never in the prompt, since others always go first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.lint.finding import Finding, quote
from langgraph_coaching.coaching.model import Labels
from langgraph_coaching.recall.search import CANDIDATES
from langgraph_coaching.recall.select import select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.recall.search import Candidate

_OUTRANKED = ("less_probable", "over_limit", "over_budget")
"""Outcomes of what others keep out; what one of them says already is a duplicate, not shadowed."""

_UNLIKELY = "unlikely"

_ALWAYS = 3
"""Recorded situations in which it is likely, and never applied, from which that is more than chance."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a coaching may be likely enough."""

    candidates: Callable[[], Sequence[Candidate]]
    """What is recalled there."""
    chance: float
    """0..1: of the coaching there, or about that."""
    own: bool = False
    """Whether it is one of its own texts, and no recorded situation."""
    times: int = 1
    """How many situations are there."""


def shadowed(coaching: Coaching, places: Sequence[Place], limits: Limits) -> Finding | None:
    """A coaching that is outranked wherever it is likely enough.

    Args:
        coaching: An active one.
        places: Where it may be likely enough.
        limits: Of the calls.
    """
    found: dict[int, tuple[str, tuple[str, ...]]] = {}
    for index in sorted(range(len(places)), key=lambda index: -places[index].chance):  # where it is likeliest first
        found[index] = _standing(coaching, places[index].candidates(), limits)
        if found[index][0] not in (*_OUTRANKED, _UNLIKELY):
            return None
    likely = [index for index in sorted(found) if found[index][0] != _UNLIKELY]
    count = sum(places[index].times for index in likely)
    if not any(places[index].own for index in likely) and count < _ALWAYS:
        return None
    before: Counter[str] = Counter()
    for index in likely:
        for other in found[index][1]:
            before[other] += places[index].times
    always = (
        sorted(one for one, times in before.items() if times == count) or [before.most_common(1)[0][0]]
        if before
        else []
    )
    kept_out = (
        "its own words are longer than the prompt's budget"
        if not always
        else f"{', '.join(always)} always go before it"
    )
    return Finding(
        severity="warning",
        rule="shadowed",
        what=f"{quote(coaching.intent)} is never in the prompt: {kept_out}",
        why=f"it is likely enough in {count} situations, and applied in none",
        remedy="raise its priority, tell the others where they do not apply, or archive it"
        if always
        else "say it shorter, or give Limits(tokens=…) more",
        coaching_ids=(coaching.id, *always),
    )


def _standing(coaching: Coaching, candidates: Sequence[Candidate], limits: Limits) -> tuple[str, tuple[str, ...]]:
    """What becomes of it in one situation, and who is in the prompt instead."""
    rivals = [one for one in _in_its_calls(coaching, candidates) if one.probability >= limits.floor]
    if coaching.id not in {one.head.coaching.id for one in rivals}:
        return _UNLIKELY, ()
    advice = select(rivals, replace(limits, considered=CANDIDATES))
    outcome = next(one.outcome for one in advice.considered if one.coaching_id == coaching.id)
    return outcome, tuple(str(one.coaching_id) for one in advice.applied)


def _in_its_calls(coaching: Coaching, candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """Those that speak in every call in which it may speak."""
    scope = coaching.scope
    labels = Labels(agent=scope.agent, node=scope.node, tags=frozenset(scope.tags))
    for one in candidates:
        if one.head.coaching.scope.covers(agent=labels.agent, node=labels.node, tags=labels.tags):
            yield one
