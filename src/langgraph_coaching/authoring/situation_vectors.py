"""Situation vectors of what is recorded, each made once in a process."""

from __future__ import annotations

import hashlib
import threading
import time
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.errors import EmbedderError
from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.scoring.situation_vector import SituationVector, situation_vector

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
    from langgraph_coaching.recall.situation import Situation

BLOCK = 64
"""Situations embedded in one call, after which it is asked whether there is time for more."""

MOST = 60_000
"""Situations whose vectors are remembered: 100 MB at 384 dimensions."""

TRIES = 8
"""Situations that may fail one by one before the embedder is taken to be down."""


def key_of_situation(situation: Situation) -> bytes:
    """What a situation is known by: a digest, so that its words need not be kept."""
    return hashlib.blake2b(situation.text.encode("utf-8", "replace"), digest_size=16).digest()


class SituationVectors:
    """Where situations are, exactly as a call of `advise` finds them.

    The traffic sample keeps less of each than that: not how much its latest turn says.

    Args:
        embedder: For the turns.
        backgrounds: Where its background is.
    """

    def __init__(self, embedder: Embedder, backgrounds: BackgroundCache) -> None:
        self._embedder = embedder
        self._backgrounds = backgrounds
        self._lock = threading.Lock()
        self._known: dict[bytes, SituationVector] = {}

    @property
    def vectors(self) -> Mapping[bytes, SituationVector]:
        """The vectors of all that were asked for, by `key_of_situation`."""
        return self._known

    def embed(self, situations: Mapping[bytes, Situation], until: float) -> None:
        """Makes the vectors of those that are not known yet.

        Args:
            situations: By `key_of_situation`.
            until: Time of `time.monotonic` after which no more are embedded.

        Raises:
            EmbedderError: The embedder failed on all that it was asked for.
        """
        missing = [(key, one) for key, one in situations.items() if key not in self._known]
        for start in range(0, len(missing), BLOCK):
            if time.monotonic() >= until:
                return
            made = self._embed_block(missing[start : start + BLOCK])
            with self._lock:
                self._known.update(made)
                for key in [*self._known][: max(0, len(self._known) - MOST)]:
                    del self._known[key]

    def _embed_block(self, block: Sequence[tuple[bytes, Situation]]) -> dict[bytes, SituationVector]:
        try:
            return self._embed(block)
        except EmbedderError:  # one text that it has no vector for must not keep the others out
            made: dict[bytes, SituationVector] = {}
            for tried, one in enumerate(block, 1):
                try:
                    made |= self._embed([one])
                except EmbedderError:
                    if not made and not self._known and tried >= min(TRIES, len(block)):
                        raise
            return made

    def _embed(self, block: Sequence[tuple[bytes, Situation]]) -> dict[bytes, SituationVector]:
        texts = list(dict.fromkeys(text for _, one in block for text in one.texts))
        vectors = self._embedder.cached_vectors(texts)
        if others := [text for text in texts if text not in vectors]:
            vectors |= dict(zip(others, self._embedder.documents(others), strict=True))
        background = self._backgrounds.background(len(vectors[texts[0]]))
        with one_thread():
            return {
                key: situation_vector(one, np.stack([vectors[text] for text in one.texts]), background)
                for key, one in block
            }
