"""The remedy: of all that could be done about what became of a coaching, the one thing to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.recall.reasons import (
    FEW,
    RIGHTLY,
    add_example,
    add_never,
    multilingual,
    remove_example,
)

if TYPE_CHECKING:
    from langgraph_coaching.recall.why import Why

UNLIKELY = ("below_floor", "denied", "not_ranked")
"""What became of a coaching that was not likely enough."""


def remedy(told: Why, *, said: str, stored: bool) -> str:
    """The one call that would change the outcome.

    Args:
        told: All numbers, and what became of the coaching.
        said: The latest turn of the user.
        stored: Whether its receipt is in the store, so that there can be a verdict on it.
    """
    verdict = f"coach.verdict({told.receipt_id!r}, correct=False)" if stored else None
    if told.applied:
        return f"{verdict or add_never(told.coaching_id, said)}, if it should not have applied"
    if told.outcome not in UNLIKELY:
        return told.change
    return _likelier(told, said, verdict)


def _likelier(told: Why, said: str, verdict: str | None) -> str:
    name, floor = told.coaching_id, told.floor or 0.0
    if told.language is not None:
        return multilingual(name)
    if told.never is not None and (told.now or 0.0) < floor <= (told.without_never or 0.0):
        return f'a "never here" silences it: {remove_example(name, told.never.text)}, if it was not meant'
    more = f"coach.propose({name!r}, model), without a model coach.similar({name!r})"
    if told.texts is not None and told.texts <= FEW:
        known = "one text only" if told.texts == 1 else f"{told.texts} texts only"
        return f"it is known by {known}: add what people say, by {more} or {add_example(name, said)}{RIGHTLY}"
    if (told.taught or 0.0) < floor:
        return f"this situation alone would not be enough, add what people say: {more}"
    return f"{verdict or add_example(name, said)}{RIGHTLY}"
