"""Expired coaching: still in the list, recalled nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.authoring.lint.finding import Finding

if TYPE_CHECKING:
    from datetime import datetime

    from langgraph_coaching.coaching.model import Coaching


def expired(coaching: Coaching, now: datetime) -> Finding | None:
    """What is active, and over."""
    end = coaching.expires_at
    if coaching.status != "active" or end is None or now < end:
        return None
    return Finding(
        severity="note",
        rule="expired",
        what=f"it expired on {end:%Y-%m-%d %H:%M} UTC",
        why="it is not archived, and recalled nowhere",
        remedy=f"archive it, coach.archive({coaching.id!r}), or give it a later expires_at",
        coaching_ids=(coaching.id,),
    )
