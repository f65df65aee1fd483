"""Rows that are added together: all of them in one commit, or none."""

import threading

import pyarrow as pa
import pytest

from langgraph_coaching.errors import StoreError
from langgraph_coaching.storage.database import Database
from langgraph_coaching.storage.table import KEY, Table, key_of


def schema():
    text = pa.string()
    return pa.schema(
        [
            pa.field("key", text, nullable=False, metadata=KEY),
            pa.field("namespace", text, nullable=False),
            pa.field("n", pa.int32()),
        ]
    )


def opened(folder):
    return Table(Database(folder), "some", schema, "default")


def row(name, n=1):
    return {"key": key_of("default", name), "namespace": "default", "n": n}


@pytest.fixture
def table(tmp_path):
    table = opened(tmp_path)
    table.insert([row("a")])
    return table


def names(table):
    return sorted(one["key"] for one in table.rows(["key"]))


def test_none_is_added_where_one_is_there(table):
    assert table.insert([row("b"), row("a", 2), row("c")], together=True) == 0
    assert names(table) == [key_of("default", "a")]
    assert table.rows(["n"])[0]["n"] == 1


def test_all_are_added_in_one_commit_where_none_is_there(table):
    version = table.version()
    assert table.insert([row("b"), row("c")], together=True) == 2
    assert table.version() == version + 1
    assert len(names(table)) == 3


def test_what_the_check_refuses_is_not_written(table):
    def refuse(_):
        raise StoreError("no")

    with pytest.raises(StoreError, match="no"):
        table.insert([row("b")], refuse, together=True)
    assert len(names(table)) == 1


def test_who_comes_second_adds_none(tmp_path, table):
    """Eight races for one of the keys, each writer with a connection of its own."""
    for number in range(8):
        start, added = threading.Barrier(2), {}

        def insert(name, rows, together, start=start, added=added):
            other = opened(tmp_path)
            other.version()
            start.wait()
            added[name] = other.insert(rows, together=together)

        pairs = (("set", [row(f"s{number}", 5), row(f"r{number}", 5)], True), ("one", [row(f"s{number}", 6)], False))
        workers = [threading.Thread(target=insert, args=pair) for pair in pairs]
        [one.start() for one in workers]
        [one.join() for one in workers]
        there = {one["key"]: one["n"] for one in table.rows(["key", "n"])}
        own = {name for name in (f"s{number}", f"r{number}") if there.get(key_of("default", name)) == 5}
        assert own == ({f"s{number}", f"r{number}"} if added["set"] else set())
        assert added["set"] in (0, 2)
        assert added["one"] == (0 if added["set"] else 1)
