"""Situation vectors of what is recorded, each made once, and kept for other processes."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.authoring.known_places import KnownPlaces
from langgraph_coaching.errors import EmbedderError, StoreError
from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.scoring.kept_vectors import Kept, made_by
from langgraph_coaching.recall.scoring.places import Places
from langgraph_coaching.recall.scoring.situation_vector import SituationVector, situation_vector

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from langgraph_coaching.authoring.known_places import Known
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
    from langgraph_coaching.recall.scoring.kept_vectors import KeptVectors
    from langgraph_coaching.recall.situation import Situation

log = logging.getLogger("langgraph_coaching")

BLOCK = 64
"""Situations embedded in one call, after which it is asked whether there is time for more."""

MOST = 60_000
"""Situations whose vectors are remembered, and kept: 100 MB at 384 dimensions, on disk as in memory."""

TRIES = 8
"""Situations that may fail one by one before the embedder is taken to be down."""

TOGETHER, OFTEN = 5_000, 20.0
"""Situations that are written in one commit, and seconds after which fewer are: so much is embedded in vain at most."""


def key_of_situation(situation: Situation) -> bytes:
    """What a situation is known by: a digest, so that its words need not be kept."""
    return hashlib.blake2b(situation.text.encode("utf-8", "replace"), digest_size=16).digest()


class SituationVectors:
    """Where situations are, exactly as a call of `advise` finds them.

    The traffic sample keeps less of each than that: not how much its latest turn says.

    Args:
        embedder: For the turns.
        backgrounds: Where its background is.
        kept_vectors: Where those are that any process has made.
    """

    def __init__(self, embedder: Embedder, backgrounds: BackgroundCache, kept_vectors: KeptVectors) -> None:
        self._embedder = embedder
        self._backgrounds = backgrounds
        self._kept_vectors: KeptVectors | None = kept_vectors
        self._lock = threading.Lock()
        self._known = KnownPlaces()
        self._loaded = 0
        """The dimension of the vectors that were read, once they were."""
        self._waiting: list[Kept] = []
        """Those that are still to be written."""
        self._written_at = time.monotonic()

    def known_places(self) -> Known | None:
        """The vectors of all that were asked for, as far as there was time; None for nothing."""
        return self._known.view()

    def knows(self, keys: Iterable[bytes]) -> bool:
        """Whether all of these situations are known."""
        return all(key in self._known for key in keys)

    def find(self, situations: Sequence[Situation], dimension: int) -> list[SituationVector | None]:
        """The vectors of situations that are known or kept; None for the others.

        Args:
            situations: Any number.
            dimension: Of the vectors that are wanted.

        Raises:
            EmbedderError: Its background could not be measured.
        """
        if not situations:
            return []
        self.load(dimension)
        known = self._known.view()
        if known is None or known.places.vectors.shape[1] != dimension:
            return [None] * len(situations)
        rows = [known.row(key_of_situation(one)) for one in situations]
        return [None if row is None else known.places.situation(row) for row in rows]

    def load(self, dimension: int) -> None:
        """Reads what is kept, once in a process.

        Args:
            dimension: Of the vectors that are wanted.

        Raises:
            EmbedderError: Its background could not be measured.
        """
        with self._lock:
            if self._loaded == dimension or self._kept_vectors is None:
                return
            self._loaded = dimension
            made = made_by(self._embedder.id, self._backgrounds.background(dimension))
            try:
                found = self._kept_vectors.read(made, dimension)
                self._kept_vectors.erase_others(made)
            except StoreError as error:
                self._give_up(error)
                return
        if found is not None:
            self._known.add(*found)

    def embed(self, situations: Mapping[bytes, tuple[str, Situation]], until: float) -> None:
        """Makes the vectors of those that are not known yet.

        Args:
            situations: By `key_of_situation`; each with the trace or receipt that it is recorded in.
            until: Time of `time.monotonic` after which no more are embedded.

        Raises:
            EmbedderError: The embedder failed on all that it was asked for.
        """
        missing = [(key, one) for key, (_, one) in situations.items() if key not in self._known]
        for start in range(0, len(missing), BLOCK):
            if time.monotonic() >= until:
                return
            made = self._embed_block(missing[start : start + BLOCK])
            if made:
                self._known.add([*made], Places.of([*made.values()]))
                with self._lock:
                    self._waiting += [Kept(key, situations[key][0], one) for key, one in made.items()]
                if len(self._waiting) >= TOGETHER or time.monotonic() > self._written_at + OFTEN:
                    self.keep()

    def keep(self) -> None:
        """Writes what was made since; where that fails, it goes on without."""
        with self._lock:
            waiting, self._waiting, self._written_at = self._waiting, [], time.monotonic()
            if not waiting or self._kept_vectors is None:
                return
            background = self._backgrounds.background(len(waiting[0].vector.vector))
            try:
                self._kept_vectors.write(made_by(self._embedder.id, background), waiting)
            except StoreError as error:
                self._give_up(error)

    def keep_only(self, keys: Collection[bytes]) -> None:
        """Forgets what is recorded no more, or so long ago that it is not looked at.

        Args:
            keys: The situations that are looked at.
        """
        if len(self._known) > max(len(keys), MOST):
            self._known.keep_only(keys)
        with self._lock:
            if self._kept_vectors is not None:
                try:
                    self._kept_vectors.keep_only(keys)
                except StoreError as error:
                    self._give_up(error)

    def _give_up(self, error: StoreError) -> None:
        log.warning("the vectors of recorded situations are made anew in each process: %s", error)
        self._kept_vectors, self._waiting = None, []

    def _embed_block(self, block: Sequence[tuple[bytes, Situation]]) -> dict[bytes, SituationVector]:
        try:
            return self._embed(block)
        except EmbedderError:  # one text that it has no vector for must not keep the others out
            made: dict[bytes, SituationVector] = {}
            for tried, one in enumerate(block, 1):
                try:
                    made |= self._embed([one])
                except EmbedderError:
                    if not made and not len(self._known) and tried >= min(TRIES, len(block)):
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
