"""Where few rows are read in full, what is found is what reading all of them finds; small stores read all of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langgraph_coaching import Reply
from langgraph_coaching.coaching.model import Coaching, Labels, Scope
from langgraph_coaching.recall.embedder import Embedder
from langgraph_coaching.recall.limits import Limits
from langgraph_coaching.recall.minilm import MiniLM
from langgraph_coaching.recall.scoring.background.background import NEIGHBOURS
from langgraph_coaching.recall.scoring.background.cache import PACKAGED, pack, unpack
from langgraph_coaching.recall.scoring.first_stage import LEAST, Rows, principal
from langgraph_coaching.recall.scoring.head import Head, fit
from langgraph_coaching.recall.scoring.situation_vector import SituationVector
from langgraph_coaching.recall.scoring.traffic import Traffic
from langgraph_coaching.recall.search import search
from langgraph_coaching.recall.select import select
from langgraph_coaching.recall.snapshot import Snapshot

WANTED = 32
AGENTS = json.loads((Path(__file__).parents[2] / "benchmarks" / "first_day.json").read_text(encoding="utf-8"))["agents"]
ASKED = [p["text"] for a in AGENTS for i in a["intents"] if i["half"] == "tune" for p in i["phrasings"]]


@pytest.fixture(scope="module")
def background():
    return unpack(PACKAGED.read_bytes())


@pytest.fixture(scope="module")
def asked():
    """Vectors of what people say to four kinds of agent, in their own words."""
    return Embedder(MiniLM()).documents(ASKED)


@pytest.fixture(scope="module")
def snapshot(background):
    """Of a store with a coaching for each of 2,700 requests, and half of them as its traffic."""
    count = len(background.vectors) - background.talk
    scopes = [Scope(), Scope(agent="other")]
    heads = [
        Head(
            Coaching(id=f"c-{n:04}", intent=f"request {n}", behavior=Reply(f"Answer {n}."), scope=scopes[n % 2]),
            background.vectors[n : n + 1],
        )
        for n in range(count)
    ]
    places = [SituationVector(vector, background.crowded(vector)) for vector in background.vectors[:count:2]]
    traffic = Traffic.of(places, background)
    return Snapshot.of(1, heads, fit(heads, background), background, traffic)


@pytest.fixture(scope="module")
def in_full(snapshot):
    """The same without any first stage."""
    traffic = replace(snapshot.traffic, rows=Rows.of(snapshot.traffic.vectors))
    background = replace(snapshot.background, axes=None)
    return Snapshot.of(1, snapshot.heads, snapshot.fits, background, traffic)


def random_rows(count, dimension=24, seed=0):
    return np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)


def test_a_large_store_and_its_background_have_one(snapshot, in_full):
    assert snapshot.rows.short is not None
    assert snapshot.background.rows.short is not None
    assert snapshot.traffic.rows.short is not None
    assert in_full.rows.short is in_full.background.rows.short is in_full.traffic.rows.short is None


@pytest.mark.parametrize("labels", [Labels(), Labels(agent="other")])
def test_what_applies_is_what_it_is_in_full(snapshot, in_full, asked, labels):
    found = []
    for store in (snapshot, in_full):
        places = [SituationVector(vector, store.background.crowded(vector)) for vector in asked]
        found.append(search(store, places, labels, datetime.now(UTC), WANTED))
    same = 0
    for one, full in zip(*found, strict=True):
        first, second = ({c.head.coaching.id: c.probability for c in candidates} for candidates in (one, full))
        assert [a.coaching_id for a in select(one, Limits()).applied] == [
            a.coaching_id for a in select(full, Limits()).applied
        ]
        assert {i: first[i] for i in first if i in second} == pytest.approx(
            {i: second[i] for i in first if i in second}, abs=0.05
        )
        same += first.keys() == second.keys()
    assert same >= 0.9 * len(asked)


def test_crowding_is_what_it_is_in_full(background, asked):
    full = background.crowding(asked)
    found = np.array([background.crowded(vector) for vector in asked])
    assert (found <= full + 1e-5).all()  # of others than the nearest, it can only be less
    assert np.isclose(found, full, atol=1e-5).mean() >= 0.95
    assert np.abs(found - full).max() < 0.1


def test_a_text_of_the_background_is_no_neighbour_of_itself(background):
    place, near = background.rows.largest(background.vectors[7], NEIGHBOURS, below=1 - 1e-4)
    assert 7 not in place
    assert len(near) == NEIGHBOURS
    assert near.max() < 1 - 1e-4


def test_it_finds_the_same_every_time(snapshot, background, asked):
    again = Rows.of(snapshot.fits.rows.copy(), principal(background.vectors), snapshot.fits.offsets)
    for vector in asked[:20]:
        first, second = snapshot.rows.largest(vector, WANTED), again.largest(vector, WANTED)
        assert {*first[0].tolist()} == {*second[0].tolist()}


@settings(deadline=None, max_examples=50)
@given(count=st.integers(0, 300), wanted=st.integers(1, 40), seed=st.integers(0, 99), silent=st.sampled_from([0, 2, 1]))
def test_few_rows_are_read_in_full(count, wanted, seed, silent):
    rows, offsets = random_rows(count, seed=seed), random_rows(count, 1, seed=seed + 1)[:, 0]
    vector = random_rows(1, seed=seed + 2)[0]
    among = None if silent == 0 else np.arange(count) % silent != 0
    place, sums = Rows.of(rows, principal(random_rows(100)), offsets).largest(vector, wanted, among=among)
    expected = {i: float(rows[i] @ vector + offsets[i]) for i in range(count) if among is None or among[i]}
    best = sorted(expected, key=expected.get, reverse=True)[:wanted]
    assert {*place.tolist()} == {*best}
    assert dict(zip(place.tolist(), sums.tolist(), strict=True)) == pytest.approx(
        {i: expected[i] for i in best}, abs=1e-4
    )


def test_where_the_axes_hold_too_little_all_rows_are_read():
    """Random vectors have no directions in which they differ most: a third of the dimensions holds a third of them."""
    rows = random_rows(2 * LEAST)
    assert Rows.of(rows, principal(rows)).short is None
    flat = rows * np.where(np.arange(24) < 6, 1.0, 0.1).astype(np.float32)
    assert Rows.of(flat, principal(flat)).short is not None


def test_what_is_out_of_scope_is_never_found(snapshot, asked):
    among = np.arange(len(snapshot.heads)) % 50 == 0
    for vector in asked[:20]:
        place, _ = snapshot.rows.largest(vector, WANTED, among=among)
        assert len(place) == WANTED
        assert among[place].all()


def test_principal_directions_are_orthonormal_and_few(background):
    axes = principal(background.vectors)
    assert axes.shape == (384, 128)
    assert axes.T @ axes == pytest.approx(np.eye(128), abs=1e-4)


def test_a_background_kept_by_an_earlier_version_gets_its_axes(background, tmp_path):
    old = tmp_path / "old.npz"
    now = tmp_path / "now.npz"
    now.write_bytes(pack(background))
    with np.load(now) as read:
        np.savez(old, **{name: read[name] for name in read.files if name != "axes"})
    assert unpack(old.read_bytes()).axes == pytest.approx(unpack(now.read_bytes()).axes, abs=1e-5)
