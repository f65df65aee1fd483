"""The replayer: recorded runs, run again with other coaching or another model."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.model import labels_of
from langgraph_coaching.coaching.namespace import refuse_foreign
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError
from langgraph_coaching.recall.hypothetical import hypothetical_snapshot
from langgraph_coaching.replay.as_of import RECORDED, coachings_at, read_as_of, replace_coachings
from langgraph_coaching.replay.replay import Replay
from langgraph_coaching.replay.rerun import advise_calls, recorded_advice, rerun_calls
from langgraph_coaching.traces.recorded_calls import calls_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from langchain_core.language_models import BaseChatModel

    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.authoring.home import Home
    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.adviser import Adviser
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
    from langgraph_coaching.recall.snapshot import Snapshot
    from langgraph_coaching.replay.as_of import AsOf
    from langgraph_coaching.traces.model import Trace


class Replayer:
    """Replay in one namespace; every fault is raised.

    Args:
        store: The coachings.
        adviser: Recalls them.
        embedder: For coachings that are only supposed.
        backgrounds: Where the embedder's background is.
        home: Where drafts are at home.
    """

    def __init__(
        self, store: Coachings, adviser: Adviser, embedder: Embedder, backgrounds: BackgroundCache, home: Home
    ) -> None:
        self._store = store
        self._adviser = adviser
        self._embedder = embedder
        self._backgrounds = backgrounds
        self._home = home

    def replay(
        self,
        trace: Trace,
        *,
        without: Iterable[str] = (),
        using: Iterable[Draft | Coaching] = (),
        as_of: AsOf = None,
        model: BaseChatModel | None = None,
        graph: Any = None,
        agent: str | None = None,
        node: str | None = None,
        tags: Iterable[str] = (),
    ) -> Replay:
        """Runs a recorded trace again: recall and prompt of every model call, answered from the recording.

        Nothing is written, and the same replay gives the same result. A call that would see another prompt than it did
        is marked as not recorded, unless there is a model to answer it.

        Args:
            trace: Any trace, captured or imported.
            without: Ids of coachings to take away.
            using: Drafts or coachings to add; one with the id of a saved coaching takes its place.
            as_of: The coaching as it was: a time, the revision of each coaching by id, or `"recorded"` for what the
                receipts name, exact after any edit. By default the coaching as it is now. Except with
                `"recorded"`, what the store has met and how reserved it is are today's.
            model: A chat model that answers the calls whose prompt has changed, each in the recorded conversation.
            graph: The compiled graph of the trace, with its checkpointer: it runs on, tools and all, in a copy of the
                thread from the first call whose prompt has changed.
            agent: Label of the calls; by default what the receipts of each say. So are the next two.
            node: The same; by default the node that made each call.
            tags: Further labels.

        Raises:
            InvalidCoachingError: `as_of` is nothing that can be read, or does not go with the rest; or something is of
                another namespace.
            NotFoundError: There is no such coaching or revision, or no checkpoint to run on from.
            CoachingError: The model or the graph failed.
            StoreError: The store could not be read.
        """
        if model is not None and graph is not None:
            raise InvalidCoachingError("give a model, or the graph that calls its own, not both")
        refuse_foreign("trace", trace.namespace, self._home.namespace)
        assumed, gone = read_as_of(as_of), frozenset([without] if isinstance(without, str) else without)
        added = [self._coaching_of(one) for one in using]
        labels, calls = labels_of(agent, node, tags), calls_of(trace)
        self._refuse_unknown(gone, {coaching.id for coaching in added}, trace)
        if assumed == RECORDED:
            if added or graph is not None:
                raise InvalidCoachingError(
                    "as_of='recorded' takes the choice as it was; with using= and graph= give a time"
                )
            found = recorded_advice(calls, self._store.at, gone)
            steps = rerun_calls(calls, [advice for advice, _ in found], model, [note for _, note in found])
        else:
            now = assumed if isinstance(assumed, datetime) else datetime.now(UTC)
            snapshot = self._snapshot_of(assumed, gone, added)
            advice = advise_calls(calls, self._adviser, snapshot, labels, now)
            steps = rerun_calls(calls, advice, model)
            if graph is not None:
                from langgraph_coaching.replay.graph import replay_graph

                steps = replay_graph(graph, trace, calls, steps, self._adviser, snapshot, now)

        def again(name: str) -> Replay:
            return self.replay(
                trace,
                without=gone | {name},
                using=added,
                as_of=as_of,
                model=model,
                graph=graph,
                agent=agent,
                node=node,
                tags=tags,
            )

        asked = model is not None or graph is not None
        return Replay(trace_id=trace.id, steps=steps, asked=asked, again=again)

    def _coaching_of(self, one: Draft | Coaching) -> Coaching:
        from langgraph_coaching.coaching.model import Coaching

        if isinstance(one, Coaching):
            refuse_foreign("coaching", one.namespace, self._home.namespace)
            return one
        self._home.refuse_draft_of_elsewhere(one)
        return one.coaching(self._home.namespace)

    def _refuse_unknown(self, names: frozenset[str], added: set[str], trace: Trace) -> None:
        recorded = {receipt.coaching_id for receipt in trace.receipts}
        unknown = sorted(name for name in names - added if name not in recorded and not self._store.history(name))
        if unknown:
            raise NotFoundError(f"there is no coaching {unknown[0]!r} to leave out; list them with coach.list()")

    def _snapshot_of(self, assumed: AsOf, gone: frozenset[str], added: list[Coaching]) -> Snapshot:
        current = self._adviser.snapshot()
        if assumed is None and not gone and not added:
            return current
        as_they_are = [head.coaching for head in current.looked_at]
        base = as_they_are if assumed is None or isinstance(assumed, str) else coachings_at(self._store, assumed)
        return hypothetical_snapshot(
            replace_coachings(base, gone, added), self._store, self._embedder, self._backgrounds, current
        )
