"""Conflict and duplicate: two coachings that are recalled in the same situations, and what they ask for there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.authoring.lint.contradiction import contradict
from langgraph_coaching.authoring.lint.finding import Finding, Rule, Severity, quote
from langgraph_coaching.authoring.lint.wish_kinds import differ_in_kind

if TYPE_CHECKING:
    from langgraph_coaching.coaching.model import Coaching

DECIDED = 0.5
"""Mean probability of one at the other's texts from which they share their situations."""

SUSPECTED = 0.3
"""From which they may share them; what is only suspected is looked at from here on."""

SAME_SITUATIONS = 0.85
"""From which two replies are shown to a person, though nothing says that they contradict each other."""

SAME_WORDS = 1.6
"""On the embedder's own scale, likeness from which two instructions say the same in other words."""

_ONE_ONLY = {"handoff": "target", "process": "name", "playbook": "name"}
"""Behaviors of which a conversation follows one, and what tells two of them apart."""

_TOGETHER = "both are in the prompt there, and which is followed is left to chance"


def pair_finding(one: Coaching, other: Coaching, overlap: float, likeness: float = 0.0) -> Finding | None:
    """What is the matter between two coachings.

    Args:
        one: A coaching.
        other: Another that may speak in the same call.
        overlap: 0..1: mean probability of one at the other's texts, the larger of both ways.
        likeness: Of the two instructions, on the embedder's own scale.
    """
    same_words = _fold(one.intent) == _fold(other.intent)
    if not same_words and (overlap < SUSPECTED or differ_in_kind(one.intent, other.intent)):
        return None
    decided = same_words or overlap >= DECIDED
    if _fold(one.behavior.render()) == _fold(other.behavior.render()):
        return _duplicate(one, other) if decided else None
    if (ground := incompatible(one.behavior, other.behavior)) and decided:
        return _finding("error", "conflict", one, other, f"in the same situations {ground}", _TOGETHER)
    if contradict(one.behavior.render(), other.behavior.render()):
        what = f"{quote(one.behavior.render())} seems to contradict {quote(other.behavior.render())}"
        return _finding("warning", "conflict", one, other, what, _TOGETHER)
    if one.behavior.type == other.behavior.type == "reply" and decided:
        return _of_two_replies(one, other, likeness, same=same_words or overlap >= SAME_SITUATIONS)
    return None


def compares_words(one: Coaching, other: Coaching, overlap: float) -> bool:
    """Whether the finding on a pair depends on how alike the two instructions are."""
    replies = one.behavior.type == other.behavior.type == "reply"
    mine, theirs = (_fold(coaching.behavior.render()) for coaching in (one, other))
    same_words = _fold(one.intent) == _fold(other.intent)
    return replies and mine != theirs and (same_words or overlap >= DECIDED)


def incompatible(one: Any, other: Any) -> str:
    """Why two typed behaviors cannot both be followed, or ""."""
    if one.type == other.type and one.type in _ONE_ONLY:
        mine, theirs = getattr(one, _ONE_ONLY[one.type]), getattr(other, _ONE_ONLY[one.type])
        return f"one asks for the {one.type} {mine!r}, the other for {theirs!r}" if _fold(mine) != _fold(theirs) else ""
    kinds = {one.type, other.type}
    if "handoff" in kinds and kinds & {"action", "process", "playbook"}:
        return "one hands the conversation over, the other has the agent go on itself"
    if one.type == other.type == "action" and one.tool == other.tool:
        differing = [name for name in one.arguments.keys() & other.arguments.keys() if _differ(one, other, name)]
        return f"both call {one.tool}, with another {', '.join(sorted(differing))}" if differing else ""
    return ""


def _differ(one: Any, other: Any, name: str) -> bool:
    """Whether two values cannot both be given; words that say where a value comes from are no value."""
    mine, theirs = one.arguments[name], other.arguments[name]
    return bool(mine != theirs and not any(isinstance(value, str) and " " in value for value in (mine, theirs)))


def _duplicate(one: Coaching, other: Coaching) -> Finding:
    what = f"{quote(one.intent)} and {quote(other.intent)} ask for the same"
    why = "only one of the two is ever in the prompt, and verdicts teach one and not the other"
    remedy = f"keep one, with the other's intent as an example, and coach.archive({other.id!r})"
    return _finding("warning", "duplicate", one, other, what, why, remedy)


def _near_duplicate(one: Coaching, other: Coaching) -> Finding:
    what = f"{quote(one.behavior.render())} and {quote(other.behavior.render())} say nearly the same"
    why = "both are in the prompt there, in the place of another"
    remedy = f"keep one that says all, and coach.archive({other.id!r})"
    return _finding("note", "near_duplicate", one, other, what, why, remedy)


def _of_two_replies(one: Coaching, other: Coaching, likeness: float, *, same: bool) -> Finding | None:
    if likeness >= SAME_WORDS:
        return _near_duplicate(one, other)
    if not same:
        return None
    what = f"{quote(one.behavior.render())} beside {quote(other.behavior.render())}"
    why = "both are in the prompt there; only a person can tell whether they go together"
    return _finding("note", "conflict", one, other, what, why)


def _finding(
    severity: Severity, rule: Rule, one: Coaching, other: Coaching, what: str, why: str, remedy: str = ""
) -> Finding:
    pair = f"{quote(one.intent)} and {quote(other.intent)}: "
    what = what if rule == "duplicate" else pair + what
    apart = remedy or "archive one, or tell them apart: each the other's situations as `never` examples, or a scope"
    return Finding(severity=severity, rule=rule, what=what, why=why, remedy=apart, coaching_ids=(one.id, other.id))


def _fold(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".!")
