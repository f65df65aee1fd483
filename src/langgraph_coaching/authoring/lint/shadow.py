"""Shadowed: likely enough, and never in the prompt, since others always go first."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.lint.finding import Finding, quote
from langgraph_coaching.coaching.model import Labels
from langgraph_coaching.recall.search import CANDIDATES
from langgraph_coaching.recall.select import select

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.recall.search import Candidate

_OUTRANKED = ("less_probable", "over_limit", "over_budget")
"""Outcomes of what others keep out; what one of them says already is a duplicate, not shadowed."""

_ALWAYS = 3
"""Recorded situations in which it is likely, and never applied, from which that is more than chance."""


def shadowed(coaching: Coaching, places: Sequence[tuple[Sequence[Candidate], bool]], limits: Limits) -> Finding | None:
    """A coaching that is outranked wherever it is likely enough.

    Args:
        coaching: An active one.
        places: What is recalled in each situation, and whether that is one of its own texts.
        limits: Of the calls.
    """
    found = [(own, *_standing(coaching, candidates, limits)) for candidates, own in places]
    likely = [one for one in found if one[1] != "unlikely"]
    if not any(own for own, *_ in likely) and len(likely) < _ALWAYS:
        return None
    if any(outcome not in _OUTRANKED for _, outcome, _ in likely):
        return None
    before = Counter(other for *_, others in likely for other in others)
    always = (
        sorted(one for one, times in before.items() if times == len(likely)) or [before.most_common(1)[0][0]]
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
        why=f"it is likely enough in {len(likely)} situations, and applied in none",
        remedy="raise its priority, tell the others where they do not apply, or archive it"
        if always
        else "say it shorter, or give Limits(tokens=…) more",
        coaching_ids=(coaching.id, *always),
    )


def _standing(coaching: Coaching, candidates: Sequence[Candidate], limits: Limits) -> tuple[str, tuple[str, ...]]:
    """What becomes of it in one situation, and who is in the prompt instead."""
    rivals = [one for one in _in_its_calls(coaching, candidates) if one.probability >= limits.floor]
    if coaching.id not in {one.head.coaching.id for one in rivals}:
        return "unlikely", ()
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
