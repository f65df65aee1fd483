"""Adviser: messages in, advice out within the deadline; what fails becomes empty advice that says why."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import say_error
from langgraph_coaching.recall.advice import Advice, failed_advice
from langgraph_coaching.recall.deadline import Deadline
from langgraph_coaching.recall.early_loading import early_loading, package_steps
from langgraph_coaching.recall.explain import AdviseCall, Explainer
from langgraph_coaching.recall.judge import DEADLINE_SHARE
from langgraph_coaching.recall.loading import Loading
from langgraph_coaching.recall.outage import Outage
from langgraph_coaching.recall.pause import Paused, pause_advice, paused_advice
from langgraph_coaching.recall.pipeline import NothingToRecall, Pipeline, read_situation
from langgraph_coaching.recall.reasons import failure_reason
from langgraph_coaching.recall.scoring.blas import one_thread
from langgraph_coaching.recall.situation import read_messages, situate
from langgraph_coaching.recall.snapshot import Snapshots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.judge import Judge
    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.recall.pause import Pause, Pauses
    from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
    from langgraph_coaching.recall.scoring.traffic_sampler import TrafficSampler
    from langgraph_coaching.recall.search import Candidate
    from langgraph_coaching.recall.situation import Situation
    from langgraph_coaching.recall.snapshot import Snapshot

log = logging.getLogger("langgraph_coaching")


class Adviser:
    """Recalls the coaching that fits a conversation.

    Args:
        store: The coachings of one namespace.
        embedder: The embedder the store's vectors come from.
        backgrounds: Where its background is.
        sampler: Where the namespace's traffic is.
        limits: Floor, budgets and deadline.
        judge: Asked about candidates near the floor; not in `advise_batch`.
        pauses: Whether all of it is paused; nothing pauses it when None.
    """

    def __init__(
        self,
        store: Coachings,
        embedder: Embedder,
        backgrounds: BackgroundCache,
        sampler: TrafficSampler,
        limits: Limits,
        judge: Judge | None = None,
        pauses: Pauses | None = None,
    ) -> None:
        self.limits = limits
        self._pauses = pauses
        self._store = store
        self._embedder = embedder
        self._backgrounds = backgrounds
        self._judge = judge
        self._snapshots = Snapshots(store, backgrounds, sampler)
        self._explainer = Explainer(store, embedder, backgrounds, self._snapshots, limits)
        self.deadline = Deadline()
        """Of all that is looked up for model calls of this coach, so that what hangs is counted together."""
        self._judging = Deadline()
        self._loading = Loading(self._steps)
        self._early = False
        self.outage = Outage(store.namespace)

    def advise(self, messages: Any, labels: Labels) -> Advice:
        """What applies after these messages; empty advice with a receipt that says why where anything fails."""
        started = time.perf_counter()
        try:
            self._loading.wait(self.limits.deadline)
            return self._done(
                self.deadline.run(partial(self._advise, messages, labels), self.limits.deadline, started), started
            )
        except Exception as error:  # noqa: BLE001 - coaching never breaks an agent
            return self._empty_advice(error, started, labels)

    async def aadvise(self, messages: Any, labels: Labels) -> Advice:
        """Like `advise`, without ever blocking the event loop."""
        started = time.perf_counter()
        try:
            await self._loading.await_(self.limits.deadline)
            return self._done(await self._await_advice(messages, labels, started), started)
        except Exception as error:  # noqa: BLE001 - coaching never breaks an agent
            return self._empty_advice(error, started, labels)

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
        situations = [situate(read_messages(messages)) for messages in conversations]
        return self.advise_situations(situations, labels, snapshot=snapshot, now=now, stored=stored)

    def advise_situations(
        self,
        situations: list[Situation | None],
        labels: Labels,
        *,
        snapshot: Snapshot | None = None,
        now: datetime | None = None,
        stored: bool = False,
    ) -> list[Advice]:
        """Like `advise_batch`, for situations; empty advice for None."""
        started = time.perf_counter()
        if snapshot is None and (pause := self._pause()) is not None:
            return [self._paused(pause, one.text) if one else Advice() for one in situations]
        hypothetical, snapshot = snapshot is not None, self._snapshots.recalled() if snapshot is None else snapshot
        advice = self._advise_all(snapshot, situations, labels, now or datetime.now(UTC))
        seconds = (time.perf_counter() - started) / max(len(advice), 1)
        calls = [
            None if hypothetical else AdviseCall(self._explainer, one, labels, stored=stored) for one in situations
        ]
        return [replace(one, seconds=seconds, explain=call) for one, call in zip(advice, calls, strict=True)]

    def _advise_all(
        self, snapshot: Snapshot, situations: list[Situation | None], labels: Labels, now: datetime
    ) -> list[Advice]:
        texts = list(dict.fromkeys(text for one in situations if one is not None for text in one.texts))
        if not texts or snapshot.is_empty:
            return [Advice(situation=one.text if one else "") for one in situations]
        vectors = dict(zip(texts, self._embedder.documents(texts), strict=True))
        self._check_dimension(snapshot, vectors[texts[0]])
        return self._pipeline(snapshot, labels).advise_all(situations, vectors, now)

    def snapshot(self) -> Snapshot:
        """The store's active coachings as they are now.

        Raises:
            StoreError: The store could not be read.
        """
        return self._snapshots.current()

    def unless_paused(self, advice: Advice) -> Advice:
        """The advice of an earlier call, made again; without what is in the prompt where all is paused now.

        Raises:
            StoreError: The store could not be read.
        """
        pause = self._pause() if advice.prompt else None
        return advice if pause is None else pause_advice(advice, pause)

    def _pause(self) -> Pause | None:
        return self._pauses.current() if self._pauses else None

    def _paused(self, pause: Pause, situation: str) -> Advice:
        return paused_advice(pause, situation, namespace=self._store.namespace)

    def refit(self) -> int:
        """Reads and fits every coaching anew; returns how many are active.

        Raises:
            StoreError: The store could not be read.
        """
        self._snapshots.forget()
        return len(self._snapshots.current().heads)

    def load(self) -> None:
        """Loads what the first call of a process needs, however long it takes.

        Raises:
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        self._loading.wait(threading.TIMEOUT_MAX)

    def load_early(self) -> None:
        """Begins to load what of it does not need the store, once; never raises, and nobody waits for it."""
        if not self._early:
            self._early = True
            early_loading.begin(self._early_steps)

    def _early_steps(self) -> Iterator[Callable[[], object]]:
        if self._store.exists():
            yield from package_steps()
            yield self._embedder.load
            yield self._backgrounds.load_packaged

    def _steps(self) -> Iterator[tuple[str, Callable[[], object]]]:
        # A second or two in a new process; the first model call waits for it, but not past its deadline.
        if self._store.exists():
            yield "LanceDB", partial(import_module, "lancedb.expr")
            yield "the embedder", self._embedder.load
            yield "the store and, where it is new, the measure of its embedder", self._snapshots.recalled

    def _done(self, advice: Advice, started: float) -> Advice:
        self.outage.end()
        return replace(advice, seconds=time.perf_counter() - started)

    def _advise(self, messages: Any, labels: Labels) -> Advice:
        snapshot, situation = self._prepare(messages)
        return self._choose(snapshot, situation, self._embedder.query(situation.texts), labels)

    async def _await_advice(self, messages: Any, labels: Labels, started: float) -> Advice:
        aside, seconds = self.deadline.arun, self.limits.deadline
        if not self._embedder.asynchronous:
            return await aside(partial(self._advise, messages, labels), seconds, started)
        async with asyncio.timeout(started + seconds - time.perf_counter()):
            snapshot, situation = await aside(partial(self._prepare, messages), seconds, started)
            vectors = await self._embedder.aquery(situation.texts)
            return await aside(partial(self._choose, snapshot, situation, vectors, labels), seconds, started)

    def _prepare(self, messages: Any) -> tuple[Snapshot, Situation]:
        situation = read_situation(messages)
        if (pause := self._pause()) is not None:
            raise Paused(pause, situation.text)
        snapshot = self._snapshots.recalled()
        if snapshot.is_empty:
            raise NothingToRecall(situation)
        return snapshot, situation

    def _choose(self, snapshot: Snapshot, situation: Situation, vectors: NDArray[np.float32], labels: Labels) -> Advice:
        self._check_dimension(snapshot, vectors[0])
        pipeline = self._pipeline(snapshot, labels)
        with one_thread():
            located = pipeline.locate(situation, vectors)
            (candidates,) = pipeline.rank([located], datetime.now(UTC))
        advice = pipeline.choose(situation, located, candidates, self._ask_judge(situation, candidates))
        return replace(advice, explain=AdviseCall(self._explainer, situation, labels, stored=True))

    def _pipeline(self, snapshot: Snapshot, labels: Labels) -> Pipeline:
        return Pipeline(snapshot, labels, self.limits, self._store.namespace, self._embedder.is_default)

    def _ask_judge(self, situation: Situation, candidates: list[Candidate]) -> dict[str, bool]:
        until = time.monotonic() + self.limits.deadline * DEADLINE_SHARE
        live = [one for one in candidates if one.part == "live"]
        staged = [one for one in candidates if one.part != "live"]
        # By themselves, after the others and in what is left of the time: they take none from what is active.
        return {**self._confirm(situation, live, until), **self._confirm(situation, staged, until)}

    def _confirm(self, situation: Situation, candidates: list[Candidate], until: float) -> dict[str, bool]:
        left = until - time.monotonic()
        if self._judge is None or not candidates or left <= 0:
            return {}
        question = partial(self._judge.confirm, situation, candidates, self.limits.floor)
        try:
            return self._judging.run(question, left)
        except Exception as error:  # noqa: BLE001 - the probabilities decide, then
            log.warning("the judge gave no answer: %s: %s", type(error).__name__, say_error(error))
            return {}

    def _check_dimension(self, snapshot: Snapshot, vector: NDArray[np.float32]) -> None:
        if vector.size != snapshot.dimension and (table := self._store.table()) is not None:
            self._embedder.forget()
            self._store.check(table, vector.size)

    def _empty_advice(self, error: Exception, started: float, labels: Labels) -> Advice:
        seconds = time.perf_counter() - started
        if isinstance(error, Paused):
            return replace(self._paused(error.pause, error.situation), seconds=seconds)
        if isinstance(error, NothingToRecall):
            return Advice(seconds=seconds, explain=AdviseCall(self._explainer, error.situation, labels))
        reason = failure_reason(error, self.limits.deadline)
        self.outage.note(type(error).__name__, reason)
        return failed_advice(reason, namespace=self._store.namespace, seconds=seconds)
