"""Recorded places: read once, again where something was recorded; the chances there are those of a search."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from langgraph_coaching import Reply, import_traces
from langgraph_coaching.authoring.recorded_chances import chance_at, chances_at
from langgraph_coaching.authoring.recorded_places import NOTHING_RECORDED, PlacedSituations, RecordedPlaces
from langgraph_coaching.authoring.situation_vectors import SituationVectors
from langgraph_coaching.coaching.coachings import Coachings
from langgraph_coaching.coaching.model import Labels
from langgraph_coaching.errors import EmbedderError
from langgraph_coaching.recall.embedder import Embedder
from langgraph_coaching.recall.many_searches import is_considered
from langgraph_coaching.recall.receipts import Receipts
from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
from langgraph_coaching.recall.scoring.kept_vectors import KeptVectors
from langgraph_coaching.recall.scoring.places import Places, surroundings_of
from langgraph_coaching.recall.scoring.situation_vector import SituationVector
from langgraph_coaching.recall.search import CANDIDATES, search
from langgraph_coaching.recall.snapshot import Snapshots
from langgraph_coaching.traces.archive import Archive
from parts import database_of, sampler_of

SAID = [f"I want to {act} my {thing}" for act in ("return", "cancel", "track") for thing in ("tent", "map", "ski")]


def run_of(text):
    return {"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": "Well."}]}


def places_of(coach):
    """The recorded situations of its store, as another process has them."""
    database, embedder = database_of(coach), Embedder(coach.embeddings)
    vectors = SituationVectors(embedder, BackgroundCache(database, embedder), KeptVectors(database, coach.namespace))
    receipts = Receipts(database, coach.namespace)
    return RecordedPlaces(coach.traces, receipts, sampler_of(coach), vectors, database.version)


def snapshot_of(coach):
    """What its store recalls."""
    database, embedder = database_of(coach), Embedder(coach.embeddings)
    store = Coachings(database, coach.namespace, embedder.id)
    return Snapshots(store, BackgroundCache(database, embedder), sampler_of(coach)).current()


@pytest.fixture
def met(coach):
    """A coach with a coaching and some recorded runs."""
    coach.add(intent="a customer wants to return a tent", behavior=Reply("Ask why."), id="c-one")
    coach.traces.add(import_traces([run_of(text) for text in SAID]))
    return coach


def test_nothing_is_read_again_while_nothing_is_recorded(met, monkeypatch):
    first = met.similar("c-one")
    monkeypatch.setattr(Archive, "newest", lambda _: pytest.fail("read again"))
    assert met.similar("c-one") == first
    assert first


def test_what_is_recorded_since_is_met(met):
    assert "I want to return the stove" not in {one.text for one in met.similar("c-one")}
    met.traces.add(import_traces([run_of("I want to return the stove")]))
    assert "I want to return the stove" in {one.text for one in met.similar("c-one", limit=20)}


def test_what_was_deleted_is_met_no_more(met):
    (first, *_) = met.similar("c-one")
    met.traces.delete(first.trace_id)
    assert first.text not in {one.text for one in met.similar("c-one", limit=20)}


def test_a_text_without_a_vector_is_left_out_and_asked_for_again(met, monkeypatch):
    embed, places = Embedder.documents, places_of(met)

    def embed_most(self, texts):
        if any("map" in text for text in texts):
            raise EmbedderError("no map")
        return embed(self, texts)

    monkeypatch.setattr(Embedder, "documents", embed_most)
    monkeypatch.setattr(Embedder, "query", embed_most)
    assert len(places.place_recorded(384).situations) == len(SAID) - 3
    monkeypatch.undo()
    assert len(places.place_recorded(384).situations) == len(SAID) - 3  # not at once
    places._placed = None
    assert len(places.place_recorded(384).situations) == len(SAID)


def test_of_no_time_nothing_is_remembered(met):
    places = places_of(met)
    assert places.place_recorded(384, within=0.0).situations == ()
    assert len(places.place_recorded(384).situations) == len(SAID)


def test_situations_at_one_place_are_one_place(met):
    recorded = places_of(met).read_recorded()[:4]
    one, other = (SituationVector(np.eye(3, dtype=np.float32)[row], 0.5) for row in (0, 1))
    placed = PlacedSituations.of(recorded, [one, other, None, SituationVector(one.vector.copy(), 0.5)])
    assert (len(placed.places), placed.which.tolist(), placed.times.tolist()) == (2, [0, 1, 0], [2, 1])
    assert placed.situations == (recorded[0], recorded[1], recorded[3])
    assert placed.vectors.tolist() == [[1, 0, 0], [0, 1, 0], [1, 0, 0]]
    left = placed.without(recorded[0].situation.text)
    assert (left.which.tolist(), left.times.tolist(), left.places is placed.places) == ([1, 0], [1, 1], True)
    assert placed.without(None) is placed.without("never said") is placed
    assert NOTHING_RECORDED.times.tolist() == NOTHING_RECORDED.vectors.tolist() == []


@pytest.mark.parametrize("calibrated", [False, True])
def test_chances_are_those_of_a_search(coach, calibrated):
    many = [
        f"I want to {act} the {thing} {number}"
        for act in ("return", "lose")
        for thing in ("map", "tent")
        for number in "abcdefghijklmnop"
    ]
    coach.add_many(
        {"intent": f"a customer says {text}", "behavior": Reply(f"Say {number}."), "never": many[number % 3 : 1]}
        for number, text in enumerate([*many[:50], *SAID])
    )
    coach.traces.add(import_traces([run_of(text) for text in many]))
    if calibrated:
        coach.calibrate()
    snapshot = snapshot_of(coach)
    assert (snapshot.traffic is not None) == calibrated
    assert len(snapshot.heads) > CANDIDATES
    situations = places_of(coach).place_recorded(384)
    places = situations.places
    found = search(
        snapshot, [places.situation(row) for row in range(len(places))], Labels(), datetime.now(UTC), CANDIDATES
    )
    near = surroundings_of(places, snapshot.traffic) if calibrated else None
    for index in (0, 20, len(snapshot.heads) - 1):
        name = snapshot.heads[index].coaching.id
        told = [next((one.probability for one in some if one.head.coaching.id == name), None) for some in found]
        edges = [chance for chance in told if chance is not None][:3]
        chances = chances_at(snapshot, index, places, near, edges)
        assert is_considered(snapshot, index, places.vectors).tolist() == [chance is not None for chance in told]
        for row, chance in enumerate(told):
            if chance is not None:
                assert chances[row] == pytest.approx(chance, abs=2e-5)
                assert chance_at(snapshot, index, places.situation(row)) == pytest.approx(chance, abs=1e-6)


def test_without_a_background_or_a_place_there_is_no_chance(met):
    snapshot = snapshot_of(met)
    places = Places.of([SituationVector(np.eye(384, dtype=np.float32)[0], 0.1)])
    assert chances_at(replace(snapshot, background=None), 0, places, None, [0.2]).tolist() == [0.0]
    assert chances_at(snapshot, 0, places.take(slice(0)), None, [0.2]).tolist() == []
