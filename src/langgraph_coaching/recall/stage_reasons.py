"""Reasons of what is in shadow or a canary: what would have become of it, and why it is in no prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.receipt import Outcome
    from langgraph_coaching.recall.search import Candidate


def in_share(candidate: Candidate) -> str:
    """What is said behind the reason of a canary that is in the prompt; "" of any other coaching."""
    coaching = candidate.head.coaching
    if coaching.status != "canary" or candidate.part != "live":
        return ""
    return f"; it is a canary, and this thread is in its share of {_percent(coaching)}"


def say_staged(
    candidate: Candidate, outcome: Outcome, ground: str, change: str, *, threaded: bool
) -> tuple[Outcome, str, str]:
    """What became of a coaching that is in shadow or held back.

    Args:
        candidate: It.
        outcome: What it would have been.
        ground: Why.
        change: What would change that.
        threaded: Whether the call names its thread.
    """
    coaching = candidate.head.coaching
    shadow = candidate.part == "shadow"
    outside = "outside of" if threaded else "since the call names no thread, and so is outside of"
    where = "in shadow" if shadow else f"a canary, held back {outside} its share of {_percent(coaching)}"
    if outcome != "applied":
        return outcome, f"{where}: {ground}", change
    told = f"{where}, so that it is in no prompt here; it would have been applied: {ground}"
    return "shadow" if shadow else "held_back", told, promotion_of(coaching)


def promotion_of(coaching: Coaching) -> str:
    """The call that brings it into the prompts."""
    return f"coach.promote({coaching.id!r}, to='active')"


def _percent(coaching: Coaching) -> str:
    return f"{(coaching.share or 0) * 100:g} % of the threads"
