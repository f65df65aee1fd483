"""The survey: what a namespace's agents have met, and how verdicts came out; coachings are held against both."""

from __future__ import annotations

import hashlib
import logging
import math
import threading
import time
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.errors import CoachingError, EmbedderError
from langgraph_coaching.recall.scoring.reserve import Reserves, reserve_of
from langgraph_coaching.recall.scoring.situation_vector import place
from langgraph_coaching.recall.scoring.traffic import MOST, Traffic, TrafficTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
    from langgraph_coaching.recall.scoring.situation_vector import SituationVector
    from langgraph_coaching.recall.situation import Situation
    from langgraph_coaching.storage.database import Database

log = logging.getLogger("langgraph_coaching")

TOGETHER = 32
"""Situations of running graphs that are written in one commit."""

GROWTH = 0.1
"""Share of the sample that is new when a process that adds to it reads it again: a fifth of a second for a full one."""

LOOK = 60.0
"""Seconds after which a running agent looks whether its store was calibrated elsewhere."""

BATCH = 256
"""Situations embedded in one call where there are many."""

BLOCK = 64
"""Situations embedded in one call where somebody waits, and not for ever."""

TRIES = 8
"""Situations that may fail one by one before the embedder is taken to be down."""


def _lot(situation: Situation) -> str:
    """Its lot: a digest favours no day and no order, and whoever draws has the same sample."""
    return hashlib.blake2b(situation.text.encode("utf-8", "replace"), digest_size=8).hexdigest()


class TrafficSampler:
    """The sample of one namespace, in the space of one embedder; the `MOST` lowest lots are in it.

    Args:
        database: Where the table lives.
        namespace: Every read is filtered by it in the query; every write carries it.
        embedder: For the turns of situations.
        backgrounds: Where its background is.
    """

    def __init__(self, database: Database, namespace: str, embedder: Embedder, backgrounds: BackgroundCache) -> None:
        self._embedder = embedder
        self._backgrounds = backgrounds
        self._lock = threading.Lock()
        self._loaded = False
        self._lots: set[str] = set()
        """Of the situations that were in the sample when this process last read it, and that it has added since."""
        self._added = 0
        """How many it has added since."""
        self._traffic: Traffic | None = None
        self._sample = TrafficTable(database, namespace, embedder.id)
        self._reserves = Reserves(database, namespace, embedder.id)
        self._reserve = 0.0
        self._look_at = 0.0
        self._seen = (0, 0)
        self._waiting: dict[str, Situation] = {}
        self._places: dict[str, SituationVector] = {}
        """Of situations that were looked back at, so that each is embedded once in a process."""

    def traffic(self, dimension: int) -> Traffic | None:
        """The traffic to hold coachings against; None where there is too little, or it cannot be read.

        Read once, and again when this process has added to it: a call of `advise` never waits for that.

        Args:
            dimension: Of the coachings' vectors.
        """
        self._loaded_once()
        traffic = self._traffic
        return traffic if traffic is not None and traffic.vectors.shape[1] == dimension else None

    def reserve(self) -> float:
        """0 or more: what is taken from every logit, since verdicts have shown that too much is believed."""
        self._loaded_once()
        return self._reserve

    def _loaded_once(self) -> None:
        if not self._loaded:
            with self._lock:
                if not self._loaded:
                    self._load()

    def learn(self, verdicts: Sequence[tuple[float, float, bool]]) -> float:
        """Makes the store as reserved as these verdicts call for.

        Args:
            verdicts: All on applied receipts, as `reserve_of` takes them.

        Returns:
            The reserve now, in logits.

        Raises:
            StoreError: It could not be read or written.
        """
        reserve = reserve_of(verdicts)
        with self._lock:
            if reserve != self._reserves.read():
                self._reserves.write(reserve)
            self._reserve = reserve
        return reserve

    def met(self, situations: Sequence[Situation]) -> None:
        """Takes note of situations that a running graph has met; some wait for others. Never raises.

        Also looks from time to time whether another process has calibrated the store.
        """
        self._waiting |= self._belonging(situations)
        due = time.monotonic() >= self._look_at
        if due or len(self._waiting) >= TOGETHER:
            try:
                with self._lock:
                    if len(self._waiting) >= TOGETHER:
                        waiting, self._waiting = self._waiting, {}
                        self._add(waiting)
                    changed = due and self._loaded and self._seen != self._versions()
                    if changed or self._added > GROWTH * len(self._lots):
                        self._load()
            except CoachingError:
                log.debug("some situations were not added to the traffic", exc_info=True)
        if due:
            self._look_at = time.monotonic() + LOOK

    def _belonging(self, situations: Iterable[Situation]) -> dict[str, Situation]:
        """Those that are not in the sample and have low enough lots, as far as is known here."""
        drawn = {_lot(situation): situation for situation in situations}
        lowest = set(sorted({*self._lots, *drawn})[:MOST])
        return {lot: situation for lot, situation in drawn.items() if lot in lowest and lot not in self._lots}

    def note(self, situations: Iterable[Situation]) -> int:
        """Adds to the sample those situations that belong to it and are not in it yet, and reads it anew.

        Args:
            situations: Any number.

        Returns:
            How many are in the sample now, at most `MOST`.

        Raises:
            EmbedderError: The embedder failed on all of them.
            StoreError: The sample could not be read or written.
        """
        with self._lock:
            self._lots = set(self._sample.read())
            self._add(self._belonging(situations))
            self._load()
            return len(self._lots)

    def places(
        self, situations: Sequence[Situation], dimension: int, within: float = math.inf
    ) -> list[SituationVector | None]:
        """Where situations are: known from the sample or from an earlier call, or else embedded.

        Args:
            situations: Any number.
            dimension: Of the coachings' vectors.
            within: Seconds after which no more of them are embedded.

        Returns:
            None for one that the embedder has no vector for, or that there was no time for.

        Raises:
            EmbedderError: The embedder failed on all that it was asked for.
            StoreError: The sample could not be read.
        """
        end = time.monotonic() + within
        with self._lock:
            if not self._places:
                self._places = self._sample.read()
            known = {lot: place for lot, place in self._places.items() if len(place.vector) == dimension}
        asked = [(_lot(situation), situation) for situation in situations]
        missing = [(lot, situation) for lot, situation in dict(asked).items() if lot not in known]
        for start in range(0, len(missing), BLOCK):
            if time.monotonic() >= end:
                break
            known |= self._placed(dict(missing[start : start + BLOCK]))
        with self._lock:
            self._places = dict([*self._places.items(), *known.items()][-2 * MOST :])
        return [known.get(lot) for lot, _ in asked]

    def _add(self, situations: dict[str, Situation]) -> None:
        placed = self._placed(situations)
        if placed:
            self._sample.write(placed)
            self._lots |= placed.keys()
            self._added += len(placed)

    def _placed(self, situations: dict[str, Situation]) -> dict[str, SituationVector]:
        pairs = list(situations.items())
        placed: dict[str, SituationVector] = {}
        for start in range(0, len(pairs), BATCH):
            block = dict(pairs[start : start + BATCH])
            try:
                placed |= self._embedded(block)
            except EmbedderError:  # one text that it has no vector for must not keep the others out
                placed |= self._one_by_one(block)
        return placed

    def _one_by_one(self, situations: dict[str, Situation]) -> dict[str, SituationVector]:
        placed: dict[str, SituationVector] = {}
        for tried, (lot, situation) in enumerate(situations.items(), 1):
            try:
                placed |= self._embedded({lot: situation})
            except EmbedderError:
                if not placed and tried >= min(TRIES, len(situations)):
                    raise
        return placed

    def _embedded(self, situations: dict[str, Situation]) -> dict[str, SituationVector]:
        texts = list(dict.fromkeys(text for situation in situations.values() for text in situation.texts))
        # Those of a running graph are remembered from its own calls; many others are cheaper in one call.
        known = self._embedder.remembered(texts)
        if others := [text for text in texts if text not in known]:
            embed = self._embedder.query if len(others) <= TOGETHER else self._embedder.documents
            known |= dict(zip(others, embed(others), strict=True))
        background = self._backgrounds.background(len(known[texts[0]]))
        return {
            lot: place(situation, np.stack([known[text] for text in situation.texts]), background)
            for lot, situation in situations.items()
        }

    def _versions(self) -> tuple[int, int]:
        return self._sample.version(), self._reserves.version()

    def _load(self) -> None:
        self._added = 0
        try:
            self._seen = self._versions()
            self._reserve = self._reserves.read()
            known = self._sample.read()
            self._lots, places = set(known), list(known.values())
            dimension = len(places[-1].vector) if places else 0
            same = [one for one in places if len(one.vector) == dimension]
            self._traffic = Traffic.of(same, self._backgrounds.background(dimension)) if same else None
        except CoachingError as error:
            log.warning("coaching goes on without the store's own traffic: %s", error)
        self._loaded = True
