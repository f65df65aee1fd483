"""A table of a folder is there with its first rows, or not at all, whoever else makes it or looks for it meanwhile."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest
from lancedb.db import LanceDBConnection

from langgraph_coaching.errors import StoreError
from langgraph_coaching.storage import locks
from langgraph_coaching.storage.creation import MAKING
from langgraph_coaching.storage.database import Database
from langgraph_coaching.storage.table import KEY, Table


def schema():
    return pa.schema([pa.field("key", pa.string(), nullable=False, metadata=KEY), pa.field("namespace", pa.string())])


def things(folder):
    return Table(Database(folder), "things", schema, "ns")


def row(key):
    return {"key": key, "namespace": "ns"}


def keys(folder):
    return sorted(one["key"] for one in things(folder).rows(["key"]))


class Killed(KeyboardInterrupt):
    """As `kill -9` is: nothing behind it is done."""


@pytest.fixture
def made(monkeypatch):
    """Has something happen once LanceDB has made a table, before anybody can see it."""

    def have(happen):
        make = LanceDBConnection.create_table

        def create_table(self, *arguments, **options):
            table = make(self, *arguments, **options)
            happen()
            return table

        monkeypatch.setattr(LanceDBConnection, "create_table", create_table)

    return have


@pytest.mark.parametrize("write", ["insert", "upsert"])
def test_it_is_made_by_one_commit(write, folder):
    table = things(folder)
    getattr(table, write)([row("a"), row("b")])
    assert table.version() == 1
    assert keys(folder) == ["a", "b"]
    assert not (folder / MAKING).exists()


def test_an_update_makes_none(folder):
    things(folder).update([row("a")])
    assert keys(folder) == []


def test_the_key_that_was_there_first_stays(folder):
    assert things(folder).insert([row("a")]) == 1
    assert things(folder).insert([row("a"), row("b")]) == 1
    assert keys(folder) == ["a", "b"]


@pytest.mark.parametrize("write", ["insert", "upsert"])
def test_of_many_that_write_first_each_is_kept(write, folder):
    together = threading.Barrier(6)

    def save(key):
        table = things(folder)
        together.wait(60)
        getattr(table, write)([row(key)])

    with ThreadPoolExecutor(together.parties) as pool:
        list(pool.map(save, "abcdef"))
    assert keys(folder) == [*"abcdef"]


def test_where_no_lock_is_known_it_is_made_empty_first(folder, monkeypatch):
    monkeypatch.setattr(locks, "KNOWN", False)
    table = things(folder)
    table.insert([row("a")])
    assert table.version() == 2
    assert keys(folder) == ["a"]


def test_nobody_sees_it_before_its_commit(folder, made):
    seen = []
    made(lambda: seen.append((keys(folder), things(folder).version(), things(folder).opened())))
    things(folder).insert([row("a")])
    assert seen == [([], 0, None)]
    assert keys(folder) == ["a"]


def test_one_that_was_made_meanwhile_without_a_lock_is_written_to(folder, made, monkeypatch):
    """As by a process on another machine, where locks are of one machine."""

    def other():
        monkeypatch.undo()
        shutil.copytree(folder.with_name("other") / "things.lance", folder / "things.lance")

    things(folder.with_name("other")).insert([row("theirs")])
    made(other)
    with pytest.raises(StoreError):
        things(folder).insert([row("ours")])
    assert keys(folder) == ["theirs"]
    things(folder).insert([row("ours")])
    assert keys(folder) == ["ours", "theirs"]


def kill(folder, made, monkeypatch):
    """Makes a table, killed when its rows are written and its place is not taken."""

    def killed():
        raise Killed

    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    made(killed)
    with pytest.raises(Killed):
        things(folder).insert([row("lost")])
    monkeypatch.undo()
    assert (folder / MAKING / "things.lance" / "data").exists()


def test_what_a_killed_process_has_left_is_in_nobodys_way(folder, made, monkeypatch):
    kill(folder, made, monkeypatch)
    assert keys(folder) == []
    things(folder).insert([row("a")])
    assert keys(folder) == ["a"]
    assert not (folder / MAKING).exists()


def test_erasing_takes_away_what_a_killed_process_has_left(folder, made, monkeypatch):
    table = Table(Database(folder), "others", schema, "ns")
    table.insert([row("a"), row("b")])
    kill(folder, made, monkeypatch)
    table.delete(key="a")
    assert table.clear_past()
    assert not (folder / MAKING).exists()


def test_one_that_fails_leaves_nothing(folder, made):
    def full():
        raise OSError(28, "No space left on device")

    made(full)
    with pytest.raises(StoreError, match="The disk is full"):
        things(folder).insert([row("a")])
    assert not list(folder.glob("*.lance"))
    assert not (folder / MAKING).exists()
