"""The table of coachings: revisions, heads, keys, namespaces, and names that try to be more than names."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from langgraph_coaching.coaching.behavior import Action, Reply
from langgraph_coaching.coaching.model import Coaching, Example
from langgraph_coaching.coaching.revisions import latest_rows
from langgraph_coaching.errors import ConflictError, EmbedderMismatchError

NASTY = [
    "'", "''", '"', '""', "\\", "\\'", "%", "_", "a%", "`", "' OR 1=1 --", "x'); DROP TABLE coachings; --",
    "' OR ''='", "namespace = 'default'", "c-1' OR id = 'c-2", "{}", "$1", "?", "NULL", "null", "[]", "|", "a|b",
    "ü", "汉字", "👩‍👩‍👧", "\u202e", "\u0301",
    "é", "e\u0301", "A", "a", "..", "/", "../../etc", "true", "1", "0x27", "U&'\\0027'",
]  # fmt: skip


def test_every_revision_stays_and_the_highest_is_the_head(shelf, coaching):
    store = shelf()
    first = coaching()
    second = first.revised(intent="another question")
    store.save(first)
    store.save(second)
    assert store.history("c-1") == [first, second]
    assert store.heads() == [second]


def test_heads_are_oldest_first_without_the_deleted(shelf, coaching):
    store = shelf()
    made = [
        coaching(name, created_at=datetime(2030, 1, day, tzinfo=UTC)) for name, day in (("b", 2), ("a", 3), ("c", 1))
    ]
    store.save(*made)
    store.save(made[1].revised(deleted=True))
    assert [c.id for c in store.heads()] == ["c", "b"]
    assert [c.revision for c in store.history("a")] == [1, 2]


def test_a_revision_that_is_taken_is_refused(shelf, coaching):
    store = shelf()
    store.save(coaching())
    with pytest.raises(ConflictError, match="read it again and redo the change"):
        store.save(coaching(intent="something else"))
    assert [c.intent for c in store.history("c-1")] == ["a customer asks"]


def test_purging_erases_every_revision_of_one_only(shelf, coaching):
    store, other = shelf(), shelf("other")
    store.save(coaching(), coaching("c-2"))
    store.save(coaching().revised(priority=1))
    other.save(coaching(namespace="other"))
    store.purge("c-1")
    assert store.history("c-1") == []
    assert [c.id for c in store.heads()] == ["c-2"]
    assert len(other.history("c-1")) == 1


def test_the_record_comes_back_whole(shelf, coaching):
    made = coaching(
        namespace="default", examples=(Example(text="x"), Example(text="y", applies=False, origin="verdict")),
        scope={"agent": "a", "tags": ["t"]}, source={"trace_id": "t-1", "step": 2, "excerpt": "no"}, notes="n\nn",
        author="Kim", priority=-3, status="draft", expires_at="2030-01-01T00:00:00Z",
    )  # fmt: skip
    shelf().save(made)
    assert shelf().history("c-1") == [made]


@pytest.mark.parametrize("name", NASTY)
def test_an_id_is_only_ever_a_name(name, shelf, coaching):
    store = shelf()
    store.save(coaching("c-1"), coaching("c-2"))
    assert store.history(name) == []
    store.purge(name)
    assert len(store.heads()) == 2
    store.save(coaching(name))
    assert [c.id for c in store.history(name)] == [name]
    assert [row["id"] for row in store.rows(["id"], id=[name, "c-1"])] in ([name, "c-1"], ["c-1", name])
    store.purge(name)
    assert [c.id for c in store.heads()] == ["c-1", "c-2"]


@pytest.mark.parametrize("name", NASTY)
def test_a_namespace_is_only_ever_a_name(name, shelf, coaching):
    shelf().save(coaching())
    nasty = shelf(name)
    assert (nasty.heads(), nasty.history("c-1"), nasty.rows(["id"])) == ([], [], [])
    nasty.save(coaching(namespace=name, intent="of the other"))
    nasty.purge("c-1")
    assert nasty.heads() == []
    assert [c.intent for c in shelf().heads()] == ["a customer asks"]


_NAMES = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).map(
    lambda text: " ".join(text.split())
).filter(bool)  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(namespaces=st.sets(_NAMES, min_size=2, max_size=4), names=st.sets(_NAMES, min_size=2, max_size=4))
@example(namespaces={"a", "A"}, names={"x", "x'"})
@example(namespaces={'","', "a"}, names={"b", '["a"'})
def test_any_id_in_any_namespace_finds_only_itself(namespaces, names, shelf, tmp_path_factory):
    folder = tmp_path_factory.mktemp("any")
    shelves = {namespace: shelf(namespace, folder=folder) for namespace in namespaces}
    for namespace, store in shelves.items():
        store.save(
            *(Coaching(id=n, namespace=namespace, intent=f"{namespace} {n}", behavior=Reply("r")) for n in names)
        )
    for namespace, store in shelves.items():
        assert {c.id for c in store.heads()} == names
        for name in names:
            (found,) = store.history(name)
            assert (found.id, found.namespace) == (name, namespace)
    gone, *_ = sorted(namespaces)
    for name in names:
        shelves[gone].purge(name)
    assert [len(store.heads()) for namespace, store in shelves.items() if namespace != gone] == [len(names)] * (
        len(namespaces) - 1
    )
    assert shelves[gone].heads() == []


@pytest.mark.parametrize(("embedder", "dimension"), [("other", 4), ("hash", 5)])
def test_vectors_of_another_embedder_are_refused(embedder, dimension, shelf, coaching):
    shelf().save(coaching())
    with pytest.raises(EmbedderMismatchError) as caught:
        shelf(embedder=embedder, dimension=dimension).save(coaching("c-2"))
    assert "holds vectors of hash (4)" in str(caught.value)
    assert f"you gave {embedder} ({dimension})" in str(caught.value)
    assert "run `langgraph-coaching reembed`" in str(caught.value)
    assert [c.id for c in shelf().heads()] == ["c-1"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9)), unique=True))
def test_latest_rows_are_the_highest_revision_of_each_id(pairs):
    rows = [{"id": name, "revision": number} for name, number in pairs]
    latest = {row["id"]: row["revision"] for row in latest_rows(rows)}
    assert latest == {name: max(n for other, n in pairs if other == name) for name, _ in pairs}


def test_whoever_changes_what_was_listed_changes_it_for_nobody_else(coach):
    coach.add(intent="a refund", behavior=Action("refund", {"full": True}))
    for _ in range(2):  # what is read, and what is kept of that
        coach.list()[0].behavior.arguments["full"] = "never"
    assert coach.list()[0].behavior.arguments == {"full": True}
