"""`durable=True`: what was acknowledged is there after a loss of power, whenever it comes, and after `kill -9`."""

import os
import stat
from pathlib import Path

import pyarrow as pa
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding
from power import Disk

from langgraph_coaching import Coach, Reply, Trace
from langgraph_coaching.errors import StoreError
from langgraph_coaching.storage import compaction, durability, recovery
from langgraph_coaching.storage.database import Database
from langgraph_coaching.storage.recovery import find_spool_faults
from langgraph_coaching.storage.spool import Damage, Write, pack_write, unpack_writes
from langgraph_coaching.storage.table import KEY, Table


def schema():
    return pa.schema(
        [
            pa.field("key", pa.string(), nullable=False, metadata=KEY),
            pa.field("namespace", pa.string(), nullable=False),
            pa.field("value", pa.int32()),
            pa.field("note", pa.string()),
        ]
    )


class Store:
    """A table, and what was acknowledged of it."""

    def __init__(self, folder, durable="ns"):
        self.database = Database(folder, durable=durable)
        self.table = Table(self.database, "things", schema, "ns")
        self.said = {}

    def insert(self, key, value):
        self.table.insert([{"key": key, "namespace": "ns", "value": value, "note": None}])
        self.said.setdefault(key, (value, None))

    def upsert(self, key, value):
        self.table.upsert([{"key": key, "namespace": "ns", "value": value, "note": "u"}])
        self.said[key] = value, "u"

    def update(self, key, note):
        self.table.update([{"key": key, "note": note}])
        self.said[key] = self.said[key][0], note

    def delete(self, key):
        self.table.delete(key=key)
        self.said.pop(key)

    def settle(self):
        self.database._durability.settle()

    def tidy(self):
        with self.database._locks.alone():
            compaction._compact(self.table.opened(), (), compaction._NOW, Path(self.database.uri, "things.lance"))

    def die(self):
        """As the end of a process: it lets go of its files."""
        durability = self.database._durability
        if durability._spool is not None:
            os.close(durability._spool.handle)
        durability._forget()
        durability._folder = None


def read(folder, durable=None):
    rows = Table(Database(folder, durable=durable), "things", schema, "ns").rows(["key", "value", "note"])
    found = {row["key"]: (row["value"], row["note"]) for row in rows}
    assert len(found) == len(rows), "a row is there twice"
    return found


@pytest.fixture
def disk(monkeypatch, tmp_path):
    simulated = Disk(monkeypatch, tmp_path)
    yield simulated
    simulated.close()


@pytest.fixture
def restarted(monkeypatch):
    """The computer starts anew."""
    return lambda: monkeypatch.setattr(recovery, "boot", lambda: "another")


WORK = [
    lambda store: store.insert("a", 1),
    lambda store: store.insert("b", 2),
    lambda store: store.upsert("a", 3),
    lambda store: store.settle(),
    lambda store: store.update("a", "seen"),
    lambda store: store.delete("b"),
    lambda store: store.tidy(),
    lambda store: store.insert("b", 4),
    lambda store: store.upsert("c", 5),
]


@pytest.mark.parametrize("names", [False, True], ids=["least", "names"])
def test_what_was_acknowledged_is_there_after_a_loss_of_power(names, disk, restarted, folder, tmp_path):
    store = Store(folder)
    copies = []
    for number, work in enumerate(WORK):
        work(store)
        disk.cut(folder, tmp_path / f"cut-{number}", names=names)
        copies.append(dict(store.said))
    restarted()
    for number, said in enumerate(copies):
        assert read(tmp_path / f"cut-{number}") == said, number
        assert not [*(tmp_path / f"cut-{number}").glob(".durable/*.spool")]
    assert read(tmp_path / "cut-8") == copies[8]


def test_without_it_a_loss_of_power_takes_it(disk, folder, tmp_path):
    store = Store(folder, durable=None)
    store.insert("a", 1)
    disk.cut(folder, tmp_path / "cut")
    assert read(tmp_path / "cut") == {}
    assert not (folder / ".durable").exists()


def test_an_earlier_write_is_not_done_over_a_later_one(restarted, folder):
    store = Store(folder)
    store.upsert("a", 1)
    store.upsert("b", 1)
    other = Store(folder, durable=None)
    other.upsert("a", 2)
    other.table.delete(key="b")
    store.die()
    restarted()
    assert read(folder) == {"a": (2, "u")}


def test_what_two_processes_wrote_is_done_again_in_its_order(disk, restarted, folder, tmp_path):
    first, second = Store(folder), Store(folder)
    first.upsert("a", 1)
    first.settle()
    second.upsert("a", 2)
    first.upsert("a", 3)
    second.upsert("a", 4)
    first.insert("b", 1)
    disk.cut(folder, tmp_path / "cut")
    restarted()
    assert read(tmp_path / "cut") == {"a": (4, "u"), "b": (1, None)}


@pytest.fixture
def at_hand(monkeypatch):
    """Nothing happens in the background: upkeep is part of the work."""
    monkeypatch.setattr(compaction.Compaction, "note_write", lambda *_, **__: None)


class Killed(KeyboardInterrupt):
    """The process has ended here."""


@pytest.fixture
def killed_at(monkeypatch):
    """Ends the process at the n-th call that has to do with what is on the disk, before it or after it."""

    def after(number, *, behind):
        left = [number]

        def ending(real):
            def call(*given, **named):
                left[0] -= 1
                if left[0] == 0 and not behind:
                    raise Killed
                found = real(*given, **named)
                if left[0] == 0:
                    raise Killed
                return found

            return call

        with monkeypatch.context() as patched:
            for owner, name in ((os, "fsync"), (os, "write"), (os, "ftruncate"), (Path, "unlink"), (Path, "rename")):
                patched.setattr(owner, name, ending(getattr(owner, name)))
            yield_to = yield
            del yield_to

    return after


def run_until_killed(folder, ending):
    """Does the work until it is killed; returns what was acknowledged, what was going on, and whether it came to it."""
    store = Store(folder)
    going, dead = None, False
    next(ending)
    try:
        for work in WORK:
            before = dict(store.said)
            going = work
            work(store)
    except Killed:
        store.said, dead = before, True
    ending.close()
    store.die()
    shadow = Store.__new__(Store)
    shadow.said = dict(store.said)
    shadow.table = type("Silent", (), {"__getattr__": lambda *_: lambda *_, **__: None})()
    shadow.settle = shadow.tidy = lambda: None
    if dead:
        going(shadow)
    return store.said, shadow.said, dead


MOST_POINTS = 68
"""So many there are at least."""


def check_every(numbers, killed_at, disk, folder, tmp_path):
    reached = 0
    for behind in (False, True):
        for number in numbers:
            place = folder / f"{number}-{behind}"
            said, going, dead = run_until_killed(place, killed_at(number, behind=behind))
            reached += dead
            for names in (False, True):
                disk.cut(place, tmp_path / f"cut-{names}", names=names)
            assert read(place) in (said, going), (number, behind)
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(recovery, "boot", lambda: "another")
                for names in (False, True):
                    assert read(tmp_path / f"cut-{names}") in (said, going), (number, behind, names)
    return reached


@pytest.mark.usefixtures("at_hand")
def test_killed_at_some_points_it_loses_and_doubles_nothing(killed_at, disk, folder, tmp_path):
    folder.mkdir()
    assert check_every([4, 9, 30], killed_at, disk, folder, tmp_path) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("start", range(1, 80, 8))
@pytest.mark.usefixtures("at_hand")
def test_killed_at_every_point_it_loses_and_doubles_nothing(start, killed_at, disk, folder, tmp_path):
    folder.mkdir()
    reached = check_every(range(start, start + 8), killed_at, disk, folder, tmp_path)
    assert reached == 16 or start > MOST_POINTS - 8


def check_recovery(numbers, killed_at, disk, folder, tmp_path):
    store = Store(folder)
    for work in WORK:
        work(store)
    disk.cut(folder, tmp_path / "cut")
    reached = 0
    for number in numbers:
        for behind in (False, True):
            disk.cut(folder, tmp_path / "again")
            ending = killed_at(number, behind=behind)
            next(ending)
            try:
                read(tmp_path / "again")
            except Killed:
                reached += 1
            ending.close()
            assert read(tmp_path / "again") == store.said, (number, behind)
    return reached


@pytest.mark.usefixtures("at_hand")
def test_a_recovery_that_is_killed_is_done_again(killed_at, disk, restarted, folder, tmp_path):
    restarted()
    assert check_recovery([3], killed_at, disk, folder, tmp_path)


@pytest.mark.slow
@pytest.mark.usefixtures("at_hand")
def test_a_recovery_that_is_killed_anywhere_is_done_again(killed_at, disk, restarted, folder, tmp_path):
    restarted()
    assert 20 < check_recovery(range(1, 60), killed_at, disk, folder, tmp_path) < 118


def a_write(number=1, **fields):
    rows = [{"key": f"k{number}", "namespace": "ns", "value": number, "note": "n" * number}]
    data = pa.Table.from_pylist(rows, schema=schema())
    given = {"table": "things", "version": number, "kind": "insert", "key": "key", "namespace": "ns", "data": data}
    return Write(**given | fields)


def test_a_torn_last_record_is_left_out_and_a_damaged_one_is_said():
    records = [pack_write(a_write(number)) for number in range(1, 4)]
    whole = b"".join(records)
    assert [one.version for one in unpack_writes(whole)] == [1, 2, 3]
    for end in range(len(whole) - len(records[2]), len(whole), 97):
        assert [one.version for one in unpack_writes(whole[:end])] == [1, 2]
    spoiled = bytearray(whole)
    spoiled[len(records[0]) + 40] ^= 1
    found = [*unpack_writes(bytes(spoiled))]
    assert found[1] == Damage(len(records[0]))
    assert [found[0].version, found[2].version] == [1, 3]
    assert not [*unpack_writes(b"")]
    assert not [*unpack_writes(b"\0" * 4_096)]
    assert not [*unpack_writes(b"LGCW" + b"\xff" * 64)]


def test_a_damaged_spool_gives_what_it_has_and_is_named(restarted, folder, caplog):
    store = Store(folder)
    store.insert("a", 1)
    place = folder / ".durable"
    spoiled = bytearray(b"".join(pack_write(a_write(number)) for number in range(90, 93)))
    spoiled[100] ^= 1
    (place / "x-0-1.spool").write_bytes(spoiled)
    store.die()
    restarted()
    assert read(folder) == {"a": (1, None), "k91": (91, "n" * 91), "k92": (92, "n" * 92)}
    assert "x-0-1.spool could not be" not in caplog.text
    assert "not all of" in caplog.text
    [(path, said)] = find_spool_faults(folder).items()
    assert path.name == "x-0-1.spool.damaged"
    assert "keep a copy" in said


@pytest.mark.parametrize(
    "fields",
    [
        {"namespace": "another"},
        {"table": "../things"},
        {"key": "absent"},
        {"data": pa.table({"key": ["k"], "namespace": ["ns"], "value": ["no number"]})},
    ],
)
def test_a_record_that_no_version_has_written_goes_nowhere(fields, restarted, folder):
    store = Store(folder)
    store.insert("a", 1)
    store.die()
    (folder / ".durable/x-0-1.spool").write_bytes(pack_write(a_write(99, **fields)))
    restarted()
    assert read(folder) == {"a": (1, None)}
    assert len(find_spool_faults(folder)) == 1
    assert sorted(path.name for path in folder.glob("*.lance")) == ["things.lance"]


def test_a_spool_is_bounded_its_owners_alone_and_gone_at_the_end(monkeypatch, folder):
    monkeypatch.setattr(durability, "MOST", 8_000)
    monkeypatch.setattr(durability, "LARGEST", 4_000)
    store = Store(folder)
    for number in range(9):
        store.insert(f"k{number}", number)
        [path] = folder.glob(".durable/*.spool")
        assert path.stat().st_size <= 8_000
    store.table.insert([{"key": "long", "namespace": "ns", "value": 1, "note": os.urandom(3_000).hex()}])
    assert path.stat().st_size == 0
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    store.database.close()
    assert not [*folder.glob(".durable/*.spool")]
    assert len(read(folder)) == 10


def test_where_the_spool_cannot_be_written_the_files_are_waited_for(monkeypatch, disk, folder, tmp_path):
    store = Store(folder)
    store.insert("a", 1)
    monkeypatch.setattr(os, "write", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    store.insert("b", 2)
    disk.cut(folder, tmp_path / "cut")
    assert read(tmp_path / "cut") == {"a": (1, None), "b": (2, None)}


def test_what_could_not_be_kept_is_not_acknowledged(monkeypatch, folder):
    store = Store(folder)
    store.insert("a", 1)
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(5, "Input/output error")))
    with pytest.raises(StoreError, match="Input/output error"):
        store.insert("b", 2)


def test_what_waits_of_a_process_that_is_gone_is_named(folder):
    store = Store(folder)
    store.insert("a", 1)
    assert find_spool_faults(folder) == {}
    store.die()
    [said] = find_spool_faults(folder).values()
    assert "use the store once" in said
    read(folder)
    assert find_spool_faults(folder) == {}
    assert find_spool_faults(folder / "absent") == {}


def test_coachings_verdicts_receipts_and_traces_survive_a_loss_of_power(disk, restarted, folder, tmp_path):
    embeddings = DeterministicFakeEmbedding(size=8)
    with Coach(folder, embeddings=embeddings, durable=True) as coach:
        coach.add(id="c-1", intent="an order arrived broken", behavior=Reply("Say sorry."))
        coach.edit("c-1", notes="seen")
        coach.traces.add(Trace(id="t-1", origin="imported"))
        advice = coach.advise("an order arrived broken")
        coach.flush()
        receipt = next(one for one in advice.considered if one.coaching_id)
        coach.verdict(receipt, correct=True)
        disk.cut(folder, tmp_path / "cut")
        history = coach.history("c-1")
    restarted()
    with Coach(tmp_path / "cut", embeddings=embeddings) as coach:
        assert coach.history("c-1") == history
        assert [one.id for one in coach.receipts()] == [one.id for one in advice.considered]
        assert [one.receipt_id for one in coach.verdicts()] == [receipt.id]
        assert [one.id for one in coach.traces.list()] == ["t-1"]


def test_what_is_forgotten_is_in_no_spool(folder):
    with Coach(folder, embeddings=DeterministicFakeEmbedding(size=8), durable=True) as coach:
        coach.traces.add(Trace(id="t-secret", thread_id="th-secret", origin="imported"))
        coach.forget(thread_id="th-secret")
        spooled = b"".join(path.read_bytes() for path in folder.glob(".durable/*"))
        assert b"t-secret" not in spooled


def test_a_process_that_is_pickled_to_keeps_the_promise(folder):
    coach = Coach(folder, durable=True)
    make, _ = coach.__reduce__()
    assert make.keywords["durable"] is True


FORKS = """
import multiprocessing, sys
from langgraph_coaching import Coach, Reply

def add(coach, name):
    coach.add(id=name, intent="a case", behavior=Reply("r"))

if __name__ == "__main__":
    coach = Coach(sys.argv[1], durable=True)
    for how in ("fork", "spawn", "forkserver"):
        started = multiprocessing.get_context(how).Process(target=add, args=(coach, how))
        started.start()
        started.join(60)
        assert started.exitcode == 0, how
    add(coach, "parent")
    print(sorted(one.id for one in coach.list()))
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_children_of_a_server_keep_the_promise_and_leave_no_spool(run_python, tmp_path, folder):
    script = tmp_path / "forks.py"
    script.write_text(FORKS)
    done = run_python(script, folder)
    assert (done.returncode, done.stdout) == (0, "['fork', 'forkserver', 'parent', 'spawn']\n"), done.stderr
    assert not [*folder.glob(".durable/*.spool")]
