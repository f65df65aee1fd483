"""Stages in findings: which of the coachings is not active, and what a conflict is before both are in a prompt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from langgraph_coaching.authoring.lint.finding import Finding, Severity
    from langgraph_coaching.coaching.model import Status

_UNSAID = ("draft", "shadow")
"""Statuses of what is in no prompt, and may come into one."""

_OF_PAIRS = ("conflict", "duplicate", "near_duplicate")


def tell_stages(found: Iterable[Finding], statuses: Mapping[str, Status]) -> list[Finding]:
    """The findings, each with the statuses of its coachings where one is not active.

    A conflict or a double of what is in no prompt yet harms nobody today, and may be meant: the new one is to take the
    other's place. It is a warning at most, which says how.

    Args:
        found: As if all of them were active.
        statuses: Those they have, by id.
    """
    return [_tell_stages(one, tuple(statuses.get(name, "active") for name in one.coaching_ids)) for one in found]


def _tell_stages(one: Finding, stages: tuple[Status, ...]) -> Finding:
    if all(stage == "active" for stage in stages):
        return one
    told = replace(one, stages=stages)
    waiting = [name for name, stage in zip(one.coaching_ids, stages, strict=True) if stage in _UNSAID]
    if one.rule not in _OF_PAIRS or not waiting:
        return told
    severity: Severity = "warning" if one.severity == "error" else one.severity
    others = [name for name in one.coaching_ids if name not in waiting]
    taken = "".join(
        f"where {waiting[0]} is to take the place of {name}, coach.promote({waiting[0]!r}, to='active', "
        f"replaces=[{name!r}]); else "
        for name in others
    )
    return replace(told, severity=severity, remedy=taken + one.remedy)
