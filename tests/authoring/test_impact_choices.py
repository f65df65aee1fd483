"""What an impact says of each recorded situation is what a search and a choice say of it, one by one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from langgraph_coaching import Limits
from langgraph_coaching.authoring import choices_today
from langgraph_coaching.authoring.choices_today import ChoicesToday
from langgraph_coaching.authoring.impact_choices import Comparison, choose_both
from langgraph_coaching.authoring.known_places import KnownPlaces
from langgraph_coaching.authoring.supposition import Supposition
from langgraph_coaching.coaching.compose import compose
from langgraph_coaching.coaching.model import Labels, Scope
from langgraph_coaching.recall.advice import Advice
from langgraph_coaching.recall.embedder import Embedder
from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
from langgraph_coaching.recall.scoring.coaching_vectors import vectors_of
from langgraph_coaching.recall.scoring.first_stage import LEAST
from langgraph_coaching.recall.scoring.head import Fits, Head, fit_heads, take_rows
from langgraph_coaching.recall.scoring.places import Places
from langgraph_coaching.recall.scoring.situation_vector import situation_vector
from langgraph_coaching.recall.scoring.traffic import Traffic
from langgraph_coaching.recall.search import CANDIDATES, search
from langgraph_coaching.recall.select import select
from langgraph_coaching.recall.situation import Situation
from langgraph_coaching.recall.snapshot import Snapshot
from langgraph_coaching.storage.database import Database

ASKED = ("where is my", "I lost the", "how much is a", "cancel the", "yes,", "not the", "I don't want the")
THINGS = ("parcel", "card", "flight", "refund", "hotel", "password", "voucher", "bag", "ticket", "invoice")
SAID = [f"{asked} {thing}" for asked in ASKED for thing in THINGS]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LABELS = (Labels(), Labels(agent="shop"), Labels(agent="shop", tags=frozenset({"vip"})))


@pytest.fixture(scope="module")
def embedder(embeddings):
    return Embedder(embeddings)


@pytest.fixture(scope="module")
def backgrounds(embedder, tmp_path_factory):
    return BackgroundCache(Database(tmp_path_factory.mktemp("store")), embedder)


@pytest.fixture(scope="module")
def background(backgrounds):
    return backgrounds.background(384)


@pytest.fixture(scope="module")
def situations(embedder, background):
    told = [Situation(((text, True),)) for text in SAID]
    told += [Situation((("yes, please", True), ("Shall I?", False), (text, True))) for text in SAID]
    told += [Situation(((text, True), ("Which one?", False), (SAID[0], True))) for text in SAID]
    vectors = {text: embedder.query([text])[0] for text in {text for one in told for text in one.texts}}
    return [situation_vector(one, np.stack([vectors[text] for text in one.texts]), background) for one in told]


def drawn_coaching(rng, number):
    """A coaching as people write them, with every field that decides about a choice."""
    later = [(str(rng.choice(SAID)), True), ("Which?", False), ("hello", True)]
    examples = [*map(str, rng.choice(SAID, int(rng.integers(0, 5))))]
    if rng.random() < 0.3:
        examples.append({"text": later[0][0], "turns": later, "origin": "source"})
    return compose(
        "default",
        id=f"c-{rng.integers(10**9)}-{number}",
        intent=f"a customer says: {rng.choice(SAID)}",
        behavior={"type": "reply", "text": f"Say {rng.integers(12)}. " + "Well. " * int(rng.choice([1, 60, 300]))},
        examples=examples,
        never=[*map(str, rng.choice(SAID, int(rng.integers(0, 2))))],
        priority=int(rng.choice([0, 0, 0, 1, 5])),
        agent=rng.choice([None, None, "shop", "desk"]),
        tags=["vip"] if rng.random() < 0.2 else [],
        expires_at=NOW + timedelta(days=int(rng.choice([-1, 1]))) if rng.random() < 0.2 else None,
    ).model_copy(update={"created_at": NOW - timedelta(seconds=int(rng.integers(3)))})


@pytest.fixture(scope="module")
def head_of(embedder, backgrounds):
    """The head of a coaching, made once."""
    known = {}

    def head(coaching):
        if coaching.id not in known or known[coaching.id].coaching is not coaching:
            known[coaching.id] = Head(coaching, np.stack(vectors_of([coaching], embedder, backgrounds.background)[0]))
        return known[coaching.id]

    return head


def snapshot_of(heads, background, traffic=None, reserve=0.0):
    heads = sorted(heads, key=lambda one: one.coaching.id)
    return Snapshot.of(0, heads, fit_heads(heads, background), background, traffic, reserve)


def one_by_one(snapshot, situations, labels, limits):
    found = [select(candidates, limits) for candidates in search(snapshot, situations, labels, NOW, CANDIDATES)]
    return [tuple(one.coaching_id for one in advice.applied) for advice in found]


def known_of(situations):
    places = KnownPlaces()
    places.add([str(number).encode() for number in range(len(situations))], Places.of(situations))
    return places.view()


def check(supposition, situations, limits, labels, choices, known):
    name = supposition.coaching.id
    comparison = Comparison(
        name=name,
        today=supposition.today,
        supposed=supposition.supposed,
        alone=supposition.alone(),
        limits=limits,
        now=NOW,
    )
    found = choose_both(range(len(situations)), labels, known, comparison, choices)
    today = one_by_one(supposition.today, situations, labels, limits)
    supposed = one_by_one(supposition.supposed, situations, labels, limits)
    ranked = search(supposition.supposed, situations, labels, NOW, CANDIDATES)
    met = 0
    for row, (before, after) in enumerate(zip(today, supposed, strict=True)):
        if row not in found:
            assert before == after
            assert name not in before
            continue
        assert (found[row].today, found[row].supposed) == (before, after)
        if name in after:
            (chance,) = (one.probability for one in ranked[row] if one.head.coaching.id == name)
            assert found[row].probability == pytest.approx(chance, abs=2e-6)
            met += 1
    return met


def suppose(draft, today, head_of, background, snapshot):
    others = [head_of(one) for one in today if one.id != draft.id]
    supposed = snapshot_of([*others, head_of(draft)], background, snapshot.traffic, snapshot.reserve)
    return Supposition(draft, snapshot, supposed)


@pytest.mark.parametrize("crowd", [False, True], ids=["without traffic", "with traffic"])
@pytest.mark.parametrize("count", [0, 12, 60])
def test_every_choice_is_the_one_that_is_made_one_by_one(count, crowd, situations, head_of, background):
    rng = np.random.default_rng([count, crowd])
    traffic = Traffic.of(situations, background) if crowd else None
    today = [drawn_coaching(rng, number) for number in range(count)]
    snapshot = snapshot_of(map(head_of, today), background, traffic, 0.4 * crowd) if today else Snapshot.empty()
    if not today:
        snapshot = replace(snapshot, traffic=traffic, reserve=0.4 * crowd)
    some = situations[::4]
    choices, known = ChoicesToday(), known_of(some)
    met = 0
    for number in range(3):
        draft = drawn_coaching(rng, count + number).model_copy(update={"expires_at": None, "priority": 3 * number})
        if today and number % 2:  # another revision of what is there
            draft = draft.model_copy(update={"id": today[number].id})
        limits = Limits(items=1 + number, floor=(0.2, 0.05, 0.0)[number], margin=(0.2, 1.0, 0.3)[number])
        for labels in LABELS[number:]:
            met += check(suppose(draft, today, head_of, background, snapshot), some, limits, labels, choices, known)
    assert met


def test_rounding_decides_next_to_nowhere(situations, head_of, background, monkeypatch):
    """Or all would be searched one by one, as slowly as before."""
    asked = []
    monkeypatch.setattr(
        "langgraph_coaching.authoring.choices_today.advise_places",
        lambda snapshot, places, rows, *_: asked.extend(rows) or [Advice()] * len(rows),
    )
    rng = np.random.default_rng(5)
    today = [drawn_coaching(rng, number) for number in range(40)]
    snapshot = snapshot_of(map(head_of, today), background, Traffic.of(situations, background))
    known, met = known_of(situations), 0
    for number in range(5):
        draft = drawn_coaching(rng, 40 + number).model_copy(update={"expires_at": None})
        supposition = suppose(draft, today, head_of, background, snapshot)
        comparison = Comparison(
            name=draft.id,
            today=snapshot,
            supposed=supposition.supposed,
            alone=supposition.alone(),
            limits=Limits(),
            now=NOW,
        )
        met += len(choose_both(range(len(situations)), LABELS[2], known, comparison, ChoicesToday()))
    assert met > 50
    assert len(asked) < 0.05 * met


def test_so_it_is_where_so_many_are_coached_that_a_search_shortlists_them(situations, head_of, background):
    rng = np.random.default_rng(9)
    few = [drawn_coaching(rng, number) for number in range(20)]
    few = [one.model_copy(update={"expires_at": None, "scope": Scope()}) for one in few]
    heads = []
    for number in range(LEAST):
        like = head_of(few[number % len(few)])
        vectors = like.vectors + 0.01 * rng.standard_normal(like.vectors.shape, dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        coaching = like.coaching.model_copy(update={"id": f"c-{number:04}"})
        heads.append(Head(coaching, vectors.astype(np.float32)))
    rest = heads[1:]
    said = {"intent": SAID[0], "behavior": {"type": "reply", "text": "Look it up."}, "examples": SAID[1:4]}
    draft = heads[0] = head_of(compose("default", id="c-0000", priority=9, **said))
    snapshot = snapshot_of(rest, background, Traffic.of(situations, background))
    supposed = snapshot_of(heads, background, snapshot.traffic)
    assert supposed.rows.axes is not None
    some = situations[::8]
    found = Supposition(draft.coaching, snapshot, supposed)
    assert check(found, some, Limits(), LABELS[0], ChoicesToday(), known_of(some))


def changed(rng, coachings, head_of, number, near=None):
    """The coachings after one change: another one saved, one edited, one archived, or several of it."""
    some = [*coachings]
    for kind in range(int(rng.integers(1, 4)) if number % 3 == 2 else 1):
        which = ("saved", "edited", "archived")[(number + kind) % 3]
        gone = int(rng.integers(len(some)))
        made = drawn_coaching(rng, 1_000 * (number + 1) + kind).model_copy(update={"priority": int(rng.integers(3))})
        if which != "saved":
            old = some.pop(gone)
            made = made.model_copy(update={"id": old.coaching.id, "scope": old.coaching.scope})
        if which != "archived":
            some.append(Head(made, near(rng, made) if near else head_of(made).vectors))
    return some


def fitted_of(background):
    """A snapshot whose heads are fitted once, as a store's are."""
    fitted = {}

    def snapshot(heads, traffic, reserve):
        heads = sorted(heads, key=lambda one: one.coaching.id)
        fresh = [one for one in heads if id(one) not in fitted]
        if fresh:
            fits = fit_heads(fresh, background)
            fitted.update((id(one), (one, take_rows(fits, [row]))) for row, one in enumerate(fresh))
        parts = [fitted[id(one)][1] for one in heads]
        columns = zip(*([getattr(fits, name) for name in Fits.__slots__] for fits in parts), strict=True)
        return Snapshot.of(0, heads, Fits(*map(np.concatenate, columns)), background, traffic, reserve)

    return snapshot


@pytest.fixture
def looked_up(monkeypatch):
    """Situations that were looked up, one number for each time."""
    counts = []
    rank_many = choices_today.rank_many

    def count(snapshot, places, *others):
        counts.append(len(places))
        return rank_many(snapshot, places, *others)

    monkeypatch.setattr(choices_today, "rank_many", count)
    return counts


def held_against_nothing_held(choices, snapshot, known, rows, labels, limits, looked_up):
    looked_up.clear()
    kept = choices.today(snapshot, known, rows, labels, limits, NOW)
    again = sum(looked_up)
    fresh = ChoicesToday().today(snapshot, known, rows, labels, limits, NOW)
    assert kept.chosen == fresh.chosen
    candidates = [[*map(set, one.ranked.candidates().indices.tolist())] for one in (kept, fresh)]
    sure = ~(kept.ranked.candidates().unsure | fresh.ranked.candidates().unsure)
    for row in np.flatnonzero(sure).tolist():
        assert candidates[0][row] == candidates[1][row]
    return again


@pytest.mark.parametrize("crowd", [False, True], ids=["without traffic", "with traffic"])
@pytest.mark.parametrize("count", [40, pytest.param(90, marks=pytest.mark.slow)])
def test_what_is_kept_over_a_save_is_what_would_be_looked_up(count, crowd, situations, head_of, background, looked_up):
    rng = np.random.default_rng([count, crowd, 3])
    traffic = Traffic.of(situations, background) if crowd else None
    heads = [head_of(drawn_coaching(rng, number)) for number in range(count)]
    some = situations if count > 40 else situations[::7]
    make, choices, known = fitted_of(background), ChoicesToday(), known_of(some)
    limits = Limits(items=2, margin=0.4, tokens=120)
    rows, again = np.arange(len(some)), []
    for number in range(7 if count > 40 else 4):
        snapshot = make(heads, traffic, 0.3 * crowd)
        again += [
            held_against_nothing_held(choices, snapshot, known, rows, labels, limits, looked_up) for labels in LABELS
        ]
        heads = changed(rng, heads, head_of, number)
    assert count < 60 or sum(again[3:]) < 0.8 * len(rows) * len(again[3:])


@pytest.mark.parametrize("times", [3, pytest.param(12, marks=pytest.mark.slow)])
def test_so_it_is_kept_where_a_search_shortlists(times, situations, head_of, background, looked_up):
    rng = np.random.default_rng(11)
    few = [drawn_coaching(rng, number).model_copy(update={"expires_at": None}) for number in range(20)]

    def near(rng, made):
        """Vectors like those of one of them; of the coaching's own texts none is embedded."""
        like = head_of(few[int(rng.integers(len(few)))])
        vectors = like.vectors[np.zeros(1 + len(made.examples), dtype=int)]
        vectors = vectors + 0.03 * rng.standard_normal(vectors.shape, dtype=np.float32)
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    heads = []
    for number in range(LEAST + 4):
        made = few[number % len(few)].model_copy(update={"id": f"c-{number:04}"})
        heads.append(Head(made, near(rng, made)))
    make, choices, some = fitted_of(background), ChoicesToday(), situations[:: 24 // times]
    known, rows, again = known_of(some), np.arange(len(some)), []
    for number in range(times):
        snapshot = make(heads, None, 0.0)
        assert snapshot.rows.axes is not None
        again.append(held_against_nothing_held(choices, snapshot, known, rows, LABELS[1], Limits(), looked_up))
        heads = changed(rng, heads, head_of, number, near)
    assert min(again[1:]) < 0.5 * len(rows)
