"""The watch: what a person sees of coaching at work, and says of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from langgraph_coaching.authoring.corrections import corrections_of
from langgraph_coaching.authoring.draft_source import draft_of
from langgraph_coaching.authoring.editor import Editor
from langgraph_coaching.authoring.intents.suggest import suggest_intents
from langgraph_coaching.authoring.other_coachings import OtherCoachings
from langgraph_coaching.authoring.situations import Situations
from langgraph_coaching.coaching.namespace import refuse_foreign
from langgraph_coaching.errors import NotFoundError
from langgraph_coaching.recall.scoring.traffic import MOST
from langgraph_coaching.recall.situation import Situation
from langgraph_coaching.refining.assess import assess_trace
from langgraph_coaching.refining.feedback import format_scores, scores
from langgraph_coaching.refining.refine import Refiner
from langgraph_coaching.refining.report import Calibration, calibration, standings
from langgraph_coaching.refining.verdicts import Verdicts
from langgraph_coaching.traces.capture.recorder import links_of
from langgraph_coaching.traces.situations import situations_in

if TYPE_CHECKING:
    import builtins
    from collections.abc import Sequence
    from datetime import datetime

    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.authoring.outlook import Outlook
    from langgraph_coaching.authoring.similar import Similar
    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.adviser import Adviser
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.recall.receipts import Receipts
    from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
    from langgraph_coaching.recall.scoring.traffic_sampler import TrafficSampler
    from langgraph_coaching.refining.refine import Verdict
    from langgraph_coaching.refining.report import Standing
    from langgraph_coaching.storage.database import Database
    from langgraph_coaching.traces.archive import Archive
    from langgraph_coaching.traces.capture.recorder import Recorder
    from langgraph_coaching.traces.model import Trace


class Reviewer(Editor):
    """Monitoring and refining in one namespace; every fault is raised.

    Args:
        database: Where verdicts are kept.
        store: The coachings.
        embedder: For the vectors of intents and examples.
        backgrounds: Where the embedder's background is.
        traces: Recorded runs.
        receipts_table: The receipts.
        sampler: The sample of the situations that were met.
        adviser: Who learns from verdicts.
        recorder: What running graphs leave behind, which is written out before anything is counted.
    """

    def __init__(
        self,
        database: Database,
        store: Coachings,
        embedder: Embedder,
        backgrounds: BackgroundCache,
        traces: Archive,
        receipts_table: Receipts,
        sampler: TrafficSampler,
        adviser: Adviser,
        recorder: Recorder,
    ) -> None:
        super().__init__(store, embedder, backgrounds, traces, OtherCoachings(adviser.snapshot, embedder))
        self._receipts_table = receipts_table
        self._sampler = sampler
        self._adviser = adviser
        self._recorder = recorder
        self._verdicts = Verdicts(database, self.namespace)
        self._refiner = Refiner(self._repository, self._verdicts)
        self._situations = Situations(traces, receipts_table, sampler, adviser, store, embedder, backgrounds)

    def flush(self) -> None:
        """Waits until every receipt and every captured step is in the store.

        Raises:
            StoreError: They could not be written; they stay queued and are tried again.
        """
        self._recorder.flush()

    def _begun(self, draft: Draft) -> Draft:
        return replace(super()._begun(draft), search=self._similar)

    def _recorded_here(self, name: str) -> bool:
        """Whether there is a trace or a receipt of that id in this namespace."""
        self.flush()
        try:
            self._receipts_table.receipt(name)
        except NotFoundError:
            return super()._recorded_here(name)
        return True

    def similar(self, coaching_id: str, *, limit: int = 10) -> builtins.list[Similar]:
        """The recorded situations that would teach a coaching most, to be answered yes or no; needs no model.

        They are near and undecided, often met, and unlike each other; neither the source nor anything that the coaching
        knows already is among them. The latest 2,000 situations of traces and receipts are looked at. What is answered
        goes into `coach.edit(id, add_examples=[…], add_never=[…])`.

        Args:
            coaching_id: Which one.
            limit: Most to return.

        Raises:
            NotFoundError: There is none of that id, or it was deleted.
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        return self._similar(self.get(coaching_id), None, limit)

    def _similar(
        self, coaching: Coaching, conversation: Sequence[BaseMessage] | None, limit: int
    ) -> builtins.list[Similar]:
        self.flush()
        return self._situations.similar(coaching, conversation, limit)

    def outlook(self, coaching: Coaching | str) -> Outlook:
        """What is known of a coaching now, and what to expect of it; takes some seconds at most.

        Args:
            coaching: A saved one, or its id.

        Returns:
            Whether it fires at its source, how many recorded situations it would meet, the nearest that stay silent, by
            how many texts it is known, and the one thing to do next; prints as text.

        Raises:
            NotFoundError: There is none of that id, or it was deleted.
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        if not isinstance(coaching, str):
            refuse_foreign("coaching", coaching.namespace, self.namespace)
        self.flush()
        return self._situations.outlook(self.get(coaching if isinstance(coaching, str) else coaching.id))

    def receipts(
        self, *, coaching_id: str | None = None, trace_id: str | None = None, limit: int | None = None
    ) -> builtins.list[Receipt]:
        """Where coaching was considered and applied, newest first.

        Args:
            coaching_id: Only of this coaching.
            trace_id: Only of this trace.
            limit: Most to return.

        Raises:
            StoreError: The store could not be read.
        """
        asked = {"coaching_id": coaching_id, "trace_id": trace_id}
        return self._receipts_table.receipts(
            limit=limit, **{name: value for name, value in asked.items() if value is not None}
        )

    def verdict(
        self, receipt: Receipt | str, *, correct: bool, comment: str = "", author: str | None = None
    ) -> Verdict:
        """Says whether a coaching was rightly applied, or rightly left out; it learns when to fire from that.

        An applied receipt that was wrong teaches "never here", a considered one that should have fired "also here". Its
        intent stays as it is, no other coaching moves, and the last verdict on a receipt counts.

        Args:
            receipt: Any receipt of a coaching, from a graph or from `advise`, or the id of a stored one.
            correct: Whether its outcome was right.
            comment: Why.
            author: Who says so.

        Raises:
            InvalidCoachingError: The receipt is of no coaching, or has no situation.
            NotFoundError: There is no such receipt in this namespace, or its coaching was deleted.
            StoreError: It could not be written; say it again.
        """
        self.flush()
        # A receipt at hand may be of another store, and is as it was before redaction: what is stored here counts.
        judged = self._receipts_table.receipt(receipt if isinstance(receipt, str) else receipt.id)
        return self._refiner.judge(judged, correct=correct, comment=comment, author=author)

    def verdicts(self, coaching_id: str | None = None) -> builtins.list[Verdict]:
        """Verdicts, oldest first; of one coaching, or of all.

        Raises:
            StoreError: The store could not be read.
        """
        return self._verdicts.list(coaching_id)

    def assess(self, trace: Trace, model: BaseChatModel) -> Trace:
        """Lets a chat model read whether replies followed their coaching; other behaviors are decided without one.

        Args:
            trace: A trace in this store.
            model: A chat model with structured output.

        Returns:
            The trace with `followed` on its receipts, as it is now in the store.

        Raises:
            CoachingError: The model failed, or gave no structured answer.
            NotFoundError: The trace is not in this namespace.
            StoreError: It could not be written; nothing was changed.
        """
        self.flush()
        trace = self.traces.get(trace.id)
        read = assess_trace(trace, model, self._store.behavior)
        if read.receipts != trace.receipts:
            self.traces.add(read)
            self._receipts_table.link(links_of(read))
        return read

    def corrections(self, trace: Trace) -> builtins.list[Draft]:
        """Drafts from the corrections that people left in the tracer a trace was imported from.

        Args:
            trace: An imported trace, such as `import_traces` returns.

        Returns:
            One for each corrected step, with the correction as its reply; look at the intent, then `coach.save` it.

        Raises:
            InvalidCoachingError: The trace is of another namespace.
        """
        refuse_foreign("trace", trace.namespace, self.namespace)
        begun = ((draft_of(trace, step, suggest_intents, self._others), text) for step, text in corrections_of(trace))
        return [self._begun(draft).reply(text) for draft, text in begun]

    def feedback(
        self,
        format: str,  # noqa: A002 - what it is called everywhere
        *,
        trace_id: str | None = None,
        since: datetime | None = None,
    ) -> builtins.list[dict[str, Any]]:
        """Receipts and verdicts as feedback on the runs that a tracer has.

        Args:
            format: `langsmith` (arguments of `Client.create_feedback`), `langfuse` (scores), `openinference` (span
                annotations) or `otel` (`gen_ai.evaluation.result` events).
            trace_id: Only of this trace.
            since: Only of traces started at or after.

        Returns:
            Rows of JSON values; the same score has the same id each time.

        Raises:
            InvalidCoachingError: There is no such format.
            NotFoundError: There is no such trace.
            StoreError: The store could not be read.
        """
        self.flush()
        traces = [self.traces.get(trace_id)] if trace_id else self.traces.list(since=since, limit=None)
        return format_scores(format, scores(traces, self._verdicts.list()))

    def report(self) -> builtins.list[Standing]:
        """How each coaching is doing, those that need review first: applied, precision with Wilson's interval, missed.

        Raises:
            StoreError: The store could not be read.
        """
        self.flush()
        return standings(self.list(), self._receipts_table.receipts(), self._verdicts.list())

    def calibrate(self) -> Calibration:
        """Fits every coaching anew from its examples and verdicts, and compares probabilities with verdicts.

        The fitting also happens by itself, for what has changed, at the next call of `advise`. What agents are told
        besides is taken into account as they run; here also from traces that were imported, or captured before there
        was any coaching. And where verdicts on applied coachings show that the store believes too much, all of it
        becomes more reserved.

        Raises:
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        self.flush()
        # Of whole runs, the latest: their situations share turns, and each turn is embedded once.
        traced = (situation for trace in self.traces.list(limit=MOST) for situation in situations_in(trace))
        received = map(Situation.from_text, self._receipts_table.situations(MOST))
        situations = self._sampler.add_all(one for one in (*islice(traced, MOST), *received) if one.turns)
        verdicts = self._verdicts.list()
        judged = [(one.probability, one.reserve, one.correct) for one in verdicts if one.applied]
        reserve = self._sampler.learn_reserve(judged)
        return calibration(self._adviser.refit(), situations, reserve, verdicts)
