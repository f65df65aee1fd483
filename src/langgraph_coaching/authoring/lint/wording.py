"""Wording: the rules that look at the words of one coaching alone, and at the graph it speaks of."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.authoring.lint.expired import expired
from langgraph_coaching.authoring.lint.fence import hostile_text
from langgraph_coaching.authoring.lint.references import unknown_references
from langgraph_coaching.authoring.lint.scenarios import several_scenarios, split_scenarios
from langgraph_coaching.authoring.lint.secret import secrets_in_words
from langgraph_coaching.authoring.lint.specifics import specifics_in_intent
from langgraph_coaching.authoring.lint.standing import standing_instruction
from langgraph_coaching.authoring.lint.unseen import unseen_characters
from langgraph_coaching.recall.scoring.blas import one_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from langgraph_coaching.authoring.lint.finding import Finding
    from langgraph_coaching.authoring.lint.graph_names import GraphNames
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.scoring.background.background import Background


REMEMBERED = 4_000
"""Texts whose vectors are remembered from one lint to the next: 6 MB at 384 dimensions."""


class Likeness:
    """How alike texts are, on the embedder's own scale: 0 unrelated, 1 like neighbours.

    Args:
        embedder: For the texts.
        background: Of the same embedder, for vectors of a dimension.
    """

    def __init__(self, embedder: Embedder, background: Callable[[int], Background]) -> None:
        self._embedder = embedder
        self._background = background
        self._known: dict[str, NDArray[np.float32]] = {}

    def learn(self, texts: Iterable[str]) -> dict[str, NDArray[np.float32]]:
        """Embeds texts in one call; what was embedded lately is remembered.

        Returns:
            The vector of each text that the embedder has one for.

        Raises:
            EmbedderError: The embedder failed.
        """
        asked, known = dict.fromkeys(texts), self._known
        found = {text: known[text] for text in asked if text in known}
        new = [text for text in asked if text not in known]
        if new:
            made = self._embedder.known_documents(new)
            found |= made
            full = len(known) + len(made) > REMEMBERED
            self._known = found if full else {**self._known, **made}
        return found

    def least(self, texts: Sequence[str]) -> float:
        """Of the two texts that are least alike; NaN, which is neither, where the embedder has no vector for one."""
        known = self.learn(texts)
        if any(text not in known for text in texts):
            return math.nan
        vectors = np.stack([known[text] for text in texts])
        with one_thread():
            least = (vectors @ vectors.T).min()
        return float(self._background(vectors.shape[1]).scale_cosines(least))


def find_in_words(
    asked: Sequence[Coaching], likeness: Likeness, names: GraphNames | None, now: datetime
) -> list[Finding]:
    """What the words of coachings tell by themselves.

    Args:
        asked: The coachings.
        likeness: For the parts of an intent.
        names: Of the graph they are for; None where that is not known.
        now: For expiry.
    """
    parts = {one.id: split_scenarios(one.intent) for one in asked}
    several = {name: some for name, some in parts.items() if len(some) > 1}
    likeness.learn(text for some in several.values() for text in some)
    found: list[Finding | None] = []
    for one in asked:
        told = several.get(one.id)
        found.append(several_scenarios(one, told, likeness.least(told)) if told else None)
        found += [standing_instruction(one), specifics_in_intent(one), expired(one, now), *hostile_text(one)]
        found += [*unseen_characters(one), *secrets_in_words(one)]
        found += unknown_references(one, names) if names else ()
    return [one for one in found if one is not None]
