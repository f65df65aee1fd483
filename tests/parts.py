"""The parts of a coach, opened once more beside it: for tests that look below its public methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from langgraph_coaching.authoring.repository import Repository
from langgraph_coaching.coaching.coachings import Coachings
from langgraph_coaching.recall.embedder import Embedder
from langgraph_coaching.recall.receipts import Receipts
from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
from langgraph_coaching.recall.scoring.traffic_sampler import TrafficSampler
from langgraph_coaching.storage.database import Database
from langgraph_coaching.traces.archive import Archive

if TYPE_CHECKING:
    from langgraph_coaching import Coach
    from langgraph_coaching.recall.adviser import Adviser
    from langgraph_coaching.recall.large_store import LargeStore


def database_of(coach: Coach) -> Database:
    """The tables of its store."""
    return Database(coach.uri)


def sampler_of(coach: Coach) -> TrafficSampler:
    """The sample of what its agents have met, as another process has it."""
    database, embedder = database_of(coach), Embedder(coach.embeddings)
    return TrafficSampler(database, coach.namespace, embedder, BackgroundCache(database, embedder))


def abandon(coach: Coach) -> None:
    """Gives up what it cannot write, so that it closes without an error."""
    with pytest.MonkeyPatch.context() as patch:
        for part, write in ((Receipts, "write"), (Archive, "keep"), (TrafficSampler, "add_live")):
            patch.setattr(part, write, lambda *_: None)
        coach.flush()


def adviser_of(coach: Coach) -> Adviser:
    """What recalls."""
    adviser: Adviser = vars(coach)["_parts"]["GraphAdviser"]._adviser
    return adviser


def repository_of(coach: Coach) -> Repository:
    """What writes its coachings, as another process has it."""
    database, embedder = database_of(coach), Embedder(coach.embeddings)
    store = Coachings(database, coach.namespace, embedder.id)
    return Repository(store, embedder, BackgroundCache(database, embedder))


def large_store_of(coach: Coach) -> LargeStore:
    """Where it finds what is near, once its store is large."""
    return adviser_of(coach)._snapshots._large
