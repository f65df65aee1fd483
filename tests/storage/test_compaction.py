"""A table written in many small pieces stays small and quick to read, and nothing is lost by putting it together."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from langgraph_coaching import Advice, Coach, Limits, Receipt, Reply
from langgraph_coaching.errors import StoreError
from langgraph_coaching.recall.receipts import Entry, Receipts
from langgraph_coaching.storage import compaction, locks
from langgraph_coaching.storage.database import Database
from langgraph_coaching.storage.locks import Locks

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def entry(number):
    given = {"coaching_id": "c-1", "revision": 1, "probability": 0.9, "outcome": "applied", "reason": "r"}
    receipt = Receipt(id=f"r-{number}", at=NOON + timedelta(seconds=number), **given)
    return Entry(f"m-{number}", Advice(considered=[receipt], prompt=f"p-{number}"))


def commits(folder, table="receipts"):
    """How many versions of a table there are."""
    return len([*folder.glob(f"{table}.lance/_versions/*.manifest")])


def size(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def everything(receipts_table, count):
    assert [receipt.id for receipt in receipts_table.receipts()] == [f"r-{number}" for number in reversed(range(count))]
    assert [receipts_table.advice(f"m-{number}").prompt for number in range(count)] == [
        f"p-{number}" for number in range(count)
    ]


def test_many_small_writes_leave_few_files_and_every_row(folder):
    database = Database(folder)
    receipts_table = Receipts(database, "default")
    for number in range(23):
        receipts_table.write([entry(number)])
    database.close()
    assert commits(folder) < compaction.AT_REST
    assert len([*folder.glob("receipts.lance/data/*")]) < compaction.AT_REST
    assert size(folder) < 10 * len(json.dumps(Advice(considered=receipts_table.receipts()).to_json()))
    everything(receipts_table, 23)
    assert [index.columns for index in database.table("receipts").list_indices()] == [["moment"], ["trace_id"]]


def test_a_table_is_put_together_while_it_is_written(folder, monkeypatch):
    monkeypatch.setattr(compaction, "QUIET", 3_600.0)
    receipts_table = Receipts(Database(folder), "default")
    for number in range(compaction.COMMITS):
        receipts_table.write([entry(number)])
    until = time.monotonic() + 60
    while commits(folder) > compaction.COMMITS and time.monotonic() < until:  # with the one that made the table
        threading.Event().wait(0.05)
    assert commits(folder) <= compaction.COMMITS
    everything(receipts_table, compaction.COMMITS)


def test_it_is_put_together_when_nobody_writes_any_more(folder, monkeypatch):
    monkeypatch.setattr(compaction, "QUIET", 0.2)
    database = Database(folder)
    receipts_table = Receipts(database, "default")
    for number in range(compaction.AT_REST + 2):
        receipts_table.write([entry(number)])
    while (thread := database._compaction._thread) is not None:
        thread.join(60)
    assert commits(folder) < compaction.AT_REST
    everything(receipts_table, compaction.AT_REST + 2)


def test_many_that_write_once_and_end_leave_no_more_than_one_that_goes_on(folder):
    for number in range(13):
        database = Database(folder)
        Receipts(database, "default").write([entry(number)])
        database.close()
        assert commits(folder) <= compaction.AT_REST + 1
    everything(Receipts(Database(folder), "default"), 13)


ENDS = """
import sys
from langgraph_coaching import Coach, Reply
coach = Coach(sys.argv[1])
for number in range(6):
    coach.add(id=f"c-{number}", intent="an order arrived broken", behavior=Reply("r"))
print("added")
"""


@pytest.mark.slow
def test_the_end_of_a_process_puts_together_what_it_wrote(run_python, folder):
    done = run_python("-c", ENDS, folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "added\n", "")
    assert commits(folder, "coachings") < compaction.AT_REST
    with Coach(folder) as coach:
        assert [one.id for one in coach.list()] == [f"c-{number}" for number in range(6)]


def test_a_large_table_is_written_anew_less_often(folder, monkeypatch):
    for name in ("BYTES", "BYTES_AT_REST"):
        monkeypatch.setattr(compaction, name, 100)
    database = Database(folder)
    receipts_table = Receipts(database, "default")
    for number in range(compaction.COMMITS + 1):
        receipts_table.write([entry(number)])
    database.close()
    assert commits(folder) > compaction.COMMITS
    monkeypatch.setattr(compaction, "MOST", compaction.COMMITS)
    Receipts(database, "default").write([entry(99)])
    database.close()
    assert commits(folder) < compaction.AT_REST


@pytest.mark.parametrize(
    ("megabytes", "often", "least"),
    [
        (0, 0, 16),
        (0, 1, 16),
        (1, 0, 24),
        (1, 1, 18),
        (32, 0, 272),
        (32, 1, 32),
        (200, 0, 500),
        (200, 1, 56),
        (99_999, 1, 500),
    ],
)
def test_what_is_read_after_every_commit_is_put_together_sooner(tmp_path, megabytes, often, least):
    for name in ("_versions", "data"):
        (tmp_path / name).mkdir()
    with (tmp_path / "data" / "rows.lance").open("wb") as file:
        file.truncate(megabytes * 1024 * 1024)
    threshold = compaction._Threshold(compaction.COMMITS, compaction.BYTES, often=bool(often))
    for number in range(least - 1):
        (tmp_path / "_versions" / f"{number}.manifest").touch()
    assert not threshold.is_reached_in(tmp_path)
    (tmp_path / "_versions" / "last.manifest").touch()
    assert threshold.is_reached_in(tmp_path)


def test_coachings_are(folder, monkeypatch):
    monkeypatch.setattr(compaction, "BYTES", 100)
    asked = []
    monkeypatch.setattr(compaction._Threshold, "is_reached_in", lambda one, place: asked.append((place.name, one)))
    with Coach(folder, limits=Limits(deadline=30)) as coach:
        coach.add(intent="a parcel is late", behavior=Reply("Say sorry."))
        coach.advise("my parcel is late")
        coach.flush()
    assert {(name, one.often) for name, one in asked} >= {("coachings.lance", True), ("receipts.lance", False)}


def test_a_write_does_not_fail_because_its_upkeep_does(folder, monkeypatch):
    from lancedb.table import LanceTable

    def busy(*_, **__):
        raise RuntimeError("Retryable commit conflict")

    monkeypatch.setattr(LanceTable, "optimize", busy)
    database = Database(folder)
    receipts_table = Receipts(database, "default")
    for number in range(6):
        receipts_table.write([entry(number)])
    database.close()
    assert len(receipts_table.receipts()) == 6


def test_nothing_is_taken_away_while_somebody_writes(folder, monkeypatch):
    monkeypatch.setattr(locks, "SHORT", 0.1)
    database = Database(folder)
    receipts_table = Receipts(database, "default")
    for number in range(6):
        receipts_table.write([entry(number)])
    with Locks(folder).writing(), Locks(folder).writing():
        database.close()
        assert commits(folder) == 6
        receipts_table.write([entry(6)])  # as many at once as like
    database.close()
    assert commits(folder) < compaction.AT_REST
    everything(receipts_table, 7)


def test_nobody_writes_while_something_is_taken_away(folder, monkeypatch):
    monkeypatch.setattr(locks, "SHORT", 0.1)
    monkeypatch.setattr(locks, "PATIENCE", 0.1)
    receipts_table = Receipts(Database(folder), "default")
    receipts_table.write([entry(0)])
    with Locks(folder).alone() as alone:
        assert alone
        with Locks(folder).alone() as other:
            assert other is False
        with pytest.raises(StoreError, match="is being put together; try again later"):
            receipts_table.write([entry(1)])
        assert len(receipts_table.receipts()) == 1  # reading waits for nobody
    receipts_table.write([entry(1)])
    everything(receipts_table, 2)


def test_where_there_are_no_locks_what_is_young_stays(folder, monkeypatch):
    monkeypatch.setattr(locks, "KNOWN", False)
    database = Database(folder)
    receipts_table = Receipts(database, "default")
    for number in range(8):
        receipts_table.write([entry(number)])
    database.close()
    assert commits(folder) >= 9  # each may be what somebody is writing upon
    assert database.table("receipts").stats()["fragment_stats"]["num_fragments"] == 1
    everything(receipts_table, 8)


def pinned(folder):
    """A handle in the middle of reading an earlier version, whose files another one's upkeep takes away."""
    database, other = Database(folder), Database(folder)
    Receipts(database, "default").write([entry(0)])
    table = database.reopen("receipts")
    table.checkout(table.version)
    for number in range(1, 6):
        Receipts(other, "default").write([entry(number)])
    other.close()
    assert commits(folder) < compaction.AT_REST
    return database, table


def test_a_reader_whose_files_are_taken_away_reads_the_latest(folder):
    database, table = pinned(folder)
    with pytest.raises(RuntimeError, match=r"(?i)not found"):
        table.search().limit(None).to_list()
    assert len(database.read(table, lambda opened: opened.search().limit(None).to_list())) == 6


def test_a_writer_whose_files_are_taken_away_writes_on_the_latest(folder):
    database, table = pinned(folder)
    tried = []

    def work(opened):
        tried.append(opened)
        if len(tried) == 1:
            opened.search().limit(None).to_list()  # as any write that looks for its key
        return opened.delete("key = 'none'")

    database.write(table, work)
    assert len(tried) == 2
    everything(Receipts(database, "default"), 6)


def test_what_is_missing_for_good_is_said_all_the_same(folder):
    receipts_table = Receipts(Database(folder), "default")
    receipts_table.write([entry(0)])
    for file in folder.rglob("data/*.lance"):
        file.unlink()
    with pytest.raises(StoreError, match="Files of it are missing"):
        receipts_table.receipts()


def test_every_revision_that_a_receipt_points_to_outlives_upkeep(folder):
    with Coach(folder) as coach:
        coaching = coach.add(intent="an order arrived broken", behavior=Reply("0"))
        (first,) = coach.advise("an order arrived broken").applied
        for number in range(1, 12):
            coach.edit(coaching.id, behavior=Reply(str(number)))
    assert commits(folder, "coachings") < compaction.AT_REST
    with Coach(folder) as coach:
        assert coach.get(coaching.id, revision=first.revision).behavior == Reply("0")
        assert [one.behavior.text for one in coach.history(coaching.id)] == [str(number) for number in range(12)]
        (last,) = coach.advise("an order arrived broken").applied
        assert last.revision == 12
