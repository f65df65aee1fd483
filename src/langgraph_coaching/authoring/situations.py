"""Recorded situations of a namespace: how likely one coaching is right in each, and the outlook that follows."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.most_similar import SimilarSearch, most_similar
from langgraph_coaching.authoring.outlook import SILENT, Outlook
from langgraph_coaching.authoring.outlook_hint import hint_of
from langgraph_coaching.authoring.recorded_places import NOTHING_RECORDED, RecordedPlaces
from langgraph_coaching.coaching.model import Labels
from langgraph_coaching.errors import NotFoundError
from langgraph_coaching.recall.hypothetical import hypothetical_snapshot
from langgraph_coaching.recall.situation import situate
from langgraph_coaching.storage.storable import check_limit
from langgraph_coaching.traces.messages import messages_before

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.authoring.recorded_places import PlacedSituations
    from langgraph_coaching.authoring.similar import Similar
    from langgraph_coaching.authoring.situation_vectors import SituationVectors
    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.adviser import Adviser
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.recall.receipts import Receipts
    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
    from langgraph_coaching.recall.scoring.places import Surroundings
    from langgraph_coaching.recall.scoring.situation_vector import SituationVector
    from langgraph_coaching.recall.scoring.traffic_sampler import TrafficSampler
    from langgraph_coaching.recall.situation import Situation
    from langgraph_coaching.recall.snapshot import Snapshot
    from langgraph_coaching.traces.archive import Archive


PATIENCE = 3.0
"""Seconds after which an outlook embeds no further situation."""


class Situations:
    """Searches the latest recorded situations, up to `MOST`.

    Args:
        traces: Captured and imported runs.
        receipts_table: The receipts.
        sampler: Where situations are, and what the store has learned of them.
        adviser: Who has the store's snapshot.
        store: The coachings.
        embedder: For coachings that are not saved yet.
        backgrounds: Where the embedder's background is.
        flush: Writes out what running graphs have left behind, before it is looked at.
        vectors: Where situations are that an impact has looked at.
    """

    def __init__(
        self,
        traces: Archive,
        receipts_table: Receipts,
        sampler: TrafficSampler,
        adviser: Adviser,
        store: Coachings,
        embedder: Embedder,
        backgrounds: BackgroundCache,
        flush: Callable[[], None],
        vectors: SituationVectors,
    ) -> None:
        self._traces = traces
        self._recorded = RecordedPlaces(traces, receipts_table, sampler, vectors, store.database.version)
        self._sampler = sampler
        self._adviser = adviser
        self._store = store
        self._embedder = embedder
        self._backgrounds = backgrounds
        self._flush = flush

    @property
    def floor(self) -> float:
        """0..1: where nothing applies below."""
        return self._adviser.limits.floor

    def similar(self, coaching: Coaching, conversation: Sequence[BaseMessage] | None, limit: int) -> list[Similar]:
        """The recorded situations that would teach a coaching most.

        Args:
            coaching: Any, saved or not.
            conversation: What it is written from, which is not asked; None to read it from its source.
            limit: Most to return.

        Raises:
            InvalidCoachingError: The limit is below 0.
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        check_limit(limit, "situations")
        self._flush()
        source = situate(self.source_conversation(coaching) if conversation is None else conversation)
        return most_similar(self.search(coaching, without=source.text if source else None), self.floor, limit)

    def search(self, coaching: Coaching, *, without: str | None = None, within: float = math.inf) -> SimilarSearch:
        """What a coaching would be in the recorded situations.

        Args:
            coaching: Any, saved or not; looked at as if it were active.
            without: The text of a situation to leave out.
            within: Seconds after which no further situation is embedded.

        Raises:
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        snapshot, background = self._snapshot_of_one(coaching)
        placed = self._recorded.place_recorded(snapshot.dimension, within)
        near = self._recorded.surroundings(placed, snapshot.traffic)
        return SimilarSearch.of(snapshot, background, placed.without(without), near, self.floor)

    def background(self, dimension: int) -> Background:
        """What embeddings of a dimension are held against."""
        return self._backgrounds.background(dimension)

    def survey(self, coachings: Sequence[Coaching]) -> tuple[Snapshot, PlacedSituations]:
        """The snapshot that a store with just these coachings would have, and the situations recorded in it.

        Args:
            coachings: One revision of each.

        Raises:
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        self._flush()
        snapshot = self._hypothetical(coachings)
        if not snapshot.heads:
            return snapshot, NOTHING_RECORDED
        return snapshot, self._recorded.place_recorded(snapshot.dimension, PATIENCE)

    def surroundings(self, placed: PlacedSituations, snapshot: Snapshot) -> Surroundings | None:
        """What of the traffic is near each place of `survey`; None where there is no traffic."""
        return self._recorded.surroundings(placed, snapshot.traffic)

    def place(self, said: Mapping[str, Situation], dimension: int) -> dict[str, SituationVector]:
        """Vectors of situations, by the same names.

        Raises:
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        placed = self._sampler.situation_vectors(list(said.values()), dimension) if said else []
        return {name: vector for name, vector in zip(said, placed, strict=True) if vector is not None}

    def _hypothetical(self, coachings: Sequence[Coaching]) -> Snapshot:
        current = self._adviser.snapshot()
        snapshot = hypothetical_snapshot(coachings, self._store, self._embedder, self._backgrounds, current)
        if not snapshot.heads:
            return snapshot
        traffic, reserve = self._sampler.traffic(snapshot.dimension), self._sampler.reserve()
        return replace(snapshot, traffic=traffic, reserve=reserve)

    def _snapshot_of_one(self, coaching: Coaching) -> tuple[Snapshot, Background]:
        """A snapshot of this coaching only, held against the store's traffic, and reserved, as it would be there."""
        live = coaching.model_copy(update={"status": "active", "expires_at": None, "deleted": False})
        alike = live if live != coaching else coaching
        snapshot = self._hypothetical([alike])
        return snapshot, self._backgrounds.background(snapshot.dimension)

    def outlook(self, coaching: Coaching) -> Outlook:
        """What is known of a saved coaching, and what to expect of it.

        Args:
            coaching: Its latest revision.

        Raises:
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        self._flush()
        conversation = self.source_conversation(coaching)
        source = situate(conversation)
        search = self.search(coaching, without=source.text if source else None, within=PATIENCE)
        silent = tuple(most_similar(search, self.floor, SILENT, silent=True))
        receipt = self._receipt_at_source(coaching, conversation) if source else None
        looked = source is not None and coaching.status != "draft"  # a draft is looked at nowhere
        fires = receipt is not None and (receipt.applied or receipt.supposed) if looked else None
        met, looked_at = int((search.probabilities >= self.floor).sum()), len(search.placed.situations)
        return Outlook(
            coaching_id=coaching.id,
            revision=coaching.revision,
            known=int(search.head.applies_mask.sum()),
            never=int((~search.head.applies_mask).sum()),
            floor=self.floor,
            source_probability=receipt.probability if receipt else None,
            fires_at_source=fires,
            met=met,
            looked_at=looked_at,
            silent=silent,
            hint=hint_of(coaching, source=receipt, fires=fires, met=met, looked_at=looked_at, near=len(silent)),
        )

    def _receipt_at_source(self, coaching: Coaching, conversation: Sequence[BaseMessage]) -> Receipt | None:
        """Its receipt where that conversation is, beside all other coaching; None where it was not even considered."""
        snapshot = self._adviser.snapshot()  # given, so that a pause says nothing here
        (advice,) = self._adviser.advise_batch([conversation], labels_of(coaching), snapshot=snapshot)
        return next((one for one in advice.considered if one.coaching_id == coaching.id), None)

    def source_conversation(self, coaching: Coaching) -> list[BaseMessage]:
        """The conversation a coaching was written from; [] where it was not, or where its trace is gone."""
        if coaching.source is None:
            return []
        try:
            trace = self._traces.get(coaching.source.trace_id)
        except NotFoundError:
            return []
        step = next((step for step in trace.steps if step.index == coaching.source.step), None)
        return [] if step is None else messages_before(trace, step)


def labels_of(coaching: Coaching) -> Labels:
    """The labels of a call that is in a coaching's scope."""
    return Labels(agent=coaching.scope.agent, node=coaching.scope.node, tags=frozenset(coaching.scope.tags))
