"""The table class: how rows are written by their key, read by namespace, and what happens where that fails."""

import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest

from langgraph_coaching.errors import CoachingError, InvalidCoachingError, StoreError
from langgraph_coaching.storage.database import Database
from langgraph_coaching.storage.paging import first_readable
from langgraph_coaching.storage.rows import read_each
from langgraph_coaching.storage.table import ASCENDING, DESCENDING, KEY, Table, key_of

NASTY = ["'", '"', "\\", "a' OR 1=1 --", "%", "汉字", "x'); DROP TABLE things; --", "`", '["a", "b"]', "a\nb"]


def schema():
    """As it is now."""
    return pa.schema(
        [
            pa.field("key", pa.string(), nullable=False, metadata=KEY),
            pa.field("namespace", pa.string(), nullable=False),
            pa.field("place", pa.int32(), nullable=False),
            pa.field("note", pa.string()),
        ]
    )


def earlier():
    """As an earlier version had it."""
    return pa.schema([field for field in schema() if field.name != "note"])


@pytest.fixture
def table(folder):
    """Opens the table anew at every call."""

    def opened(namespace="default", schema=schema, name="things", **options):
        return Table(Database(folder), name, schema, namespace, **options)

    return opened


def row(name, place=0, namespace="default", **fields):
    return {"key": key_of(namespace, name), "namespace": namespace, "place": place, **fields}


def notes(table, **equal):
    return {found["key"]: found["note"] for found in table.rows(["key", "note"], **equal)}


def test_a_table_that_is_not_there_is_empty_and_reading_makes_none(table, folder):
    things = table()
    things.delete(place=1)
    assert (things.opened(), things.version(), things.rows(["key"]), things.arrow(["key"])) == (None, 0, [], None)
    assert not folder.exists()


def test_the_schema_is_made_once_and_not_for_reading(table):
    made = []

    def counted():
        made.append(1)
        return schema()

    table().upsert([row("a")])
    things = table(schema=counted)
    assert things.rows(["key", "note"]) == [{"key": key_of("default", "a"), "note": None}]
    assert made == []
    for number in range(3):
        things.upsert([row("a", number)])
    assert made == [1]


def test_an_upsert_replaces_by_key_an_insert_does_not_and_an_update_changes_what_is_there(table):
    things, a, b = table(), key_of("default", "a"), key_of("default", "b")
    things.upsert([row("a", note="first")])
    things.upsert([row("a", note="second"), row("b", note="first")])
    assert notes(things) == {a: "second", b: "first"}
    assert things.insert([row("a", note="third"), row("c", note="first")]) == 1
    assert notes(things)[a] == "second"
    things.update([{"key": a, "note": "fourth"}, {"key": key_of("default", "none"), "note": "fourth"}])
    assert notes(things) == {a: "fourth", b: "first", key_of("default", "c"): "first"}
    assert things.rows(["place"], key=a) == [{"place": 0}]
    things.delete(key=[a, b])
    assert notes(table()) == {key_of("default", "c"): "first"}


def test_another_column_may_be_the_key(table):
    things = table(None, lambda: pa.schema([pa.field("name", pa.string(), nullable=False, metadata=KEY)]), key="name")
    things.upsert([{"name": "a"}])
    things.upsert([{"name": "a"}, {"name": "b"}])
    assert sorted(found["name"] for found in things.rows(["name"])) == ["a", "b"]


def test_one_commit_a_write(table):
    things = table()
    things.upsert([row("a")])
    for write in (
        lambda: things.upsert([row(f"u-{number}") for number in range(5)]),
        lambda: things.insert([row(f"i-{number}") for number in range(5)]),
        lambda: things.update([{"key": key_of("default", "a"), "place": 5}]),
        lambda: things.delete(place=5),
    ):
        before = things.version()
        write()
        assert things.version() == before + 1


@pytest.mark.parametrize("name", NASTY)
def test_keys_and_values_are_values_whatever_they_look_like(name, table):
    things = table(name)
    things.upsert([row(name, namespace=name, note=name), row("other", namespace=name), row(name)])
    (found,) = things.rows(["namespace", "note"], note=name)
    assert found == {"namespace": name, "note": name}
    assert things.rows(["note"], key=[key_of(name, name)]) == [{"note": name}]
    things.delete(note=name)
    assert [found["key"] for found in things.rows(["key"])] == [key_of(name, "other")]
    assert len(table().rows(["key"])) == 1


def test_none_is_no_value_and_never_means_any(table):
    things = table()
    things.upsert([row("a"), row("b", note="here")])
    for act in (
        lambda: things.rows(["key"], key=None),
        lambda: first_readable(things, list, ["key"], order={"key": ASCENDING}, limit=None, note=None),
        lambda: things.delete(key=None),
    ):
        with pytest.raises(InvalidCoachingError, match="is a text, not None"):
            act()
    assert len(things.rows(["key"])) == 2


def test_keys_of_different_parts_are_different():
    parts = [("a", "b", 1), ("a", "b1"), ("a", "b", "1"), ('a", "b', 1), ("a,b", 1), ("a", 'b", 1]')]
    assert len({key_of(*some) for some in parts}) == len(parts)
    assert [json.loads(key_of(*some)) for some in parts] == [[*some] for some in parts]


def test_every_query_keeps_to_its_namespace(table):
    acme, other = table("acme"), table("other")
    acme.upsert([row("a", 1, "acme"), row("b", 2, "acme")])
    other.upsert([row("a", 1, "other")])
    from lancedb.expr import col, lit

    order = {"key": ASCENDING}
    for equal, where in (({}, ()), ({"place": 1}, ()), ({}, [col("place") >= lit(0)]), ({"place": [1, 2]}, [None])):
        assert {one["namespace"] for one in other.rows(["namespace"], where, **equal)} == {"other"}
        found = first_readable(acme, list, ["namespace"], where, order=order, limit=None, **equal)
        assert {one["namespace"] for one in found} == {"acme"}
    assert acme.rows(["key"], [(col("namespace") == lit("other")) | (col("place") == lit(9))]) == []
    assert other.rows(["key"], key=key_of("acme", "a")) == []
    other.delete(key=key_of("acme", "a"))
    other.delete()
    assert (len(acme.rows(["key"])), other.rows(["key"])) == (2, [])
    assert len(table(None).rows(["key"])) == 2  # whoever is of no namespace sees all


def test_rows_come_in_the_order_and_number_that_is_asked_for(table):
    things = table()
    things.upsert([row(f"{number:02}", number % 3) for number in range(12)])
    order = {"place": DESCENDING, "key": ASCENDING}
    every = things.rows(["key"], order=order)
    expected = sorted(range(12), key=lambda number: (-(number % 3), number))
    assert [json.loads(found["key"])[1] for found in every] == [f"{number:02}" for number in expected]
    assert things.rows(["key"], order=order, limit=5, offset=4) == every[4:9]
    assert things.rows(["key"], order=order, limit=0) == []
    assert things.rows(["key"], order=order, limit=50, offset=12) == []


def test_a_column_that_has_come_since_is_none_until_the_next_write_adds_it(table, folder):
    table(schema=earlier).upsert([row("old")])
    things = table()
    assert things.rows(["note", "place"]) == [{"note": None, "place": 0}]
    assert things.arrow(["note", "place"]).column_names == ["place"]
    things.upsert([row("new", note="here")])
    assert notes(things) == {key_of("default", "old"): None, key_of("default", "new"): "here"}
    assert things.rows(["key"], note="here") == [{"key": key_of("default", "new")}]
    assert Database(folder).table("things").schema.names == schema().names


def test_a_version_before_goes_on_writing_into_a_table_with_more_columns(table):
    table().upsert([row("new", note="here")])
    before = table(schema=earlier)
    before.upsert([row("old", 1), row("new", 2)])
    assert sorted(found["place"] for found in before.rows(["place"])) == [1, 2]
    assert key_of("default", "old") in notes(table())


def test_many_that_add_the_same_column_at_once_all_write(table, folder):
    table(schema=earlier).upsert([row("old")])
    barrier = threading.Barrier(4)

    def write(number):
        things = table()
        barrier.wait()
        things.upsert([row(f"n-{number}", note="here")])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    expected = {key_of("default", "old"): None} | {key_of("default", f"n-{number}"): "here" for number in range(4)}
    assert notes(table()) == expected
    assert Database(folder).table("things").schema.names == schema().names


def test_a_check_sees_the_table_before_the_write_and_can_refuse_it(table):
    things = table()
    things.insert([row("a")])
    seen = []

    def refuse(opened):
        seen.append(opened.count_rows())
        raise CoachingError("not now")

    with pytest.raises(CoachingError, match=r"^not now$"):
        things.insert([row("b")], refuse)
    assert (seen, len(things.rows(["key"]))) == ([1], 1)


@pytest.mark.parametrize(
    "act",
    [
        lambda things: things.rows(["key"]),
        lambda things: things.version(),
        lambda things: things.upsert([row("b")]),
        lambda things: things.delete(place=0),
    ],
    ids=["rows", "version", "upsert", "delete"],
)
def test_a_fault_is_an_error_that_says_what_to_do(act, table, folder):
    things = table()
    things.upsert([row("a")])
    things.version()
    for file in folder.rglob("*.manifest"):
        file.write_bytes(file.read_bytes()[:10])
    with pytest.raises(StoreError, match=rf"coaching store at {folder} failed: .*restore the folder from a copy"):
        act(things)


def test_a_row_that_does_not_fit_is_no_fault_of_the_store_and_nothing_of_its_write_is_there(table):
    things = table()
    things.upsert([row("a")])
    with pytest.raises(pa.ArrowException):
        things.upsert([row("b"), row("c", "x")])
    assert len(things.rows(["key"])) == 1


def test_one_record_that_cannot_be_read_harms_no_other_and_another_takes_its_place(table, caplog):
    things = table()
    things.upsert([row(f"{number}", number, note="{}" if number != 3 else "{ cut") for number in range(6)])

    def read(rows):
        return [*read_each(((f"thing {found['place']}", found) for found in rows), parsed)]

    def parsed(found):
        json.loads(found["note"])
        return found["place"]

    def first(limit):
        return first_readable(things, read, ["place", "note"], order={"place": DESCENDING}, limit=limit)

    with caplog.at_level(logging.WARNING):
        assert [first(limit) for limit in (None, 3, 2, 0)] == [[5, 4, 2, 1, 0], [5, 4, 2], [5, 4], []]
    assert [record.getMessage().count("thing 3") for record in caplog.records] == [1]
    with pytest.raises(InvalidCoachingError, match="limit is a number of things, or None for all, not -1"):
        first(-1)


def test_columns_that_rows_are_looked_up_by_get_an_index(table, folder):
    database = Database(folder)
    things = Table(database, "things", schema, "default", indexed=("place",))
    for number in range(6):
        things.insert([row(f"{number}", number)])
    things.update([{"key": key_of("default", "0"), "place": 9}])
    database.close()
    assert [index.columns for index in database.table("things").list_indices()] == [["place"]]
