"""Supposition: the coachings of today beside those there would be if one more, or another revision, were saved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from langgraph_coaching.recall.hypothetical import hypothetical_snapshot
from langgraph_coaching.recall.scoring.head import take_rows
from langgraph_coaching.recall.snapshot import Snapshot

if TYPE_CHECKING:
    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.adviser import Adviser
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
    from langgraph_coaching.recall.scoring.traffic_sampler import TrafficSampler


@dataclass(frozen=True, slots=True)
class Supposition:
    """The live coachings of a namespace, as they are and as they would be."""

    coaching: Coaching
    """The one that is supposed to be saved and active."""
    today: Snapshot
    supposed: Snapshot

    def alone(self) -> tuple[Snapshot, ...]:
        """The coaching by itself: as it is supposed, and as it is today where it is active."""
        both = ((one, _rows_of(one, self.coaching.id)) for one in (self.supposed, self.today))
        return tuple(_take(one, rows) for one, rows in both if rows)

    def without(self) -> Snapshot:
        """The coachings of today without it."""
        own = _rows_of(self.today, self.coaching.id)
        return _take(self.today, [row for row in range(len(self.today.heads)) if row not in own]) if own else self.today


def _rows_of(snapshot: Snapshot, name: str) -> list[int]:
    return [row for row, head in enumerate(snapshot.heads) if head.coaching.id == name]


def _take(snapshot: Snapshot, rows: list[int]) -> Snapshot:
    heads, fits = [snapshot.heads[row] for row in rows], take_rows(snapshot.fits, rows)
    return Snapshot.of(0, heads, fits, snapshot.background, snapshot.traffic, snapshot.reserve)


def suppose_saved(
    coaching: Coaching,
    *,
    store: Coachings,
    adviser: Adviser,
    embedder: Embedder,
    backgrounds: BackgroundCache,
    sampler: TrafficSampler,
) -> Supposition:
    """Supposes that a coaching is saved and active, whatever its status and however long it lasts.

    Args:
        coaching: Any, saved or not.
        store: Where the vectors of saved revisions are.
        adviser: Who has the store's snapshot.
        embedder: For what was never saved.
        backgrounds: Where the embedder's background is.
        sampler: What the store has met, and how reserved it is.

    Raises:
        EmbedderError: The embedder failed.
        StoreError: The store could not be read.
    """
    today = adviser.snapshot()
    live = coaching.model_copy(update={"status": "active", "expires_at": None, "deleted": False})
    live = live if live != coaching else coaching
    others = [head.coaching for head in today.heads if head.coaching.id != coaching.id]
    supposed = hypothetical_snapshot([*others, live], store, embedder, backgrounds, today)
    if today.heads:  # both are held against the same, whatever is learned meanwhile
        learned = replace(supposed, traffic=today.traffic, reserve=today.reserve)
    else:
        learned = replace(supposed, traffic=sampler.traffic(supposed.dimension), reserve=sampler.reserve())
    return Supposition(live, today, learned)
