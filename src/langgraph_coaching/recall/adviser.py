"""The adviser: messages in, advice out; it never raises."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from langgraph_coaching.recall.advice import Advice, failed
from langgraph_coaching.recall.comparison import Vantage
from langgraph_coaching.recall.deadline import Deadline
from langgraph_coaching.recall.explain import Asked, Explainer
from langgraph_coaching.recall.judge import SHARE
from langgraph_coaching.recall.reasons import joined
from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.scoring.situation_vector import place
from langgraph_coaching.recall.search import CANDIDATES, search
from langgraph_coaching.recall.select import select
from langgraph_coaching.recall.situation import Situation, read_messages, situate
from langgraph_coaching.recall.snapshot import Snapshots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.judge import Judge
    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
    from langgraph_coaching.recall.scoring.situation_vector import SituationVector
    from langgraph_coaching.recall.scoring.traffic_sampler import TrafficSampler
    from langgraph_coaching.recall.search import Candidate
    from langgraph_coaching.recall.snapshot import Snapshot

log = logging.getLogger("langgraph_coaching")

LOADING = 10.0
"""Seconds a new process may take to load LanceDB, the model and the coachings, before the first deadline starts."""


class _Nothing(Exception):  # noqa: N818 - a way out, not an error
    """There is nothing to look up; the advice is empty and no receipt is owed.

    Args:
        situation: Where a user had said something.
    """

    def __init__(self, situation: Situation | None = None) -> None:
        super().__init__()
        self.situation = situation


class Adviser:
    """Recalls the coaching that fits a conversation.

    Args:
        store: The coachings of one namespace.
        embedder: The embedder the store's vectors come from.
        backgrounds: Where its background is.
        sampler: Where the namespace's traffic is.
        limits: Floor, budgets and deadline.
        judge: Asked about candidates near the floor; not in `advise_batch`.
    """

    def __init__(
        self,
        store: Coachings,
        embedder: Embedder,
        backgrounds: BackgroundCache,
        sampler: TrafficSampler,
        limits: Limits,
        judge: Judge | None = None,
    ) -> None:
        self.limits = limits
        self._store = store
        self._loaded = False
        self._embedder = embedder
        self._judge = judge
        self._snapshots = Snapshots(store, backgrounds, sampler)
        self._explainer = Explainer(store, embedder, backgrounds, self._snapshots, limits)
        self._deadline = Deadline()

    def advise(self, messages: Any, labels: Labels) -> Advice:
        """What applies after these messages; empty advice with a receipt that says why where anything fails."""
        started = time.perf_counter()
        try:
            if not self._loaded:
                self._deadline.run(self._load, LOADING)
            return _timed(self._deadline.run(partial(self._advised, messages, labels), self.limits.deadline), started)
        except Exception as error:  # noqa: BLE001 - coaching never breaks an agent
            return self._without(error, started, labels)

    async def aadvise(self, messages: Any, labels: Labels) -> Advice:
        """Like `advise`, without ever blocking the event loop."""
        started = time.perf_counter()
        try:
            if not self._loaded:
                await self._deadline.arun(self._load, LOADING)
            return _timed(await self._awaited(messages, labels), started)
        except Exception as error:  # noqa: BLE001 - coaching never breaks an agent
            return self._without(error, started, labels)

    def advise_batch(
        self,
        conversations: Sequence[Any],
        labels: Labels,
        *,
        snapshot: Snapshot | None = None,
        now: datetime | None = None,
        stored: bool = False,
    ) -> list[Advice]:
        """Advice for many conversations in one pass, without a deadline.

        Args:
            conversations: As `advise` takes them.
            labels: Of the calls.
            snapshot: The coachings to choose from; by default those of the store.
            now: For expiry; by default this moment.
            stored: Whether the caller puts the receipts into the store.

        Returns:
            Advice for each; where a snapshot was given, it knows of no store to explain itself from.

        Raises:
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        started = time.perf_counter()
        supposed, snapshot = snapshot is not None, self.snapshot() if snapshot is None else snapshot
        asked = [situate(read_messages(messages)) for messages in conversations]
        advice = self._batch(snapshot, asked, labels, now or datetime.now(UTC))
        seconds = (time.perf_counter() - started) / max(len(advice), 1)
        whys = [None if supposed else Asked(self._explainer, one, labels, stored=stored) for one in asked]
        return [replace(one, seconds=seconds, asked=why) for one, why in zip(advice, whys, strict=True)]

    def _batch(self, snapshot: Snapshot, asked: list[Situation | None], labels: Labels, now: datetime) -> list[Advice]:
        known = [situation for situation in asked if situation is not None]
        if not known or not snapshot.heads:
            return [Advice(situation=situation.text if situation else "") for situation in asked]
        texts = list(dict.fromkeys(text for situation in known for text in situation.texts))
        vectors = dict(zip(texts, self._embedder.documents(texts), strict=True))
        self._check(snapshot, vectors[texts[0]])
        places = [self._place(snapshot, one, np.stack([vectors[text] for text in one.texts])) for one in known]
        found = iter(zip(places, search(snapshot, places, labels, now, CANDIDATES), strict=True))
        chosen = partial(self._selected, snapshot, labels=labels)
        return [chosen(situation, *next(found)) if situation else Advice() for situation in asked]

    def snapshot(self) -> Snapshot:
        """The store's active coachings as they are now.

        Raises:
            StoreError: The store could not be read.
        """
        return self._snapshots.current()

    def refit(self) -> int:
        """Reads and fits every coaching anew; returns how many are active.

        Raises:
            StoreError: The store could not be read.
        """
        self._snapshots.forget()
        return len(self._snapshots.current().heads)

    def _load(self) -> None:
        # A second or two in a new process, before the deadline starts: otherwise the first calls would always miss it.
        if not self._loaded and self._store.exists():
            import lancedb.expr  # noqa: F401

            self._embedder.load()
            self._snapshots.current()
            self._loaded = True

    def _advised(self, messages: Any, labels: Labels) -> Advice:
        snapshot, situation = self._prepared(messages)
        return self._choose(snapshot, situation, self._embedder.query(situation.texts), labels)

    async def _awaited(self, messages: Any, labels: Labels) -> Advice:
        aside, seconds = self._deadline.arun, self.limits.deadline
        if not self._embedder.asynchronous:
            return await aside(partial(self._advised, messages, labels), seconds)
        async with asyncio.timeout(seconds):
            snapshot, situation = await aside(partial(self._prepared, messages), seconds)
            vectors = await self._embedder.aquery(situation.texts)
            return await aside(partial(self._choose, snapshot, situation, vectors, labels), seconds)

    def _prepared(self, messages: Any) -> tuple[Snapshot, Situation]:
        situation = situate(read_messages(messages))
        if situation is None:
            raise _Nothing
        snapshot = self._snapshots.current()
        if not snapshot.heads:
            raise _Nothing(situation)
        return snapshot, situation

    def _choose(self, snapshot: Snapshot, situation: Situation, vectors: NDArray[np.float32], labels: Labels) -> Advice:
        self._check(snapshot, vectors[0])
        where = self._place(snapshot, situation, vectors)
        (candidates,) = search(snapshot, [where], labels, datetime.now(UTC), CANDIDATES)
        judged = self._judged(situation, candidates)
        advice = self._selected(snapshot, situation, where, candidates, labels=labels, judged=judged)
        return replace(advice, asked=Asked(self._explainer, situation, labels, stored=True))

    def _judged(self, situation: Situation, candidates: list[Candidate]) -> dict[str, bool]:
        if self._judge is None:
            return {}
        asked = partial(self._judge.confirm, situation.text, candidates, self.limits.floor)
        try:
            return self._deadline.run(asked, self.limits.deadline * SHARE)
        except Exception as error:  # noqa: BLE001 - the probabilities decide, then
            log.warning("the judge gave no answer: %s: %s", type(error).__name__, error)
            return {}

    def _place(self, snapshot: Snapshot, situation: Situation, vectors: NDArray[np.float32]) -> SituationVector:
        if snapshot.background is None:
            raise _Nothing(situation)
        with one_thread():
            return place(situation, vectors, snapshot.background)

    def _check(self, snapshot: Snapshot, vector: NDArray[np.float32]) -> None:
        table = self._store.table()
        if vector.size != snapshot.dimension and table is not None:
            self._store.check(table, vector.size)

    def _selected(
        self,
        snapshot: Snapshot,
        situation: Situation,
        where: SituationVector,
        candidates: list[Candidate],
        **shared: Any,
    ) -> Advice:
        english = situation.said if self._embedder.embedded else ""
        return select(
            candidates,
            self.limits,
            situation=situation.text,
            namespace=self._store.namespace,
            reserve=snapshot.reserve,
            vantage=Vantage(where.vector, snapshot.background, english) if snapshot.background else None,
            **shared,
        )

    def _without(self, error: Exception, started: float, labels: Labels) -> Advice:
        seconds = time.perf_counter() - started
        if isinstance(error, _Nothing):
            return Advice(seconds=seconds, asked=Asked(self._explainer, error.situation, labels))
        late = f"it took longer than the deadline of {self.limits.deadline:g} s"
        said = str(error) or (late if isinstance(error, TimeoutError) else type(error).__name__)
        change = "a quicker embedder, or a longer Limits(deadline=…)" if isinstance(error, TimeoutError) else ""
        reason = joined(f"no coaching was looked up: {said}", change)
        return failed(reason, namespace=self._store.namespace, seconds=seconds)


def _timed(advice: Advice, started: float) -> Advice:
    return replace(advice, seconds=time.perf_counter() - started)
