"""The latest revisions are told by small columns, and of thousands only those that are wanted are read whole."""

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from langgraph_coaching.coaching import revisions
from langgraph_coaching.coaching.revisions import REVISION_KEY, latest_revisions, read_revisions
from langgraph_coaching.errors import StoreError
from langgraph_coaching.storage.table import Table


class Rows:
    """A table that holds these rows, in this order."""

    def __init__(self, rows):
        self._rows = rows

    def arrow(self, columns, where, *, row_ids):
        names = zip(*self._rows, strict=True) if self._rows else ((), (), ())
        return pa.table(dict(zip(columns, map(list, names), strict=True)) | {"_rowid": [*range(len(self._rows))]})


ROWS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "\u00e9", "", "\U0001f469"]), st.integers(1, 2**31 - 1)), unique=True
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ROWS)
def test_the_highest_revision_of_each_is_the_latest_in_whatever_order_they_are_stored(pairs):
    latest = dict(sorted(pairs))
    found = latest_revisions(Rows([(name, number, f"{name} {number}") for name, number in pairs]))
    assert sorted(found) == [(name, number, f"{name} {number}") for name, number in sorted(latest.items())]
    assert [pairs[place] for place in found.values()] == [one[:2] for one in found]


@pytest.fixture
def filled(shelf, coaching):
    """Three coachings, of which one has four revisions and one is deleted; one of the same id in another namespace."""
    store, made = shelf(), coaching("a")
    store.save(made, coaching("b"), coaching("c"))
    for number in range(3):
        made = made.revised(priority=number)
        store.save(made)
    store.save(store.latest("c").revised(deleted=True))
    shelf("other").save(*[coaching("a", namespace="other").revised(priority=n, notes=f"{n}") for n in range(1)])
    return store


def test_the_latest_revisions_are_those_of_the_namespace_with_what_was_deleted(filled):
    assert sorted(one[:2] for one in filled.latest_revisions()) == [("a", 4), ("b", 1), ("c", 2)]
    latest = filled.latest("a")
    assert (latest.id, latest.revision, latest.updated_at) in filled.latest_revisions()
    assert (filled.latest("c").deleted, filled.latest("d")) == (True, None)


@pytest.mark.parametrize(("few", "most"), [(500, 2_000), (500, 1), (0, 2_000)], ids=["by key", "pages", "scan"])
def test_the_rows_of_wanted_revisions_are_read(filled, monkeypatch, few, most):
    monkeypatch.setattr(revisions, "_FEW", few)
    monkeypatch.setattr(revisions, "_AT_ONCE", most)
    wanted = [*filled.latest_revisions(), *((one.id, one.revision, one.updated_at) for one in filled.history("a")[:2])]
    found = filled.read_revisions((*REVISION_KEY, "record", "vector"), wanted)
    assert {*wanted} <= {*zip(*(found[name].to_pylist() for name in REVISION_KEY), strict=True)}
    assert found.num_rows == (7 if few == 0 else 5)
    assert filled.read_revisions(["id"], []) is None
    assert filled.read_revisions(["id"], [("none", 1)]).num_rows == 0


def wrong(places):
    """Where each has gone to meanwhile: nowhere, or to where another was."""
    return {one: {"b": 10**15}.get(one[0], place) for one, place in places.items()}


def exchanged(places):
    return dict(zip(places, reversed(places.values()), strict=True))


@pytest.mark.parametrize("moved", [dict, wrong, exchanged, lambda places: dict.fromkeys(places, 0)])
def test_what_upkeep_has_moved_from_where_it_was_is_read_where_it_is(filled, moved):
    places = filled.latest_revisions()
    found = filled.read_revisions((*REVISION_KEY, "record"), places, moved(places).values())
    assert {*zip(*(found[name].to_pylist() for name in REVISION_KEY), strict=True)} == {*places}


def test_a_row_of_another_namespace_is_not_read_from_where_a_revision_was(filled, shelf):
    (there,) = shelf("other").latest_revisions().values()
    found = filled.read_revisions(("namespace", *REVISION_KEY), [("a", 4)], [there])
    assert [(row["namespace"], row["revision"]) for row in found.to_pylist()] == [("default", 4)]


def test_few_of_many_pieces_are_taken_from_where_they_are(filled, monkeypatch):
    wanted = filled.latest_revisions()
    monkeypatch.setattr(Table, "arrow", lambda *_, **__: pytest.fail("it was looked through"))
    assert filled.read_revisions(REVISION_KEY, wanted, wanted.values()).num_rows == 3


def test_a_store_that_was_never_written_has_none(shelf):
    store = shelf()
    assert (store.latest_revisions(), store.latest("a"), store.heads()) == ({}, None, [])
    assert store.read_revisions(["id"], [("a", 1)]) is None


def test_heads_that_are_known_are_not_read_again(filled, monkeypatch):
    read = []
    monkeypatch.setattr(
        revisions, "read_revisions", lambda *asked: read.append(len(asked[2])) or read_revisions(*asked)
    )
    assert [one.id for one in filled.heads()] == ["a", "b"]
    filled.save(filled.latest("b").revised(notes="seen"))
    assert [one.notes for one in filled.heads()] == ["", "seen"]
    assert read == [3, 1]


def test_what_others_change_between_the_two_looks_is_looked_for_again(filled, monkeypatch):
    late = iter(["b", "a"])

    def overtaken(table, *asked):
        if name := next(late, None):
            filled.purge(name)
        return read_revisions(table, *asked)

    monkeypatch.setattr(revisions, "read_revisions", overtaken)
    assert filled.heads() == []


def test_somebody_who_always_changes_something_in_between_keeps_nobody_waiting(filled, monkeypatch):
    monkeypatch.setattr(revisions, "read_revisions", lambda *_: None)
    assert filled.heads() == []


def test_the_latest_revision_that_cannot_be_read_is_said_and_no_earlier_one_taken(filled):
    filled.rewrite([{"key": '["default", "a", 4]', "record": '{"of": "a newer version"}'}])
    assert [one.id for one in filled.heads()] == ["b"]
    with pytest.raises(StoreError, match="'a', revision 4"):
        filled.latest("a")
