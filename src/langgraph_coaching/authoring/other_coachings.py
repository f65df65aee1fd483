"""Claims of the other active coachings: words that are theirs, and situations that are nearer to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.authoring.proposal import find_said_alike
from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.scoring.coaching_vectors import intent_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from langgraph_coaching.coaching.model import Scope
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.scoring.head import Head
    from langgraph_coaching.recall.snapshot import Snapshot

CLEARLY = 0.3
"""On the embedder's own scale, how much nearer to another coaching a text is that belongs there."""

_NEAREST = 20
"""Coachings compared with, text by text, for each text: those of the nearest prototypes."""


class OtherCoachings:
    """The other coachings of a namespace, asked what they claim.

    Args:
        snapshot: The active coachings as they are now.
        embedder: The one their vectors come from.
    """

    def __init__(self, snapshot: Callable[[], Snapshot], embedder: Embedder) -> None:
        self._snapshot = snapshot
        self._embedder = embedder

    def claimed_words(self, texts: Sequence[str], *, mine: str, scope: Scope) -> dict[str, str]:
        """Of texts, those that are the intent or an example of another coaching, with its id.

        Args:
            texts: What is about to be proposed.
            mine: Id of the coaching it is for, which is not asked.
            scope: Of that coaching; one of another agent or node is not asked either.

        Raises:
            StoreError: The store could not be read.
        """

        def words() -> Iterator[tuple[str, str]]:
            for head in self._snapshot().heads:
                if _may_compete(head, mine, scope):
                    yield head.coaching.intent, head.coaching.id
                    yield from ((e.text, head.coaching.id) for e in head.coaching.examples if e.applies)

        return find_said_alike(texts, words())

    def claimed_situations(
        self, texts: Sequence[str], own: Sequence[str], *, mine: str, scope: Scope
    ) -> dict[str, str]:
        """Of texts, those that are clearly nearer to another coaching than to this one, with the other's id.

        Args:
            texts: What is about to be proposed.
            own: The coaching's intent and the texts where it applies; at least one.
            mine: Its id.
            scope: Its scope.

        Raises:
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        snapshot = self._snapshot()
        others = [row for row, head in enumerate(snapshot.heads) if _may_compete(head, mine, scope)]
        if not texts or not others or snapshot.background is None:
            return {}
        asked = self._embedder.documents([*texts, *map(intent_text, own)])
        asked, home = asked[: len(texts)], asked[len(texts) :]
        with one_thread():
            at_home = snapshot.background.scale_cosines((asked @ home.T).max(axis=1))
            near = asked @ snapshot.fits.prototypes[others].T
        found: dict[str, str] = {}
        for row, text in enumerate(texts):
            best = np.argsort(-near[row], kind="stable")[:_NEAREST]
            heads = [snapshot.heads[others[rank]] for rank in best]
            with one_thread():
                alike = np.array([(head.applies @ asked[row]).max() for head in heads])
            there = snapshot.background.scale_cosines(alike)
            if there.max() - at_home[row] > CLEARLY:
                found[text] = heads[int(there.argmax())].coaching.id
        return found


def _may_compete(head: Head, mine: str, scope: Scope) -> bool:
    """Whether it is another coaching that may speak in the same call."""
    theirs = head.coaching.scope
    pairs = ((scope.agent, theirs.agent), (scope.node, theirs.node))
    return head.coaching.id != mine and all(None in pair or pair[0] == pair[1] for pair in pairs)
