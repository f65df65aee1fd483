"""Rows are read where they are, and looked up by their key where upkeep has moved them meanwhile."""

from datetime import timedelta

import pyarrow as pa
import pytest

from langgraph_coaching.storage.database import Database
from langgraph_coaching.storage.row_ids import ROW, read_column, read_rows, scan_rows
from langgraph_coaching.storage.table import KEY, Table, key_of


def schema():
    text = pa.string()
    key = pa.field("key", text, nullable=False, metadata=KEY)
    return pa.schema([key, *(pa.field(name, text) for name in ("namespace", "id", "text"))])


def row(namespace, name):
    return {"key": key_of(namespace, name), "namespace": namespace, "id": name, "text": f"{namespace} says {name}"}


@pytest.fixture
def table(tmp_path):
    database = Database(tmp_path)
    for namespace in ("a", "b"):
        own = Table(database, "said", schema, namespace)
        for name in ("x", "y", "z", "w"):
            own.upsert([row(namespace, name)])
    return Table(database, "said", schema, "a")


def places_of(table):
    found = scan_rows(table, ["id"]).sort_by("id")
    return found["id"].to_pylist(), found[ROW].to_pylist()


def test_only_what_is_asked_for_comes_in_order(table):
    names, places = places_of(table)
    assert names == ["w", "x", "y", "z"]
    assert read_column(table, "text", ["z", "x"], [places[3], places[1]]) == ["a says z", "a says x"]
    assert read_column(table, "text", [], []) == []
    keys = dict(zip((key_of("a", name) for name in names), places, strict=True))
    found = read_rows(table, ["text"], keys)
    assert {key: one["text"] for key, one in found.items()} == {key_of("a", n): f"a says {n}" for n in names}
    assert read_rows(table, ["text"], {}) == {}


def test_a_place_that_is_anothers_by_now_gives_nothing_of_that_one(table):
    names, places = places_of(table)
    assert read_column(table, "text", names, [*reversed(places)]) == [f"a says {name}" for name in names]
    others = scan_rows(Table(table.database, "said", schema, "b"), ["id"])[ROW].to_pylist()
    assert read_column(table, "text", names, others) == [f"a says {name}" for name in names]


def test_upkeep_in_between_is_no_matter(table):
    names, places = places_of(table)
    table.opened().optimize(cleanup_older_than=timedelta(milliseconds=1))
    assert read_column(table, "text", names, places) == [f"a says {name}" for name in names]
    assert read_column(table, "text", ["w", "gone"], [places[0], 10**9]) == ["a says w", None]


def test_before_the_first_write_there_is_nothing(tmp_path):
    table = Table(Database(tmp_path), "said", schema, "a")
    assert scan_rows(table, ["id"]) is None
    assert read_rows(table, ["text"], {key_of("a", "x"): 0}) == {}
