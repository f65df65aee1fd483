"""The booth: where recorded runs are run again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.model import Labels
from langgraph_coaching.coaching.namespace import refuse_foreign
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError
from langgraph_coaching.recall.hypothetical import hypothetical_snapshot
from langgraph_coaching.refining.review_queue import ReviewQueue
from langgraph_coaching.replay.as_of import RECORDED, coachings_at, read_as_of, replace_coachings
from langgraph_coaching.replay.recorded_calls import calls_of
from langgraph_coaching.replay.replay import Replay
from langgraph_coaching.replay.rerun import advise_calls, recorded_advice, rerun_calls

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    from langchain_core.language_models import BaseChatModel

    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.snapshot import Snapshot
    from langgraph_coaching.replay.as_of import AsOf
    from langgraph_coaching.replay.opened import Opened
    from langgraph_coaching.testing.cassette import Record
    from langgraph_coaching.testing.regression import Written
    from langgraph_coaching.traces.model import Trace


class Replayer(ReviewQueue):
    """Replay in one namespace; every fault is raised."""

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
        refuse_foreign("trace", trace.namespace, self.namespace)
        era, gone = read_as_of(as_of), frozenset([without] if isinstance(without, str) else without)
        added = [self._supposed(one) for one in using]
        labels, calls = Labels(agent=agent, node=node, tags=frozenset(tags)), calls_of(trace)
        self._known(gone, {coaching.id for coaching in added}, trace)
        if era == RECORDED:
            if added or graph is not None:
                raise InvalidCoachingError(
                    "as_of='recorded' takes the choice as it was; with using= and graph= give a time"
                )
            found = recorded_advice(calls, self._store.at, gone)
            steps = rerun_calls(calls, [advice for advice, _ in found], model, [note for _, note in found])
        else:
            now = era if isinstance(era, datetime) else datetime.now(UTC)
            snapshot = self._snapshot_of(era, gone, added)
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

    def _supposed(self, one: Draft | Coaching) -> Coaching:
        from langgraph_coaching.coaching.model import Coaching

        if isinstance(one, Coaching):
            refuse_foreign("coaching", one.namespace, self.namespace)
            return one
        self._refuse_draft_of_elsewhere(one)
        return one.coaching(self.namespace)

    def _known(self, names: frozenset[str], added: set[str], trace: Trace) -> None:
        recorded = {receipt.coaching_id for receipt in trace.receipts}
        unknown = sorted(name for name in names - added if name not in recorded and not self._store.history(name))
        if unknown:
            raise NotFoundError(f"there is no coaching {unknown[0]!r} to leave out; list them with coach.list()")

    def _snapshot_of(self, era: AsOf, gone: frozenset[str], added: list[Coaching]) -> Snapshot:
        current = self._adviser.snapshot()
        if era is None and not gone and not added:
            return current
        as_they_are = [head.coaching for head in current.heads]
        base = as_they_are if era is None or isinstance(era, str) else coachings_at(self._store, era)
        return hypothetical_snapshot(
            replace_coachings(base, gone, added), self._store, self._embedder, self._backgrounds, current
        )

    def write_test(
        self: Opened,
        coaching: Coaching | str,
        path: str | os.PathLike[str],
        *,
        model: Any = None,
        expect: str | Sequence[str] = (),
        record: Record = "rewrite",
        force: bool = False,
    ) -> Written:
        """Writes a pytest file that holds a coaching to what it promises, and a recording beside it in `cassettes/`.

        It fires at its source, stays silent at its nearest misses, and what it asks for is done in the recording. The
        test passes now, and fails when the coaching is edited, archived, deleted or shadowed by another.

        Args:
            coaching: Which one, or its id.
            path: The test file, such as `tests/test_shipping.py`.
            model: A chat model (or one with tools bound to it) that is asked over HTTP once, and recorded; None to take
                the newest trace in which the coaching was followed.
            expect: What the answer must hold: a regular expression, or a list of texts. Without it a reply is compared
                with the recorded one.
            record: How the model is asked: `rewrite` asks it, `none` takes the recording that is there, `new` asks only
                what is not in it.
            force: Write over what is there.

        Raises:
            InvalidCoachingError: There is a file already, or the coaching fires nowhere.
            NotFoundError: There is no such coaching.
            RecordingError: The model did not follow it; nothing was written.
            MissingExtraError: `vcrpy` is not installed.
        """
        from langgraph_coaching.testing.regression import write_test

        if not isinstance(coaching, str):
            refuse_foreign("coaching", coaching.namespace, self.namespace)
        return write_test(self, coaching, path, model=model, expect=expect, record=record, force=force)
