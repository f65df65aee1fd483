"""The linter: every rule over the coachings of a namespace, or over one of them among the others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from langgraph_coaching.authoring.lint.finding import sort_findings
from langgraph_coaching.authoring.lint.stages import tell_stages
from langgraph_coaching.authoring.lint.wording import Likeness, find_in_words
from langgraph_coaching.authoring.outlook_hint import FEW
from langgraph_coaching.coaching.stage import STAGES
from langgraph_coaching.recall.scoring.places import surroundings_of
from langgraph_coaching.recall.situation import situate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.authoring.lint.finding import Finding
    from langgraph_coaching.authoring.lint.width import OrdinaryTraffic
    from langgraph_coaching.authoring.recorded_places import PlacedSituations
    from langgraph_coaching.authoring.repository import Repository
    from langgraph_coaching.authoring.situations import Situations
    from langgraph_coaching.coaching.model import Coaching, Status
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.places import Places, Surroundings
    from langgraph_coaching.recall.situation import Situation
    from langgraph_coaching.recall.snapshot import Snapshot

CHECKED = ("draft", *STAGES)
"""Statuses of what is looked at."""


class Linter:
    """Finds what is the matter with coachings before a customer does.

    Args:
        repository: The coachings.
        situations: What was recorded, and the store's snapshot.
        embedder: For parts of intents, and for instructions.
        limits: Of the calls.
    """

    def __init__(self, repository: Repository, situations: Situations, embedder: Embedder, limits: Limits) -> None:
        self._repository = repository
        self._situations = situations
        self._embedder = embedder
        self._limits = limits
        self._likeness = Likeness(embedder, situations.background)
        self._spread: tuple[Background, Places] | None = None

    def lint(self, coaching_id: str | None = None, *, graph: Any = None) -> list[Finding]:
        """What is the matter with what is saved: duplicates, conflicts, what never applies, or much too often, ….

        Args:
            coaching_id: One coaching among the others; all against all when None.
            graph: The compiled graph, whose nodes and tools coachings refer to; not looked at when None.

        Returns:
            Findings, the worst first; each says what, why, and what to do, and prints in two lines. What is archived
            is left out. What is in shadow or a canary is looked at as if it were active, and so is each draft among
            those; their findings say so, and no finding of another is due to a draft.

        Raises:
            InvalidCoachingError: The graph is no compiled graph.
            NotFoundError: There is none of that id, or it was deleted.
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        if coaching_id is not None:
            return self.lint_unsaved(self._repository.get(coaching_id), None, graph)
        saved = [one for one in self._repository.list() if one.status in CHECKED]
        staged, drafts = _as_active(saved, STAGES), _as_active(saved, ("draft",))
        found = self._find(staged, staged, graph, {})
        if drafts:
            found = [*found, *self._find(drafts, [*staged, *drafts], graph, {})]
        return sort_findings(tell_stages(found, {one.id: one.status for one in saved}))

    def lint_unsaved(
        self, coaching: Coaching, conversation: Sequence[BaseMessage] | None = None, graph: Any = None
    ) -> list[Finding]:
        """What is the matter with one coaching, saved or not, looked at as if it were active.

        Args:
            coaching: Any of this namespace.
            conversation: What it is written from; None to read it from its source.
            graph: The compiled graph; not looked at when None.

        Raises:
            InvalidCoachingError: The graph is no compiled graph.
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        live = as_active(coaching)
        saved = [one for one in self._repository.list() if one.id != live.id]
        said = {} if conversation is None else {live.id: situate(conversation)}
        found = self._find([live], [live, *_as_active(saved, STAGES)], graph, said)
        return sort_findings(tell_stages(found, {one.id: one.status for one in [coaching, *saved]}))

    def _find(
        self, asked: Sequence[Coaching], among: Sequence[Coaching], graph: Any, said: Mapping[str, Situation | None]
    ) -> list[Finding]:
        from langgraph_coaching.authoring.lint.graph_names import names_of_graph
        from langgraph_coaching.authoring.lint.neighbourhood import Neighbourhood, find_in_neighbourhood

        now = datetime.now(UTC)
        names = None if graph is None else names_of_graph(graph)
        live = [one for one in among if one.live(now)]
        snapshot, recorded = self._situations.survey(live)
        likeness = self._likeness
        found = find_in_words(asked, likeness, names, now)
        if not snapshot.heads:
            return found
        sources = {**self._sources([one for one in asked if one.live(now) and one.id not in said]), **said}
        places = self._situations.place(
            {name: source for name, source in sources.items() if source is not None}, snapshot.dimension
        )
        near = self._situations.surroundings(recorded, snapshot)
        traffic = self._traffic_of(snapshot, recorded, near)
        around = Neighbourhood(snapshot, recorded, near, traffic, places, self._limits, likeness)
        return [*found, *find_in_neighbourhood(around, {one.id for one in asked})]

    def _traffic_of(self, snapshot: Snapshot, recorded: PlacedSituations, near: Surroundings | None) -> OrdinaryTraffic:
        """The recorded situations, or the background where they are few."""
        from langgraph_coaching.authoring.lint.width import OrdinaryTraffic, spread_of

        background = snapshot.background
        if len(recorded.situations) >= FEW or background is None:
            return OrdinaryTraffic(recorded.places, recorded.times, near, recorded=True)
        if self._spread is None or self._spread[0] is not background:
            self._spread = background, spread_of(background)
        places = self._spread[1]
        around = surroundings_of(places, snapshot.traffic) if snapshot.traffic else None
        return OrdinaryTraffic(places, np.ones(len(places), dtype=np.intp), around, recorded=False)

    def _sources(self, asked: Iterable[Coaching]) -> dict[str, Situation | None]:
        """Where coachings were written, by id; those of one trace are read together."""
        sourced = sorted((one for one in asked if one.source), key=lambda one: (one.source.trace_id, one.id))  # type: ignore[union-attr]
        return {one.id: situate(self._situations.source_conversation(one)) for one in sourced}


def _as_active(saved: Iterable[Coaching], statuses: Sequence[Status]) -> list[Coaching]:
    """Those of these statuses, as they will be."""
    return [as_active(one) for one in saved if one.status in statuses]


def as_active(coaching: Coaching) -> Coaching:
    """The coaching as it will be, once it is active."""
    return coaching if coaching.status == "active" else coaching.model_copy(update={"status": "active"})
