"""Judged: which receipt of a turn a person means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.errors import InvalidCoachingError, NotFoundError
from langgraph_coaching.recall.receipt import Receipt

if TYPE_CHECKING:
    from langgraph_coaching.chat.turn import Turn
    from langgraph_coaching.coaching.model import Coaching


def receipt_named(turn: Turn, named: Receipt | str | None) -> Receipt:
    """The receipt of what was applied in a turn.

    Args:
        turn: Which one.
        named: The receipt; its id, or the coaching's; None where only one was applied.

    Raises:
        InvalidCoachingError: Nothing was applied, or it is not said which.
        NotFoundError: No such coaching was applied.
    """
    if isinstance(named, Receipt):
        return named
    applied = turn.applied
    if not applied:
        raise InvalidCoachingError("no coaching was applied in the last turn")
    if named is None:
        if len(applied) > 1:
            raise InvalidCoachingError(f"{len(applied)} coachings were applied; say which: {_listed(applied)}")
        return applied[0]
    found = next((one for one in turn.receipts if one.applied and named in (one.id, one.coaching_id)), None)
    if found is None:
        raise NotFoundError(f"no coaching {named!r} was applied in the last turn; applied were {_listed(applied)}")
    return next(one for one in applied if one.coaching_id == found.coaching_id)


def receipt_to_apply(turn: Turn, coaching: Coaching | str) -> Receipt:
    """The receipt of what was looked at and left out in a turn.

    Raises:
        InvalidCoachingError: It was applied.
        NotFoundError: It was not looked at.
    """
    name = coaching if isinstance(coaching, str) else coaching.id
    found = next((one for one in turn.considered if name == one.coaching_id), None)
    if found is None:
        raise NotFoundError(
            f"{name} was not looked at in the last turn, so that a verdict would teach nothing; its `why` says what "
            "keeps it out"
        )
    if found.applied:
        raise InvalidCoachingError(f"the coaching {name!r} was applied in the last turn")
    return found


def _listed(receipts: list[Receipt]) -> str:
    return ", ".join(str(receipt.coaching_id) for receipt in receipts)
