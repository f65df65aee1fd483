"""The reporter: reads receipts, verdicts and runs of a window, and puts the report together."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from langgraph_coaching.coaching.coachings import TABLE as COACHINGS
from langgraph_coaching.recall.receipts import TABLE as RECEIPTS
from langgraph_coaching.refining.cost import applied_revisions, check_price, time_cost
from langgraph_coaching.refining.evaluated_runs import choose_score, label_values, read_runs
from langgraph_coaching.refining.figures import figures_of
from langgraph_coaching.refining.outcomes import Outcomes
from langgraph_coaching.refining.prompt_tokens import PromptTokens
from langgraph_coaching.refining.receipt_counts import count_receipts, receipt_times
from langgraph_coaching.refining.recent_reports import RecentReports
from langgraph_coaching.refining.report import Overall, Report, Standing
from langgraph_coaching.refining.report_notes import notes_of
from langgraph_coaching.refining.verdicts import TABLE as VERDICTS
from langgraph_coaching.refining.window import window_of
from langgraph_coaching.traces.archive import TABLE as TRACES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from langgraph_coaching.authoring.repository import Repository
    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.recall.receipts import Receipts
    from langgraph_coaching.refining.comparison import Comparison
    from langgraph_coaching.refining.evaluated_runs import EvaluatedRun
    from langgraph_coaching.refining.verdict import Verdict
    from langgraph_coaching.refining.verdicts import Verdicts
    from langgraph_coaching.refining.window import Moment, Window
    from langgraph_coaching.traces.archive import Archive

TABLES = (COACHINGS, RECEIPTS, VERDICTS, TRACES)
"""What a report is made of: where none of it was written since, the last one is given again."""


class Reporter:
    """Reports on one namespace.

    Args:
        store: The coachings, every revision.
        repository: The same, from the author's side.
        verdicts: What people said.
        traces: Recorded runs.
        receipts_table: The receipts.
        flush: Writes out what running graphs have left behind, before anything is counted.
        version: Number of the latest commit of a table.
    """

    def __init__(
        self,
        store: Coachings,
        repository: Repository,
        verdicts: Verdicts,
        traces: Archive,
        receipts_table: Receipts,
        flush: Callable[[], None],
        version: Callable[[str], int],
    ) -> None:
        self._tokens = PromptTokens(store)
        self._repository = repository
        self._verdicts = verdicts
        self._traces = traces
        self._receipts_table = receipts_table
        self._flush = flush
        self._version = version
        self._recent = RecentReports()

    def report(
        self,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        coaching_id: str | None = None,
        good: Collection[str] | None = None,
        bad: Collection[str] | None = None,
        score: str | None = None,
        price_per_million_tokens: float | None = None,
    ) -> Report:
        """How each coaching is doing, those that need review first, and all of them together.

        Considered, applied, followed; precision with Wilson's interval, and whether it rises; what it costs in tokens
        and time; how runs with it ended, and runs without it, with the interval of the difference and whether the
        comparison is fair. Verdicts count where their receipt is in the window, runs where they were started in it.

        Args:
            since: Only from then on: a time (UTC where no zone is said), a timedelta (ago), or a text such as
                `2030-01-31` or `7d`.
            until: Only before.
            coaching_id: List only this coaching; what is said of all of them stays.
            good: Labels of runs that ended well, by default `success`, `pass`, `resolved` and the like.
            bad: Labels of runs that ended badly, by default `failure`, `fail`, `unresolved` and the like.
            score: Which score of runs to compare; by default `reward`, `score`, or the one that most of them have.
            price_per_million_tokens: What the model's provider takes for a million input tokens.

        Returns:
            A list of standings, with `overall`, `window` and `notes`; `print` it, `.to_html("report.html")`,
            `.to_json()`.

        Raises:
            InvalidCoachingError: A time or the price is none, or the end is before the beginning.
            NotFoundError: There is no such coaching.
            StoreError: The store could not be read.
        """
        now = datetime.now(UTC)
        window = window_of(since, until, now)
        check_price(price_per_million_tokens)
        self._flush()
        asked = (
            window,
            coaching_id,
            _sort_labels(good),
            _sort_labels(bad),
            score,
            price_per_million_tokens,
            f"{now:%Y-%m-%d %H}",
        )
        return self._recent.take(
            (asked, *map(self._version, TABLES)),
            lambda: self._make(now, window, coaching_id, good, bad, score, price_per_million_tokens),
        )

    def _make(
        self,
        now: datetime,
        window: Window,
        coaching_id: str | None,
        good: Collection[str] | None,
        bad: Collection[str] | None,
        score: str | None,
        price_per_million_tokens: float | None,
    ) -> Report:
        coachings = self._repository.list() if coaching_id is None else [self._repository.get(coaching_id)]
        counted = count_receipts(self._receipts_table, window, now)
        verdicts = self._verdicts_in(window)
        tokens = self._tokens.count(applied_revisions(counted))
        runs = read_runs(self._traces, window)
        outcomes = _outcomes(runs, [None, *(one.id for one in coachings)], good, bad, score)

        said: dict[str, list[tuple[datetime, Verdict]]] = defaultdict(list)
        for at, verdict in verdicts:
            said[verdict.coaching_id].append((at, verdict))
        whole = figures_of(None, counted, verdicts, tokens, outcomes[None])
        without = Counter({"failed": 0, "paused": 0})
        for count in (count for one in counted for count in one.counts.get(None, ())):
            without[count.outcome] += count.number
        overall = Overall(
            **whole,
            calls=sum(one.calls for one in counted),
            coached=sum(one.coached for one in counted),
            failed=without["failed"],
            paused=without["paused"],
            time=time_cost(counted),
        )
        if price_per_million_tokens is not None and overall.tokens is not None:
            overall = replace(overall, cost=overall.tokens * price_per_million_tokens / 1e6)
        standings = [
            Standing(
                coaching_id=one.id,
                intent=one.intent,
                status=one.status,
                **figures_of(one, counted, said[one.id], tokens, outcomes[one.id]),
            )
            for one in coachings
        ]
        standings.sort(key=lambda one: (not one.needs_review, -one.applied, one.coaching_id))
        return Report(standings, overall=overall, window=window, at=now, notes=notes_of(standings, overall))

    def _verdicts_in(self, window: Window) -> list[tuple[datetime, Verdict]]:
        """The verdicts of a window, each with the time of its receipt; of one that is gone, its own time counts.

        Those in test conversations are left out.
        """
        found = self._verdicts.list()
        tests = self._receipts_table.tests_among(one.receipt_id for one in found)
        found = [one for one in found if one.receipt_id not in tests]
        times = receipt_times(self._receipts_table, (one.receipt_id for one in found))
        timed = [(times.get(one.receipt_id, one.at), one) for one in found]
        return [(at, one) for at, one in timed if window.holds(at)]


def _sort_labels(labels: Collection[str] | None) -> tuple[str, ...] | None:
    return None if labels is None else tuple(sorted(labels))


def _outcomes(
    runs: Sequence[EvaluatedRun],
    names: Sequence[str | None],
    good: Collection[str] | None,
    bad: Collection[str] | None,
    score: str | None,
) -> dict[str | None, tuple[Comparison, ...]]:
    """The comparisons of each coaching, by labels and by a score; of None those of all."""
    outcomes, chosen = Outcomes(runs), choose_score(runs, score)
    measured = [outcomes.compare("label", label_values(runs, good, bad), names)]
    if chosen is not None:
        measured.append(outcomes.compare(chosen, [run.scores.get(chosen) for run in runs], names))
    return {name: tuple(found[name] for found in measured if name in found) for name in names}
