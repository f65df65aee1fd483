"""Checks of a draft against what is recorded, before it is saved: impact and preview."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from langgraph_coaching.authoring.call_index import CallIndex
from langgraph_coaching.authoring.choices_today import SCOPES, ChoicesToday
from langgraph_coaching.authoring.draft_source import draft_over
from langgraph_coaching.authoring.impact import Impact
from langgraph_coaching.authoring.impact_calls import LatestGroups
from langgraph_coaching.authoring.impact_choices import Comparison
from langgraph_coaching.authoring.impact_count import count_impact, displacements
from langgraph_coaching.authoring.lint.graph_names import names_of_graph
from langgraph_coaching.authoring.preview_call import preview_step
from langgraph_coaching.authoring.silent_texts import find_silent_texts
from langgraph_coaching.authoring.situation_vectors import SituationVectors
from langgraph_coaching.authoring.supposition import suppose_saved
from langgraph_coaching.coaching.behavior import Reply
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from langchain_core.language_models import BaseChatModel

    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.authoring.home import Home
    from langgraph_coaching.authoring.preview import Preview
    from langgraph_coaching.authoring.repository import Repository
    from langgraph_coaching.authoring.supposition import Supposition
    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.recall.adviser import Adviser
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.receipts import Receipts
    from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
    from langgraph_coaching.recall.scoring.kept_vectors import KeptVectors
    from langgraph_coaching.recall.scoring.traffic_sampler import TrafficSampler
    from langgraph_coaching.traces.archive import Archive

PATIENCE = 60.0
"""Seconds after which no further situation is embedded."""

AT_ONCE = 200
"""Situations that are looked up before whoever waits for an impact has a turn."""


class DraftChecks:
    """Says of a draft, or of what is saved, where it would have fired, and what it would change at its source.

    Args:
        repository: What is saved.
        store: The same, with its vectors.
        traces: Captured and imported runs.
        receipts_table: The receipts.
        kept_vectors: Where recorded situations are.
        adviser: Recalls.
        embedder: For what is not saved, and for situations.
        backgrounds: Where its background is.
        sampler: What the store has met.
        home: Where drafts are at home.
        flush: Writes out what running graphs have left behind, before it is looked at.
    """

    def __init__(
        self,
        repository: Repository,
        store: Coachings,
        traces: Archive,
        receipts_table: Receipts,
        kept_vectors: KeptVectors,
        adviser: Adviser,
        embedder: Embedder,
        backgrounds: BackgroundCache,
        sampler: TrafficSampler,
        home: Home,
        flush: Callable[[], None],
    ) -> None:
        self._repository = repository
        self.traces = traces
        """Where drafts begin."""
        self._adviser = adviser
        self.home = home
        """Refuses what was begun elsewhere."""
        self._flush = flush
        self.vectors = SituationVectors(embedder, backgrounds, kept_vectors)
        """Where recorded situations are."""
        self._choices, self._groups = ChoicesToday(), LatestGroups()
        self._index = CallIndex(traces, receipts_table, self.vectors, store.database.version)
        self._suppose_saved = partial(
            suppose_saved, store=store, adviser=adviser, embedder=embedder, backgrounds=backgrounds, sampler=sampler
        )

    def impact(
        self, draft: Draft | str, *, within: float | None = PATIENCE, progress: Callable[[int], None] | None = None
    ) -> Impact:
        """At which recorded steps a coaching would have been in the prompt, against what applies there today.

        Every recorded model call is advised twice, with the coachings of today and with these and the draft as if it
        were saved and active; a judge is not asked. The calls of the latest 60,000 turns are looked at, and those of
        the latest 2,000 receipts that no trace holds.

        Args:
            draft: A draft of this coach, or the id of what is saved: an archived one as if it were restored.
            within: Seconds after which no further situation is embedded, the latest first; what was embedded is
                remembered, so that asking again looks at more. None for as long as it takes.
            progress: Called with the number of recorded calls read so far.

        Returns:
            Counts, the steps, what it would displace, and where it would stay silent though its source or an example
            says yes; prints as text.

        Raises:
            InvalidCoachingError: A field is not acceptable, or the draft was begun elsewhere.
            NotFoundError: There is none of that id, or it was deleted.
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        until = math.inf if within is None else time.monotonic() + within
        supposition = self._suppose(self._draft_of(draft))
        recorded = self._index.read_calls(supposition.supposed.dimension, until, progress)
        comparison = Comparison(
            name=supposition.coaching.id,
            today=supposition.today,
            supposed=supposition.supposed,
            alone=supposition.alone(),
            limits=self._adviser.limits,
            now=datetime.now(UTC),
        )
        known = self.vectors.known_places()
        grouped = self._groups.group(recorded.calls, known)
        count = count_impact(recorded.calls, grouped, comparison, self._choices)
        return Impact(
            coaching_id=supposition.coaching.id,
            intent=supposition.coaching.intent,
            traces=recorded.traces,
            recorded_steps=recorded.steps,
            looked_at=count.looked_at,
            not_looked_at=count.not_looked_at,
            out_of_scope=count.out_of_scope,
            fires=count.fires,
            new=count.new,
            new_where_nothing_applies=count.new_where_nothing_applies,
            lost=count.lost,
            steps=tuple(count.steps),
            displaced=displacements(count, recorded.calls, known, comparison),
            silent=find_silent_texts(self._adviser, supposition),
        )

    def prepare_impact(self, *, within: float | None = None) -> int:
        """Looks up what applies today at every recorded call, so that the impact of the next drafts is quick.

        What is known stays known until other coachings are live, and then where these change nothing. It may run in a
        thread beside `impact`, which does without it, and more slowly.

        Args:
            within: Seconds after which no further situation is embedded. None for as long as it takes.

        Returns:
            At how many recorded model calls what applies today is known.

        Raises:
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        until = math.inf if within is None else time.monotonic() + within
        self._flush()
        first = self._adviser.snapshot()
        if not first.heads:
            return 0
        recorded = self._index.read_calls(first.dimension, until)
        grouped = self._groups.group(recorded.calls, self.vectors.known_places())
        known = grouped.distinct
        if known is None:
            return 0
        most = sorted(grouped.groups, key=lambda one: -len(one.calls))[:SCOPES]
        for group in most:
            for start in range(0, len(group.rows), AT_ONCE):
                today = replace(self._adviser.snapshot(), staged=None)  # what was saved meanwhile counts
                rows, now = group.rows[start : start + AT_ONCE], datetime.now(UTC)
                self._choices.today(today, known, rows, group.labels, self._adviser.limits, now)
        return sum(len(one.calls) for one in most)

    def preview(self, draft: Draft | str, model: BaseChatModel | None = None, *, graph: Any = None) -> Preview:
        """The source step answered again: without the coaching, and with it as if it were saved.

        Without it the prompt is that of today; where it is the recorded one, the recording answers. Nothing is
        written, and no tool is called.

        Args:
            draft: A draft of this coach, or the id of what is saved.
            model: A chat model that answers; one that fails leaves its error in the preview. None asks nobody.
            graph: The compiled graph, for whether it can do what is enforced; not looked at when None.

        Returns:
            Both prompts and answers, whether the coaching is in the prompt there, and what its behavior asks of the
            graph; prints as text.

        Raises:
            InvalidCoachingError: It was written from no step, has no behavior, or was begun elsewhere; or the graph is
                no compiled graph.
            NotFoundError: There is none of that id, or its trace is gone.
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        begun = self._draft_of(draft)
        if begun.step is None:
            raise InvalidCoachingError(
                "there is nothing to preview: it was written from no recorded step, or its trace is gone; begin the "
                "draft with coach.draft(step)"
            )
        if begun.behavior is None:
            raise InvalidCoachingError("the draft says when but not what: choose a behavior, e.g. draft.reply('…')")
        trace = self.traces.get(begun.step.trace_id)
        names = None if graph is None else names_of_graph(graph)
        return preview_step(self._adviser, self._suppose(begun), trace, begun.step, model, names)

    def _draft_of(self, given: Draft | str) -> Draft:
        self._flush()
        if not isinstance(given, str):
            self.home.refuse_draft_of_elsewhere(given)
            return given
        coaching, trace = self._repository.get(given, None), None
        if coaching.source is not None:
            try:
                trace = self.traces.get(coaching.source.trace_id)
            except NotFoundError:
                trace = None
        return draft_over(coaching, trace)

    def _suppose(self, draft: Draft) -> Supposition:
        complete = draft if draft.behavior else replace(draft, behavior=Reply("not chosen yet"))
        return self._suppose_saved(complete.coaching(self.home.namespace))
