"""Recourse: of all that could change what became of a coaching, the one call to make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.recall.reasons import (
    FEW,
    RIGHTLY,
    add_example,
    add_never,
    multilingual_change,
    remove_example,
)

if TYPE_CHECKING:
    from langgraph_coaching.recall.why import Why

UNLIKELY = ("below_floor", "denied", "not_ranked")
"""What became of a coaching that was not likely enough."""


def recourse_for(why: Why, *, said: str, stored: bool) -> str:
    """The one call that would change the outcome.

    Args:
        why: All numbers, and what became of the coaching.
        said: The latest turn of the user.
        stored: Whether its receipt is in the store, so that there can be a verdict on it.
    """
    verdict = f"coach.verdict({why.receipt_id!r}, correct=False)" if stored else None
    if why.applied:
        return f"{verdict or add_never(why.coaching_id, said)}, if it should not have applied"
    if why.outcome not in UNLIKELY:
        return why.change
    return _recourse_if_unlikely(why, said, verdict)


def _recourse_if_unlikely(why: Why, said: str, verdict: str | None) -> str:
    name, floor = why.coaching_id, why.floor or 0.0
    if why.language is not None:
        return multilingual_change(name)
    if why.never is not None and (why.now or 0.0) < floor <= (why.without_never or 0.0):
        return f'a "never here" silences it: {remove_example(name, why.never.text)}, if it was not meant'
    more = f"coach.propose({name!r}, model), without a model coach.similar({name!r})"
    if why.texts is not None and why.texts <= FEW:
        known = "one text only" if why.texts == 1 else f"{why.texts} texts only"
        return f"it is known by {known}: add what people say, by {more} or {add_example(name, said)}{RIGHTLY}"
    if (why.taught or 0.0) < floor:
        return f"this situation alone would not be enough, add what people say: {more}"
    return f"{verdict or add_example(name, said)}{RIGHTLY}"
