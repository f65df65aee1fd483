"""Receipt lines: with what coaching a turn was answered, and what was looked at and left out, quietly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.cli.chat.flow import visible

if TYPE_CHECKING:
    from langgraph_coaching.chat.turn import Turn
    from langgraph_coaching.recall.receipt import Receipt

MOST_LEFT_OUT = 3
"""Of what was looked at and left out, how many are shown, the most probable first."""

_NARROWEST = 20


def receipt_lines(turn: Turn, show: str, width: int | None) -> list[str]:
    """The lines about coaching under an answer.

    Args:
        turn: That has ended.
        show: `all`, `applied` or `none`.
        width: Columns of the terminal, to which an intent is cut; None not to cut it.
    """
    if show == "none" or not turn.advice:
        return []
    applied = [_line("applied", receipt, _followed(receipt), width) for receipt in turn.applied]
    left_out = [
        _line("left out", receipt, f" {receipt.outcome.replace('_', ' ')}", width)
        for receipt in turn.left_out[:MOST_LEFT_OUT]
    ]
    if show == "applied":
        return applied
    if not turn.considered and not any(advice.failure for advice in turn.advice):
        return ["coaching: there is none here yet; /coach writes one"]
    return [*applied, *left_out] if applied else ["coaching: none applied", *left_out]


def _followed(receipt: Receipt) -> str:
    return {"yes": " followed", "no": " not followed", "unknown": ""}[receipt.followed]


def _line(what: str, receipt: Receipt, outcome: str, width: int | None) -> str:
    head = f"coaching: {what} {receipt.coaching_id} {receipt.probability:.2f}{outcome}: "
    intent = " ".join(visible(receipt.intent).split())
    if width is not None and len(intent) > (room := max(_NARROWEST, width - len(head))):
        intent = intent[: room - 1].rstrip() + "…"
    return head + intent
