"""Stages: what a coaching may do in a call, told by its status and the thread of the call. Pure.

    draft ─► shadow ─► canary ─► active ─► archived

A draft and what is archived are not looked at. A shadow is looked at, and in no prompt. A canary is in the prompts of
a share of the threads; which ones is told by a digest of its cohort and the thread's id, the same in every process and
for ever: a thread stays where it is, and a larger share keeps those of the smaller one. A call without a thread is
outside of every share, since it could not be told again.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from langgraph_coaching.coaching.model import Coaching

Stage = Literal["shadow", "canary", "active"]
"""Statuses of what is looked at."""

STAGES: tuple[Stage, ...] = get_args(Stage)
"""In the order in which a coaching is promoted."""

STAGED = ("shadow", "canary")
"""Statuses of what is looked at and not, or not everywhere, in the prompt."""

Part = Literal["live", "shadow", "held_back"]
"""What a coaching is in one call: it may be in the prompt; it may not; it is a canary, and the thread not in its share.
"""


def part_of(coaching: Coaching, thread_id: str | None) -> Part:
    """What a coaching that is looked at is in a call.

    Args:
        coaching: Active, a canary or a shadow.
        thread_id: Of the call; None where it has none.
    """
    if coaching.status == "shadow":
        return "shadow"
    return "live" if coaching.status != "canary" or is_in_share(coaching, thread_id) else "held_back"


def is_in_share(coaching: Coaching, thread_id: str | None) -> bool:
    """Whether a canary is in the prompts of a thread."""
    return (
        thread_id is not None and coaching.share is not None and draw(cohort_of(coaching), thread_id) < coaching.share
    )


def cohort_of(coaching: Coaching) -> str:
    """What the threads of a canary are drawn by: canaries of one cohort are together in a prompt, or not at all."""
    return coaching.cohort or coaching.id


def draw(cohort: str, thread_id: str) -> float:
    """The lot of a thread: 0 or more and below 1, evenly spread; below its share a canary is in the prompts."""
    named = json.dumps([cohort, thread_id]).encode()
    return int.from_bytes(hashlib.sha256(named).digest()[:6]) / 2**48
