"""The reviewer: what a person sees of coaching at work, and says of it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from langgraph_coaching.recall.scoring.traffic import MOST
from langgraph_coaching.recall.situation import Situation
from langgraph_coaching.refining.assess import assess_trace
from langgraph_coaching.refining.calibrate import Calibration, calibration
from langgraph_coaching.refining.feedback import format_scores, scores
from langgraph_coaching.refining.receipt_counts import applied_in
from langgraph_coaching.refining.refine import Refiner
from langgraph_coaching.refining.review_queue import LOOKED_AT, most_informative_receipts
from langgraph_coaching.storage.storable import check_limit
from langgraph_coaching.traces.capture.recorder import links_of
from langgraph_coaching.traces.situations import situations_in

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from langchain_core.language_models import BaseChatModel

    from langgraph_coaching.authoring.repository import Repository
    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.recall.adviser import Adviser
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.recall.receipts import Receipts
    from langgraph_coaching.recall.scoring.traffic_sampler import TrafficSampler
    from langgraph_coaching.refining.verdict import Verdict
    from langgraph_coaching.refining.verdicts import Verdicts
    from langgraph_coaching.traces.archive import Archive
    from langgraph_coaching.traces.model import Trace


class Reviewer:
    """Monitoring and refining in one namespace; every fault is raised.

    Args:
        store: The coachings.
        repository: The same, from the author's side: where verdicts are learned.
        verdicts: Where verdicts are kept.
        traces: Recorded runs.
        receipts_table: The receipts.
        sampler: The sample of the situations that were met.
        adviser: Who learns from verdicts.
        flush: Writes out what running graphs have left behind, before anything is counted.
    """

    def __init__(
        self,
        store: Coachings,
        repository: Repository,
        verdicts: Verdicts,
        traces: Archive,
        receipts_table: Receipts,
        sampler: TrafficSampler,
        adviser: Adviser,
        flush: Callable[[], None],
    ) -> None:
        self._store = store
        self._verdicts = verdicts
        self._refiner = Refiner(repository, verdicts)
        self._traces = traces
        self._receipts_table = receipts_table
        self._sampler = sampler
        self._adviser = adviser
        self._flush = flush

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

        An applied receipt that was wrong teaches "never here", a considered one that should have fired "also here". Of
        what is in shadow or held back it is said whether it would have been right. Its intent stays as it is, no other
        coaching moves, and the last verdict on a receipt counts.

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
        self._flush()
        # A receipt at hand may be of another store, and is as it was before redaction: what is stored here counts.
        judged = self._receipts_table.receipt(receipt if isinstance(receipt, str) else receipt.id)
        return self._refiner.judge(judged, correct=correct, comment=comment, author=author)

    def withdraw(self, receipt: Receipt | str) -> None:
        """Takes back the verdict on a receipt, and what its coaching has learned from it.

        Args:
            receipt: A judged receipt, or its id.

        Raises:
            NotFoundError: There is no such receipt, nobody has judged it, or its coaching was deleted.
            StoreError: It could not be written; say it again.
        """
        self._flush()
        judged = self._receipts_table.receipt(receipt if isinstance(receipt, str) else receipt.id)
        self._refiner.withdraw(judged)

    def verdicts(
        self, coaching_id: str | None = None, *, receipt_ids: Sequence[str] | None = None
    ) -> builtins.list[Verdict]:
        """Verdicts, oldest first.

        Args:
            coaching_id: Only of this coaching.
            receipt_ids: Only on these receipts.

        Raises:
            StoreError: The store could not be read.
        """
        return self._verdicts.list(coaching_id, receipt_ids)

    def unreviewed(self, trace_ids: Iterable[str]) -> set[str]:
        """Which of these traces have an applied receipt that nobody has judged.

        Args:
            trace_ids: Some; all of their receipts are read.

        Raises:
            StoreError: The store could not be read.
        """
        found = applied_in(self._receipts_table, trace_ids)
        judged = {verdict.receipt_id for verdict in self._verdicts.list(None, [*found])}
        return {trace_id for receipt_id, trace_id in found.items() if receipt_id not in judged}

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
        self._flush()
        trace = self._traces.get(trace.id)
        read = assess_trace(trace, model, self._store.behavior)
        if read.receipts != trace.receipts:
            self._traces.add(read)
            self._receipts_table.link(links_of(read))
        return read

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
        self._flush()
        traces = [self._traces.get(trace_id)] if trace_id else self._traces.list(since=since, limit=None)
        return format_scores(format, scores(traces, self._verdicts.list()))

    def review(self, *, limit: int = 20, simulated: bool = False) -> builtins.list[Receipt]:
        """The receipts whose verdict would teach most: give each to `verdict`.

        Undecided ones, which would now be near the floor, applied and missed ones alike; in situations that are often
        met, and that no verdict or example covers yet; each coaching once in a situation, and coachings in turns. The
        latest 20,000 receipts are looked at, in up to 2,000 situations.

        Args:
            limit: Most to return.
            simulated: Whether those of test conversations are asked about too.

        Returns:
            The most telling first; [] where there is nothing to say.

        Raises:
            InvalidCoachingError: The limit is below 0.
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        check_limit(limit, "receipts")
        self._flush()
        return most_informative_receipts(
            [one for one in self._receipts_table.receipts(limit=LOOKED_AT) if simulated or not one.is_test],
            {verdict.receipt_id for verdict in self._verdicts.list()},
            self._adviser.snapshot(),
            self._sampler,
            self._adviser.limits.floor,
            limit,
        )

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
        self._flush()
        # Of whole runs, the latest: their situations share turns, and each turn is embedded once.
        traced = (situation for trace in islice(self._traces.newest(), MOST) for situation in situations_in(trace))
        received = map(Situation.from_text, self._receipts_table.situations(MOST))
        situations = self._sampler.add_all(one for one in (*islice(traced, MOST), *received) if one.turns)
        verdicts = self._verdicts.list()
        tests = self._receipts_table.tests_among(one.receipt_id for one in verdicts if one.applied)
        judged = [
            (one.probability, one.reserve, one.correct)
            for one in verdicts
            if one.applied and one.receipt_id not in tests
        ]
        reserve = self._sampler.learn_reserve(judged)
        return calibration(self._adviser.refit(), situations, reserve, verdicts)
