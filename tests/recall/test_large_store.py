"""A large store is searched by LanceDB's index; nobody notices but by the memory it takes."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.coaching import nearest
from langgraph_coaching.recall import large_store
from langgraph_coaching.recall.scoring.phrasings import wishes
from parts import adviser_of, database_of, large_store_of

PATIENT = Limits(deadline=60)
SAID = [text for wish in wishes()[:24] for text in wish.said[5:6]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, embeddings):
    """Three coachings of each of 97 wishes, in several scopes, some edited, archived, in shadow or with a never."""
    folder = tmp_path_factory.mktemp("large") / "store"
    with Coach(folder, embeddings=embeddings) as coach:
        rows = []
        for number, wish in enumerate(wishes()):
            base = {"intent": wish.intent, "behavior": Reply(f"{number}"), "examples": [*wish.said[:2]]}
            rows += [
                base | {"id": f"a-{number}", "never": [wish.near[0]]},
                {"id": f"b-{number}", "intent": wish.said[2], "behavior": Reply("b"), "agent": "it's"},
                {"id": f"c-{number}", "intent": wish.said[3], "behavior": Reply("c"), "tags": ["x"], "node": "n"},
            ]
        coach.add_many(rows)
        for number in range(0, 20, 2):
            coach.edit(f"a-{number}", notes="seen")
        coach.archive("a-1")
        coach.promote(["a-3", "b-3"], to="shadow")
        coach.delete("a-5")
        coach.delete("b-5", purge=True)
    return folder


@pytest.fixture(scope="module")
def both(folder, embeddings):
    """A coach that holds all in memory, and one for which the same store is large, with an index."""
    with pytest.MonkeyPatch.context() as patch:
        whole = Coach(folder, embeddings=embeddings, limits=PATIENT)
        expected = {labels: answers(whole, labels) for labels in LABELS}
        patch.setattr(large_store, "LARGE", 50)
        with Coach(folder, embeddings=embeddings, limits=PATIENT) as coach:
            coach.advise(SAID[0])
            large_store_of(coach).wait()
            yield expected, coach
        whole.close()


LABELS = ((), (("agent", "it's"),), (("tags", ("x", "y")), ("node", "n")), (("agent", "its"),))


def answers(coach, labels):
    advice = coach.advise_batch(SAID, **dict(labels))
    return [
        (one.prompt, [(r.coaching_id, r.revision, r.outcome, round(r.probability, 4)) for r in one.considered])
        for one in advice
    ]


def is_indexed(coach):
    return any(one.name == nearest.INDEX for one in database_of(coach).table("coachings").list_indices())


@pytest.mark.slow
@pytest.mark.parametrize("labels", LABELS)
def test_advice_is_that_of_the_whole_store(both, labels):
    expected, coach = both
    assert is_indexed(coach)
    assert any(prompt for prompt, _ in expected[labels])
    assert answers(coach, labels) == expected[labels]


@pytest.mark.slow
def test_it_holds_no_more_than_what_was_near(both):
    _, coach = both
    assert adviser_of(coach)._snapshots._current.heads == ()
    assert 0 < len(large_store_of(coach)._kept) <= large_store.KEPT


@pytest.mark.slow
def test_why_is_told_of_what_is_near_and_of_what_is_not(both):
    _, coach = both
    advice = coach.advise(SAID[0])
    first, *_ = advice.considered
    assert advice.why(first.coaching_id).probability == first.probability
    assert advice.why("a-90").outcome in {"not_ranked", "below_floor"}
    assert advice.why("a-1").outcome == "archived"


@pytest.fixture
def folder_of_test(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def opened(folder_of_test, embeddings):
    """Opens the test's store, with a connection of its own."""
    return lambda **settings: Coach(folder_of_test, embeddings=embeddings, limits=PATIENT, **settings)


@pytest.fixture
def written(folder_of_test, embeddings, monkeypatch):
    """A large store of its own that may be written to."""
    monkeypatch.setattr(large_store, "LARGE", 20)
    with Coach(folder_of_test, embeddings=embeddings, limits=PATIENT) as coach:
        coach.add_many(
            {"id": f"w-{n}", "intent": wish.intent, "behavior": Reply("r")} for n, wish in enumerate(wishes()[:30])
        )
        coach.advise(SAID[0])
        large_store_of(coach).wait()
        assert is_indexed(coach)
        yield coach


def considered(coach, said, **labels):
    return [one.coaching_id for one in coach.advise(said, **labels).considered]


def test_what_is_saved_edited_archived_or_paused_is_seen_at_once(written, opened):
    said = "could you gift-wrap my order in red paper?"
    made = written.add(intent="a customer asks for gift wrapping", behavior=Reply("Yes."), examples=[said])
    assert considered(written, said)[0] == made.id
    with opened() as other:
        other.edit(made.id, behavior=Reply("Red or blue?"))
        assert "Red or blue?" in written.advise(said).prompt
        for turn in range(6):
            other.edit(made.id, behavior=Reply(f"Paper {turn}."))
        assert "Paper 5." in written.advise(said).prompt
        assert considered(written, said).count(made.id) == 1
        other.pause(reason="wrong")
        assert written.advise(said).prompt == ""
        other.resume()
        other.archive(made.id)
    assert made.id not in considered(written, said)
    written.restore(made.id)
    written.edit(made.id, expires_at=datetime.now(UTC) + timedelta(seconds=0.05))
    written.delete(made.id, purge=True)
    assert made.id not in considered(written, said)


def test_one_that_was_edited_very_often_hides_no_other(written, monkeypatch):
    monkeypatch.setattr(large_store, "NEAR", 4)
    monkeypatch.setattr(large_store, "ENOUGH", 3)
    said = "could you gift-wrap my order in red paper?"
    for name in ("one", "two"):
        written.add(id=name, intent="a customer asks for gift wrapping", behavior=Reply(name), examples=[said])
    for turn in range(12):
        written.edit("one", notes=str(turn))
    assert {"one", "two"} <= set(considered(written, said))


def test_a_namespace_sees_only_its_own(written, opened):
    with opened(namespace="x' OR '1'='1") as other:
        assert considered(other, SAID[0]) == []
        other.add_many({"intent": wish.intent, "behavior": Reply("o")} for wish in wishes()[:25])
        (first, *_) = other.advise(SAID[0]).considered
        assert other.get(first.coaching_id).behavior == Reply("o")


def test_what_an_earlier_version_wrote_is_found_and_placed(written):
    table = database_of(written).table("coachings")
    said = "could you gift-wrap my order in red paper?"
    made = written.add(intent="a customer asks for gift wrapping", behavior=Reply("Yes."), examples=[said])
    table.update(where=f"id = '{made.id}'", values_sql={"prototype": "NULL", "agent": "NULL", "node": "NULL"})
    assert considered(written, said)[0] == made.id
    large_store_of(written).wait()
    assert table.count_rows("prototype IS NULL") == 0
    assert considered(written, said)[0] == made.id


def test_a_store_below_the_size_has_no_index(coach, monkeypatch):
    monkeypatch.setattr(large_store, "LARGE", 2)
    coach.add(intent="a refund", behavior=Reply("r"))
    coach.advise("a refund")
    assert not is_indexed(coach)


def test_what_upkeep_has_moved_between_a_search_and_a_look_is_found_where_it_is_now(written, monkeypatch):
    said, table = wishes()[3].intent, database_of(written).table("coachings")
    search, searches = nearest.Nearest.search, []

    def search_and_move(self, *asked):
        found = search(self, *asked)
        searches.append(found)
        if len(searches) == 1:
            large_store_of(written).forget()
            table.delete("id = 'w-29'")
            table.optimize(cleanup_older_than=timedelta(0), delete_unverified=True)
        return found

    monkeypatch.setattr(nearest.Nearest, "search", search_and_move)
    written.edit("w-0", notes="anything")  # so that the store is looked at anew
    assert "w-3" in considered(written, said)
    assert len(searches) > 1
    assert searches[0] != searches[-1]


def test_one_that_cannot_be_read_hides_no_other_and_is_looked_for_no_more(written, caplog):
    table = database_of(written).table("coachings")
    table.update(where="id = 'w-7'", values={"record": "{}"})
    for wish in wishes()[6:9]:
        assert "w-7" not in considered(written, wish.intent)
    assert considered(written, wishes()[8].intent)[0] == "w-8"
    assert len(large_store_of(written)._unreadable) == 1


def test_an_index_whose_partitions_upkeep_would_join_is_made_anew(folder, embeddings, tmp_path, monkeypatch):
    from lancedb.index import IvfSq

    monkeypatch.setattr(large_store, "LARGE", 50)
    copied = shutil.copytree(folder, tmp_path / "store")
    with Coach(copied, embeddings=embeddings, limits=PATIENT) as coach:
        table = database_of(coach).table("coachings")
        table.create_index("prototype", config=IvfSq(distance_type="dot", num_partitions=4), name=nearest.INDEX)
        coach.advise(SAID[0])
        large_store_of(coach).wait()
        sizes = [
            one.index_details.get("target_partition_size")
            for one in database_of(coach).table("coachings").list_indices()
            if one.name == nearest.INDEX
        ]
        assert sizes == [round(table.count_rows() ** 0.5)]
