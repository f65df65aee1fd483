"""Rows of an impact: a step where a coaching would fire, what it displaces, and where it stays silent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactStep:
    """One recorded model call at which a coaching would be in the prompt."""

    trace_id: str | None
    """None where only a receipt tells of it."""
    step: int | None
    """Index of the first step that the call made."""
    receipt_id: str | None
    """Where no trace holds the call."""
    words: str
    """What the user said last, cut short."""
    probability: float
    """0..1: how likely the coaching is right there."""
    today: tuple[str, ...]
    """Ids of the coachings that apply there today."""
    displaces: tuple[str, ...]
    """Those of them that no longer would."""
    new: bool
    """Whether it does not apply there today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Displacement:
    """A coaching that would apply less often than it does today."""

    coaching_id: str
    intent: str
    steps: int
    """In how many recorded steps it no longer would."""
    outcome: str
    """What would become of it in the first of them, such as `over_limit`."""
    reason: str
    """The same in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentText:
    """The source, or an example of where it also applies, in which a coaching would stay silent."""

    text: str
    """What was said there, cut short."""
    origin: str
    """Who says that it applies there: `source`, `author`, `verdict`, `proposed` or `recorded`."""
    probability: float | None
    """0..1; None where it is not even considered, since others are nearer."""
    reason: str
