"""Revision vectors: of a revision that follows another only what is new is embedded, the rest is as it is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Coaching, Example
    from langgraph_coaching.coaching.row import Vectors

LEAST = 8
"""Examples from which on it is worth a query."""


def vectors_on_top(
    changed: Coaching, latest: Coaching, store: Coachings, embed: Callable[[list[Coaching]], Sequence[Vectors]]
) -> Vectors:
    """The vectors of a revision, as if all of its texts were embedded.

    Args:
        changed: The revision that is made.
        latest: The stored one that it follows.
        store: Where that is, with vectors of the same embedder.
        embed: Embeds coachings.

    Raises:
        EmbedderError: The embedder failed.
        StoreError: The store could not be read.
    """
    known = {_said(one): at for at, one in enumerate(latest.examples, 1)}
    new = [one for one in changed.examples if _said(one) not in known]
    if len(changed.examples) - len(new) < LEAST:
        return embed([changed])[0]
    stored = store.vectors(latest.id, latest.revision)
    if stored is None or len(stored) != len(latest.examples) + 1:
        return embed([changed])[0]
    (intent, *fresh) = embed([changed.model_copy(update={"examples": tuple(new)})])[0]
    if len(intent) != len(stored[0]):  # which the store says better when it is written
        return embed([changed])[0]
    at = dict(zip(map(_said, new), fresh, strict=True))
    return [intent, *(at[_said(one)] if _said(one) in at else stored[known[_said(one)]] for one in changed.examples)]


def _said(example: Example) -> Any:
    """What is embedded of it."""
    return example.turns or example.text
