"""Ids as a person types them: an unambiguous beginning is enough, of a coaching, a trace or a receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.authoring.step_reference import split_reference, step_named
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from langgraph_coaching.authoring.id_finder import IdKind
    from langgraph_coaching.coach import Coach
    from langgraph_coaching.traces.model import Step

_SHOWABLE: tuple[IdKind, ...] = ("coaching", "trace")

_SHOWN = 10
"""Ids that are listed where a beginning is of several."""


def full_id(coach: Coach, given: str, kind: IdKind) -> str:
    """The whole id; what is given where there is none that begins so, for the message of whoever looks it up.

    Args:
        coach: Where it is looked up.
        given: An id or its beginning.
        kind: `coaching`, `trace`, `receipt` or `change_set`.

    Raises:
        InvalidCoachingError: Several begin so; the message lists them.
    """
    if not given:
        return given
    found = coach.find_ids(given, kind=kind)
    if len(found) > 1:
        raise InvalidCoachingError(_ambiguous(given, kind, found))
    return found[0] if found else given


def coaching_id(coach: Coach, given: str) -> str:
    """The whole id of a coaching."""
    return full_id(coach, given, "coaching")


def trace_id(coach: Coach, given: str) -> str:
    """The whole id of a trace."""
    return full_id(coach, given, "trace")


def receipt_id(coach: Coach, given: str) -> str:
    """The whole id of a receipt."""
    return full_id(coach, given, "receipt")


def find_step(coach: Coach, given: str) -> Step:
    """The step that `TRACE:NUMBER` names, the trace by the beginning of its id.

    Raises:
        InvalidCoachingError: It names no step, or several traces begin so.
        NotFoundError: There is no such trace.
    """
    trace, number = split_reference(given)
    return step_named(coach.traces, f"{trace_id(coach, trace)}:{number}")


def find_kind(coach: Coach, given: str) -> tuple[IdKind, str] | None:
    """The coaching or trace that an id, or its beginning, is of, and the whole id; None where nothing begins so.

    Raises:
        InvalidCoachingError: Several begin so.
    """
    if not given:
        return None
    found = [(kind, name) for kind in _SHOWABLE for name in coach.find_ids(given, kind=kind)]
    whole = [one for one in found if one[1] == given]
    if len(found) > 1 and not whole:
        raise InvalidCoachingError(_ambiguous(given, "", [name for _, name in found]))
    return next(iter(whole or found), None)


def _ambiguous(given: str, kind: str, found: list[str]) -> str:
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    what = f"{len(found)} {kind} ids" if kind else f"{len(found)} ids"
    return f"{what} begin with {given!r}: {', '.join(found[:_SHOWN])}{more}; give more of it"
