"""The folder: when it comes into being, and what is said when the disk or its files fail."""

import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyarrow as pa
import pytest

from langgraph_coaching.errors import ConflictError, StoreError
from langgraph_coaching.storage.database import REMADE, Database
from langgraph_coaching.storage.faults import faults
from langgraph_coaching.storage.table import Table

READS = {
    "history": lambda store: store.history("c-1"),
    "heads": lambda store: store.heads(),
    "rows": lambda store: store.rows(["id"]),
    "version": lambda store: store.version(),
}


def test_reading_an_absent_folder_finds_nothing_and_creates_nothing(shelf, folder):
    store = shelf()
    assert (store.table(), store.exists()) == (None, False)
    assert (store.version(), store.history("c-1"), store.heads(), store.rows(["id"])) == (0, [], [], [])
    assert store.arrow(["id"]) is None
    store.purge("c-1")
    assert not folder.exists()


def test_the_first_write_creates_the_folder_with_all_above_it(tmp_path, shelf, coaching, folder):
    deep = tmp_path / "a" / "b" / "ü 'c'"
    store = shelf(folder=deep)
    store.save(coaching())
    assert deep.is_dir()
    assert not folder.exists()


def test_what_one_handle_writes_another_sees_at_its_next_read(shelf, coaching):
    one, other = shelf(), shelf()
    assert other.heads() == []
    one.save(coaching())
    assert [c.id for c in other.heads()] == ["c-1"]
    before = other.version()
    one.save(coaching("c-2"))
    assert other.version() > before
    assert [c.id for c in other.heads()] == ["c-1", "c-2"]


@pytest.mark.filterwarnings("ignore:optimize.cleanup_older_than")
@pytest.mark.parametrize("work", ["save", "optimize", "upkeep", "replace", "add_columns", "another folder"])
def test_the_number_of_the_latest_commit_is_that_of_the_table(work, shelf, coaching, folder, tmp_path):
    store, other = shelf(), shelf()
    for number in range(3):
        store.save(coaching(f"c-{number}"))
    assert store.version() == store.version() == store.table().version
    before, table = store.version(), other.table()
    match work:
        case "save":
            other.save(coaching("c-3"))
        case "optimize":
            table.optimize()
        case "upkeep":
            table.optimize(cleanup_older_than=timedelta(0), delete_unverified=True)
        case "replace":
            other.database.replace("coachings", table.to_arrow())
        case "add_columns":
            table.add_columns({"more": "revision + 1"})
        case "another folder":
            elsewhere = shelf(folder=tmp_path / "elsewhere")
            elsewhere.save(coaching())
            shutil.rmtree(folder)
            (tmp_path / "elsewhere").rename(folder)
    now = store.version()
    assert now == store.version() != before
    assert now % REMADE == store.table().version
    assert now // REMADE == (work == "another folder")


@pytest.mark.parametrize("damage", ["cut", "removed"])
def test_a_commit_that_was_seen_and_is_damaged_since_is_said(damage, shelf, coaching, folder):
    store = shelf()
    store.save(coaching())
    store.version()
    for file in folder.rglob("*.manifest"):
        if damage == "removed":
            file.unlink()
        else:
            file.write_bytes(file.read_bytes()[:10])
    with pytest.raises(StoreError, match=r"Files of it are (damaged|missing)"):
        store.version()


def test_a_table_that_names_its_files_otherwise_is_asked(shelf, coaching, folder):
    store = shelf()
    store.save(coaching())
    for file in folder.rglob("*.manifest"):  # as an earlier LanceDB did
        file.rename(file.with_name(f"{2**64 - 1 - int(file.stem)}.manifest"))
    one, other = shelf(), shelf()
    before = one.version()
    assert before == one.version()
    other.save(coaching("c-2"))
    assert one.version() > before


def test_a_relative_folder_is_one_of_this_computer(tmp_path, monkeypatch, shelf, coaching):
    monkeypatch.chdir(tmp_path)
    store = shelf(folder="coaching")
    store.save(coaching())
    assert (tmp_path / "coaching" / "coachings.lance").is_dir()
    monkeypatch.chdir("/")
    assert [c.id for c in store.heads()] == ["c-1"]


def test_it_works_again_after_closing(shelf, coaching):
    store = shelf()
    store.save(coaching())
    store.database.close()
    assert [c.id for c in store.heads()] == ["c-1"]


def test_two_that_create_the_table_at_once_share_it(shelf, coaching, monkeypatch):
    slow, fast = shelf(), shelf()
    looked = slow.database.table

    def late(name):
        found = looked(name)
        if not fast.heads():
            fast.save(coaching("c-fast"))
        return found

    monkeypatch.setattr(slow.database, "table", late)
    slow.save(coaching("c-slow"))
    assert {c.id for c in shelf().heads()} == {"c-fast", "c-slow"}


@pytest.mark.parametrize("read", READS)
def test_a_deleted_folder_is_said(read, shelf, coaching, folder):
    store = shelf()
    store.save(coaching())
    shutil.rmtree(folder)
    with pytest.raises(StoreError, match=r"Files of it are missing: restore the folder from a copy"):
        READS[read](store)


def test_a_write_into_a_deleted_folder_is_an_error_not_a_loss(shelf, coaching, folder):
    store = shelf()
    store.save(coaching())
    shutil.rmtree(folder)
    with pytest.raises(StoreError, match="Files of it are missing"):
        store.save(coaching("c-2"))


def test_a_folder_that_is_made_anew_is_read_anew(shelf, coaching, folder):
    """Though the numbers of its commits, and perhaps of its inodes, are those that there were before."""
    store, other = shelf(), shelf()
    store.save(coaching("c-old"))
    before = [c.id for c in store.heads()], store.version()
    shutil.rmtree(folder)
    with pytest.raises(StoreError, match=r"coachings\.lance was deleted or moved away since it was opened"):
        store.heads()
    other.save(coaching("c-new"))
    assert before == (["c-old"], before[1])
    assert [c.id for c in store.heads()] == ["c-new"]
    assert store.version() != before[1]
    store.save(coaching("c-more"))
    assert {c.id for c in other.heads()} == {"c-new", "c-more"}


def test_a_folder_made_anew_without_a_table_has_none(shelf, coaching, folder):
    store = shelf()
    store.save(coaching())
    assert store.heads()
    shutil.rmtree(folder)
    Database(folder).ensure("others", pa.schema([pa.field("id", pa.string(), nullable=False)]))
    assert store.heads() == []
    store.save(coaching("c-2"))
    assert [c.id for c in store.heads()] == ["c-2"]


def test_a_durable_coach_begins_its_spool_anew_in_a_folder_made_anew(folder):
    schema = pa.schema([pa.field("id", pa.string(), nullable=False)])
    durable = Database(folder, durable="default")
    table = Table(durable, "things", lambda: schema, None, key="id")
    table.insert([{"id": "a"}])
    shutil.rmtree(folder)
    Table(Database(folder), "things", lambda: schema, None, key="id").insert([{"id": "b"}])
    table.insert([{"id": "c"}])
    assert [*folder.glob(".durable/*.spool")]
    assert sorted(row["id"] for row in table.rows(["id"])) == ["b", "c"]
    durable.close()


def test_what_is_put_back_is_used_again(shelf, coaching, folder, tmp_path):
    store = shelf()
    store.save(coaching())
    folder.rename(tmp_path / "away")
    with pytest.raises(StoreError, match="which is then used at once"):
        store.heads()
    (tmp_path / "away").rename(folder)
    assert [c.id for c in store.heads()] == ["c-1"]


def test_a_deleted_folder_is_begun_anew_after_closing(shelf, coaching, folder):
    store = shelf()
    store.save(coaching())
    shutil.rmtree(folder)
    store.database.close()
    store.save(coaching("c-2"))
    assert [c.id for c in store.heads()] == ["c-2"]


def test_a_table_without_its_manifests_is_no_empty_one(shelf, coaching, folder):
    shelf().save(coaching())
    for file in folder.rglob("*.manifest"):
        file.unlink()
    with pytest.raises(StoreError, match="has data and no manifest"):
        shelf().heads()


def test_a_link_to_nothing_is_said(shelf, folder, tmp_path):
    folder.symlink_to(tmp_path / "not mounted")
    with pytest.raises(StoreError, match="a link to nothing"):
        shelf().heads()


DAMAGE = {
    "emptied": lambda content: b"",
    "cut to ten bytes": lambda content: content[:10],
    "cut in half": lambda content: content[: len(content) // 2],
    "zeroed": lambda content: bytes(len(content)),
    "tail overwritten": lambda content: content[:-40] + b"x" * 40,
}


@pytest.mark.parametrize("files", ["*.manifest", "data/*.lance"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_files_are_said(files, damage, shelf, coaching, folder):
    shelf().save(coaching())
    for file in folder.rglob(files):
        file.write_bytes(DAMAGE[damage](file.read_bytes()))
    acts = [lambda: shelf().heads(), lambda: shelf().save(coaching("c-2"))]
    for act in acts if "data" in files else [*acts, lambda: shelf().version()]:
        with pytest.raises(StoreError, match=r"damaged: restore the folder from a copy") as caught:
            act()
        assert str(folder) in str(caught.value)
        assert ".rs:" not in str(caught.value)


def test_a_table_of_somebody_else_is_said(shelf, coaching, folder):
    import lancedb

    lancedb.connect(folder).create_table("coachings", [{"words": "x"}])
    with pytest.raises(StoreError, match="is none of coachings"):
        shelf().save(coaching())


def test_missing_data_files_are_said(shelf, coaching, folder):
    shelf().save(coaching())
    for file in folder.rglob("data/*.lance"):
        file.unlink()
    with pytest.raises(StoreError, match="Files of it are missing"):
        shelf().history("c-1")


def test_a_file_where_the_folder_should_be_is_said(shelf, coaching, folder):
    folder.write_text("not a folder")
    for act in (lambda: shelf().heads(), lambda: shelf().version(), lambda: shelf().save(coaching())):
        with pytest.raises(StoreError, match="there is a file, or a link to nothing, where its folder should be"):
            act()
    assert folder.read_text() == "not a folder"


@pytest.mark.parametrize(
    ("fault", "advice"),
    [
        (RuntimeError("lance error: ... No space left on device (os error 28)"), "disk is full: free some space"),
        (RuntimeError("Read-only file system (os error 30)"), "cannot be written: mount its disk to be written to"),
        (PermissionError("[Errno 13] Permission denied: 'x'"), "may not read or write there: check its permissions"),
        (RuntimeError("file size is too small"), "damaged: restore the folder"),
        (RuntimeError("connection refused"), "right and reachable"),
    ],
)
def test_every_fault_says_where_and_what_to_do(fault, advice):
    with pytest.raises(StoreError, match=advice) as caught, faults("/the/place"):
        raise fault
    assert "/the/place" in str(caught.value)
    assert caught.value.__cause__ is fault


def test_an_error_of_ours_passes_as_it_is():
    with pytest.raises(ConflictError, match=r"^taken$"), faults("/the/place"):
        raise ConflictError("taken")


FILL = """
import sys
from contextlib import suppress
from langgraph_coaching import Coach, Reply
from langgraph_coaching.errors import StoreError
with Coach(sys.argv[1]) as coach:
    saved = []
    try:
        for number in range(2_000):
            notes = "".join(chr(0x4E00 + (number * 7919 + i * i) % 20_000) for i in range(3_000))
            saved.append(coach.add(intent=f"case {number}", behavior=Reply("r"), notes=notes).id)
    except StoreError as error:
        print(error)
with suppress(OSError), open(sys.argv[1] + "/rest", "wb", buffering=0) as rest:
    while rest.write(bytes(4_096)):
        pass
again = Coach(sys.argv[1])
assert saved, "nothing fitted"
assert {c.id for c in again.list()} >= set(saved), "an acknowledged coaching is lost"
assert again.advise("case 0").considered[0].coaching_id, "nothing is recalled from a full disk"
try:
    again.flush()
except StoreError as error:
    print("receipts wait:", error)
print("kept", len(saved))
"""

READ_ONLY = """
import subprocess, sys
from langgraph_coaching import Coach, Reply
from langgraph_coaching.errors import StoreError
with Coach(sys.argv[1] + "/made") as coach:
    coach.add(intent="case", behavior=Reply("r"))
subprocess.run(["mount", "-o", "remount,ro", sys.argv[1]], check=True)
for folder in ("/made", "/new"):
    coach = Coach(sys.argv[1] + folder)
    assert len(coach.list()) == (folder == "/made")
    try:
        coach.add(intent="other", behavior=Reply("r"))
    except StoreError as error:
        print(error)
    if folder == "/made":
        assert coach.advise("case").considered[0].intent == "case"
print("read", flush=True)
import os; os._exit(0)  # the receipts have nowhere to go
"""


def _mounted(folder, options, script):
    """Runs a script with a small file system of its own, where this user may make one."""
    folder.mkdir()
    command = f'mount -t tmpfs -o {options} tmpfs "$0" && exec "$1" -c "$2" "$0"'
    tried = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", command, str(folder), sys.executable]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*tried, "pass"], check=False, capture_output=True, timeout=60).returncode
    ):
        pytest.skip("this user may not mount a file system")
    return subprocess.run(
        [*tried, script], check=False, capture_output=True, text=True, env=dict(os.environ), timeout=120
    )


def test_a_full_disk_is_said_and_loses_nothing(tmp_path):
    done = _mounted(tmp_path / "full", "size=512k", FILL)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("The disk is full: free some space and try again") == 2
    assert "receipts wait:" in done.stdout
    assert "kept" in done.stdout


def test_a_read_only_folder_is_said_and_still_read(tmp_path):
    done = _mounted(tmp_path / "locked", "size=8m", READ_ONLY)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("The folder cannot be written: mount its disk to be written to") == 2
    assert "read" in done.stdout


@pytest.mark.parametrize("attempt", range(6))  # without the lock three of ten fail
def test_many_that_make_the_same_table_at_once_lose_nothing(attempt, folder):
    schema = pa.schema([pa.field("id", pa.string(), nullable=False)])
    together = threading.Barrier(8)

    def save(number):
        database, row = Database(folder), pa.table({"id": [number]}, schema)
        together.wait(60)
        database.write(database.ensure("things", schema), lambda table: table.add(row))

    with ThreadPoolExecutor(together.parties) as pool:
        list(pool.map(save, map(str, range(together.parties))))
    rows = Database(folder).table("things").to_arrow()["id"].to_pylist()
    assert sorted(rows) == sorted(map(str, range(together.parties)))
