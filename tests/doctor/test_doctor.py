"""Each problem of a store is named with its remedy, what is safe is repaired, and what is healthy is left alone."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import lancedb
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

import langgraph_coaching
from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.doctor import folder as folder_looks
from langgraph_coaching.doctor import packages, tables
from langgraph_coaching.doctor.every_table import EVERY_TABLE
from langgraph_coaching.storage.durability import FOLDER

ASKED = "I want to change the order that arrived yesterday"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store with nothing the matter."""
    folder = tmp_path_factory.mktemp("whole") / "store"
    with Coach(folder, limits=Limits(deadline=60)) as coach:
        coach.add(id="c-1", intent="a customer asks to change an order", behavior=Reply("r"), examples=[ASKED])
        coach.add(id="c-2", intent="a customer asks for a refund", behavior=Reply("r"))
        assert coach.advise(ASKED).applied
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "store")


@pytest.fixture
def look(folder):
    """What is found, opened anew each time; of one kind where told so."""

    def looked(kind=None, *, repair=False, **settings):
        with Coach(folder, **settings) as coach:
            found = coach.doctor(repair=repair)
        return found if kind is None else [one for one in found.problems if one.kind == kind]

    return looked


def table_of(folder, name="coachings"):
    return lancedb.connect(folder).open_table(name)


def test_nothing_is_the_matter_with_a_store_that_is_whole(look, folder):
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*") if file.is_file() and "lance" in str(file)}
    found = look(repair=True)
    assert found.problems == ()
    assert found.healthy
    assert str(found).endswith(f"{folder}: nothing is the matter")
    assert found.facts["table coachings"].startswith("2 rows, ")
    assert found.facts["lancedb"] == packages.version_of("lancedb")
    assert before == {file: file.stat().st_mtime_ns for file in before}


def test_there_is_no_store(tmp_path):
    found = Coach(tmp_path / "no").doctor()
    assert [one.kind for one in found.problems] == ["absent"]
    assert not found.healthy
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize("make", [lambda path: path.write_text("x"), lambda path: path.symlink_to("/nowhere/at/all")])
def test_something_else_is_in_its_place(tmp_path, make):
    make(tmp_path / "store")
    (problem,) = Coach(tmp_path / "store").doctor(repair=True).problems
    assert (problem.kind, problem.severity, problem.repaired) == ("no_folder", "error", False)
    assert str(tmp_path / "store") in problem.remedy


DAMAGE = {
    "manifests": ("_versions/*.manifest", lambda was: bytes(len(was)), "damaged"),
    "data": ("data/*.lance", lambda was: was[:10], "damaged"),
    "missing": ("data/*.lance", None, "missing"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_table_is_named_and_left_where_it_is(look, folder, damage):
    pattern, change, said = DAMAGE[damage]
    for file in (folder / "coachings.lance").glob(pattern):
        file.write_bytes(change(file.read_bytes())) if change else file.unlink()
    found = look(repair=True)
    (problem,) = [one for one in found.problems if one.kind == "unreadable_table"]
    assert (problem.where, problem.severity, problem.repaired) == ("coachings", "error", False)
    assert said in problem.what
    assert f"restore {folder}/coachings.lance from a copy" in problem.remedy
    assert not found.healthy
    assert (folder / "coachings.lance").exists()


def test_a_damaged_table_that_is_computed_again_is_moved_aside(look, folder):
    lancedb.connect(folder).create_table("traffic", [{"key": "x"}])
    for file in (folder / "traffic.lance").rglob("*.manifest"):
        file.write_bytes(b"")
    (problem,) = look("unreadable_table")
    assert "(`--repair` does it)" in str(problem)
    assert (folder / "traffic.lance").exists()
    (problem,) = look("unreadable_table", repair=True)
    assert problem.repaired
    assert look().healthy
    (aside,) = (folder / ".damaged").iterdir()
    assert aside.name.startswith("traffic-")
    with Coach(folder, limits=Limits(deadline=60)) as coach:
        assert coach.advise(ASKED).applied


def test_records_of_a_newer_version_are_named(look, folder):
    table = table_of(folder)
    record = table.search().where("id = 'c-2'").to_list()[0]["record"]
    newer = json.loads(record) | {"behavior": {"type": "sing"}}
    table.update(where="id = 'c-2'", values={"record": json.dumps(newer)})
    table_of(folder, "receipts").update(values={"record": "{"})
    coachings, receipts = sorted(look("unreadable_record"), key=lambda one: one.where)
    assert (coachings.where, receipts.where) == ("coachings", "receipts")
    assert '1 records cannot be read, and are left alone: ["default", "c-2", 1]' in coachings.what
    assert "upgrade langgraph-coaching here" in coachings.remedy


def double(table, change=lambda rows: rows):
    table.add(change(table.to_arrow()))


def test_rows_that_are_there_twice_are_said_and_one_stays(look, folder):
    double(table_of(folder))
    (problem,) = look("duplicate_key")
    assert '["default", "c-1", 1], ["default", "c-2", 1]' in problem.what
    (problem,) = look("duplicate_key", repair=True)
    assert problem.repaired
    assert look().problems == ()
    with Coach(folder, limits=Limits(deadline=60)) as coach:
        assert [one.id for one in coach.list()] == ["c-1", "c-2"]
        assert coach.advise(ASKED).applied
        assert coach.edit("c-1", notes="still written").revision == 2


def test_rows_of_one_key_that_differ_are_left_to_a_person(look, folder):
    def other(rows):
        import pyarrow as pa

        at = rows.schema.get_field_index("content_hash")
        return rows.set_column(at, rows.schema.field(at), pa.array(["else"] * len(rows)))

    double(table_of(folder), other)
    (problem,) = look("duplicate_key", repair=True)
    assert not problem.repaired
    assert "are not equal: restore the folder from a copy" in problem.remedy
    assert table_of(folder).count_rows() == 4


def test_another_embedder_is_said(look):
    (problem,) = look("embedder", embeddings=DeterministicFakeEmbedding(size=8), repair=True)
    assert "holds vectors of coaching-minilm-2 (384), you gave DeterministicFakeEmbedding" in problem.what
    assert not problem.repaired


def test_coachings_without_vectors_are_named_and_embedded(look, folder):
    table = table_of(folder)
    table.update(where="id = 'c-1'", values={"vector": [0.0] * 384})
    (problem,) = look("no_vector")
    assert "1 revisions have no vector, and so are silent: c-1 revision 1" in problem.what
    (problem,) = look("no_vector", repair=True)
    assert problem.repaired
    assert look().healthy


def test_receipts_of_coaching_that_is_gone_are_a_note(look, folder):
    with Coach(folder) as coach:
        coach.delete("c-1", purge=True)
    found = look()
    (problem,) = found.problems
    assert (problem.kind, problem.severity) == ("unknown_coaching", "note")
    assert "1 receipts are of coachings that are not there: c-1 of 'default'" in problem.what
    assert found.healthy


def test_small_files_are_put_together(look, folder, monkeypatch):
    monkeypatch.setattr(tables, "MANY", 12)
    table = table_of(folder)
    for number in range(12):
        table.update(where="id = 'c-1'", values={"change_set": f"x{number}"})
    commits = len([*(folder / "coachings.lance" / "_versions").glob("*.manifest")])
    (problem,) = look("small_files")
    assert f"the pieces of {commits} commits" in problem.what
    (problem,) = look("small_files", repair=True)
    assert problem.repaired
    assert len([*(folder / "coachings.lance" / "_versions").glob("*.manifest")]) < 4
    assert look().healthy


def test_what_is_being_written_is_not_repaired(look, folder, monkeypatch):
    monkeypatch.setattr(tables, "MANY", 1)
    monkeypatch.setattr("langgraph_coaching.storage.locks.SHORT", 0.05)
    with (folder / ".writing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        found = look("small_files", repair=True)
    assert found
    assert not any(one.repaired for one in found)
    assert "it could not be done: others are writing" in found[0].remedy


def test_a_lock_that_is_held_is_said_with_its_process(look, folder, monkeypatch):
    monkeypatch.setattr(folder_looks, "PATIENCE", 0.05)
    monkeypatch.setattr("langgraph_coaching.storage.locks.PATIENCE", 0.05)  # of whoever reads a table meanwhile
    with (folder / ".writing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        assert look("held_lock") == []  # a writer, as there may be any number
        fcntl.flock(lock, fcntl.LOCK_EX)
        (problem,) = look().problems  # and nothing of tables that would have to be restored
    assert problem.where == ".writing"
    assert f"(process: {os.getpid()})" in problem.what
    assert "end that process" in problem.remedy
    assert look("held_lock") == []


def test_what_a_loss_of_power_has_left_is_said(look, folder):
    place = folder / FOLDER
    place.mkdir(exist_ok=True)
    (place / "a-1.spool").write_bytes(b"")
    (place / "b-2.spool.damaged").write_bytes(b"something")
    damaged, left = look("spool")
    assert (damaged.severity, damaged.where) == ("error", ".durable/b-2.spool.damaged")
    assert "keep a copy" in damaged.remedy
    assert (left.severity, left.where) == ("note", ".durable/a-1.spool")
    assert [one.where for one in look("spool")] == [".durable/b-2.spool.damaged"]  # it was used since


def test_a_pause_of_any_namespace_is_said(look, folder):
    with Coach(folder, namespace="acme") as coach:
        coach.pause(reason="prices went out wrong", author="ann")
    (problem,) = look("paused")
    assert problem.where == "the namespace 'acme'"
    assert "by ann: prices went out wrong" in problem.what
    with Coach(folder, namespace="acme") as coach:
        coach.resume()
    assert look().healthy


def test_a_disk_that_is_nearly_full_is_said(look, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5 * 1024**2))
    (problem,) = look("disk")
    assert "5.0 MB are free on its disk" in problem.what


def test_a_package_that_is_too_old_is_said(look, monkeypatch):
    monkeypatch.setattr(packages, "requires", lambda _: ["lancedb>=99", "numpy>=1", "vcrpy>=99; extra == 'demo'"])
    (problem,) = look("package")
    assert (problem.where, problem.remedy) == ("lancedb", "pip install 'lancedb>=99'")


def test_it_is_said_in_json_and_for_people(look, folder):
    (folder / "coachings.lance" / "_versions").rename(folder / "coachings.lance" / "away")
    found = look()
    said = json.loads(json.dumps(found.to_json()))
    assert (said["healthy"], said["uri"]) == (False, str(folder))
    (problem,) = said["problems"]
    assert problem["kind"] == "unreadable_table"
    assert problem["repairable"] is False
    assert "1 error" in str(found).splitlines()[-1]
    assert "unreadable_table" in found._repr_html_()


def test_every_table_that_a_room_names_is_looked_at():
    source = Path(langgraph_coaching.__file__).parent
    named = {
        value
        for path in source.rglob("*.py")
        for value in re.findall(r'^TABLE = "(\w+)"$', path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert len(named) >= 10
    assert named == set(EVERY_TABLE)


def test_a_folder_that_cannot_be_written_is_named(look, monkeypatch):
    access = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode, **_: mode == os.F_OK or (mode == os.R_OK and access(path, mode))
    )
    (problem,) = look("unwritable")
    assert problem.severity == "warning"
    assert "this process cannot write the folder" in problem.what
    assert "the right to write" in problem.remedy
