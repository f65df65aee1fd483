"""Idle examples: a greeting or a "yes please" among them, which people say in any conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.authoring.lint.finding import Finding, quote
from langgraph_coaching.recall.scoring.blas import one_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.head import Head

_TALK = 1.3
"""On the embedder's own scale, likeness to the nearest small talk from which a text is small talk."""

_NO_REQUEST, _REQUEST = -0.3, 0.2
"""Up to which, and from which, a text reads like something else than a request, and like one."""

_APART = 0.2
"""Likeness to the intent below which an example is not what the intent is about.

These four set by hand, 2026-11-30: greetings, thanks and confirmations beside intents that are about them, and beside
others; `tests/benchmarks/lint.py` shows what they do."""


def idle_examples(head: Head, background: Background) -> list[str]:
    """Examples that are small talk where the intent is not; one that is known with its conversation says more."""
    examples = head.coaching.examples
    alone = [row for row, one in enumerate(examples, 1) if one.applies and len(one.turns) < 2]  # noqa: PLR2004 - a turn
    vectors = head.vectors[alone]
    with one_thread():
        if not alone or background.request_scores(head.vectors[:1])[0] < _REQUEST:
            return []
        near = background.scale_cosines(np.sort(vectors @ background.small_talk.T, axis=1)[:, -3:].mean(axis=1))
        to_intent = background.scale_cosines(vectors @ head.vectors[0])
        idle = (near >= _TALK) & (background.request_scores(vectors) <= _NO_REQUEST) & (to_intent < _APART)
    return [examples[row - 1].text for row, found in zip(alone, idle, strict=True) if found]


def talk_in_examples(coaching: Coaching, idle: Sequence[str]) -> Finding | None:
    """A coaching that is known by what people say in any conversation."""
    if not idle:
        return None
    return Finding(
        severity="warning",
        rule="too_broad",
        what=f"it is known by {', '.join(map(quote, idle[:3]))}",
        why="people say that in any conversation, and it would be in the prompt of each",
        remedy=f"take it out, coach.edit({coaching.id!r}, remove=[…])",
        coaching_ids=(coaching.id,),
    )
