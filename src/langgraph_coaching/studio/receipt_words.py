"""What became of a coaching at a step, in a person's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langgraph_coaching.recall.receipt import Receipt

OUTCOMES = {
    "applied": "applied",
    "not seen by the model": "not seen by the model",
    "below_floor": "below the floor",
    "denied": "never here",
    "less_probable": "another was more probable",
    "duplicate": "said by another",
    "over_limit": "over the item limit",
    "over_budget": "over the token budget",
    "shadow": "would have applied, in shadow",
    "held_back": "would have applied, held back by the canary",
    "paused": "coaching was paused",
    "failed": "the look-up failed",
}
"""Of each outcome, its words."""

ENFORCED = {
    "tool_choice": "enforced: the model had to call it",
    "goto": "enforced: the graph went there",
    "refused": "not enforced: refused",
    "done": "not enforced again",
    "advice": "not enforced: advice only",
}
"""Of what became of a coaching that is to be enforced, its words."""


def outcome_words(receipt: Receipt) -> str:
    """What became of it; an outcome of a later version as it is written."""
    return OUTCOMES.get(receipt.outcome, receipt.outcome.replace("_", " "))


def enforcement_words(receipt: Receipt) -> str:
    """What became of enforcing it; "" where nothing did."""
    return ENFORCED.get(receipt.enforced, str(receipt.enforced)) if receipt.enforced else ""
