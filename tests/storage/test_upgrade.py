"""Schema versions: an earlier store is migrated by its first write, whole and once; a newer one is not misread."""

import json
import shutil
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest
from power import Disk
from write_store import ADDRESS, ASKED, DAMAGED, ERASED, REPLIES, STORES, WordCounts, graph_with

from langgraph_coaching import Coach, Limits
from langgraph_coaching.errors import StoreError
from langgraph_coaching.storage import migrations, recovery, schema_version
from langgraph_coaching.storage.database import Database
from langgraph_coaching.storage.migrations import Change, Migration
from langgraph_coaching.storage.on_disk import sync
from langgraph_coaching.storage.schema_version import FIRST, SchemaVersion
from langgraph_coaching.storage.table import KEY, Table

NUMBERS = [*range(7)]


def schema():
    fields = [pa.field("key", pa.string(), False, KEY), pa.field("namespace", pa.string())]
    return pa.schema([*fields, pa.field("price", pa.string())])


def in_cents(row):
    """What a price is from version 2 on: `3.5` becomes `350 ct`."""
    price = row["price"]
    return {"price": price if price.endswith(" ct") else f"{round(float(price) * 100)} ct"}


def migration(change=in_cents, *, version=2, readable_from=2, table="prices", columns=("price",), **settings):
    change = Change(table=table, columns=columns, change=change, **settings)
    return Migration(version=version, does="prices in cents", changes=(change,), readable_from=readable_from)


@pytest.fixture
def package(monkeypatch):
    """Makes the package one that knows these migrations; none is that of today."""

    def of(*known):
        monkeypatch.setattr(migrations, "MIGRATIONS", known)
        monkeypatch.setattr(schema_version, "SCHEMA_VERSION", 1 + len(known))

    of()
    return of


@pytest.fixture
def address(tmp_path):
    return tmp_path / "store"


def prices(database, namespace="a"):
    return Table(database, "prices", schema, namespace)


def filled(address):
    """A store of the first version, in two namespaces."""
    database = Database(address)
    for namespace in "ab":
        prices(database, namespace).insert([row_of(number, namespace) for number in NUMBERS])
    return database


def row_of(number, namespace="a", price=None):
    return {"key": f"{namespace}-{number}", "namespace": namespace, "price": price or f"{number}.5"}


def read(database, namespace=None):
    return sorted(row["price"] for row in prices(database, namespace).rows(["price"]))


def version_of(database):
    return database.upgrade.find_version(database).number


BEFORE = [f"{number}.5" for number in NUMBERS]
AFTER = sorted(f"{number}50 ct".removeprefix("0") for number in NUMBERS)


def test_the_migrations_lead_from_one_version_to_the_next_up_to_todays():
    assert [one.version for one in migrations.MIGRATIONS] == [*range(2, schema_version.SCHEMA_VERSION + 1)]
    assert all(one.readable_from <= one.version and one.does and one.changes for one in migrations.MIGRATIONS)


def test_nothing_is_written_where_nothing_is_pending(package, address):
    assert version_of(Database(address)) == 1
    assert not address.exists()
    filled(address)
    assert [path.name for path in address.glob("*.lance")] == ["prices.lance"]
    assert version_of(Database(address)) == 1


def test_the_first_write_migrates_every_namespace_and_reading_does_not(package, address):
    filled(address)
    package(migration())
    database = Database(address)
    assert (read(database, "a"), version_of(database)) == (BEFORE, 1)
    prices(database).insert([row_of(9, price="950 ct")])
    assert (read(database, "a"), read(database, "b")) == ([*AFTER, "950 ct"], AFTER)
    assert version_of(database) == version_of(Database(address)) == 2


@pytest.mark.parametrize("write", ["delete", "write", "replace"])
def test_whatever_the_first_write_is(package, address, write):
    filled(address)
    package(migration())
    database = Database(address)
    if write == "delete":
        prices(database, "b").delete(key="b-0")
    elif write == "write":
        database.write(database.table("prices"), lambda table: table.delete("key = 'b-0'"))
    else:
        database.replace("others", pa.table({"x": [1]}))
    assert read(database, "a") == AFTER


def test_a_new_store_begins_with_todays_version(package, address):
    package(migration())
    database = Database(address)
    prices(database).insert([row_of(1, price="150 ct")])
    assert (version_of(database), read(database)) == (2, ["150 ct"])


def test_migrations_run_in_order_each_once(package, address):
    filled(address)
    package(migration())
    prices(Database(address)).delete(key="a-6")
    done = []

    def note(row):
        done.append(row["key"])
        return {"currency": "EUR"}

    added = migration(note, version=3, columns=("currency",), added=lambda: [pa.field("currency", pa.string())])
    package(migration(lambda _: pytest.fail("it was done already")), added)
    database = Database(address)
    prices(database).delete(key="a-5")
    prices(Database(address)).delete(key="a-4")
    assert sorted(done) == sorted([f"a-{n}" for n in NUMBERS[:-1]] + [f"b-{n}" for n in NUMBERS])
    assert version_of(database) == 3
    rows = database.table("prices").search().select(["price", "currency"]).limit(None).to_list()
    assert {row["currency"] for row in rows} == {"EUR"}
    assert database.table("migrations").search().select(["version"]).to_list() == [{"version": 2}, {"version": 3}]


@pytest.mark.parametrize("rows", [0, 5, 11])
def test_interrupted_midway_the_next_finishes(package, address, monkeypatch, rows):
    monkeypatch.setattr(migrations, "TOGETHER", 2)
    filled(address)
    left = rows

    def dies(row):
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return in_cents(row)

    package(migration(dies))
    with pytest.raises(KeyboardInterrupt):
        prices(Database(address)).insert([row_of(9, price="950 ct")])
    database = Database(address)
    assert version_of(database) == 1
    assert sum(price.endswith("ct") for price in read(database)) <= rows
    package(migration())
    prices(database).delete(key="none")
    assert (read(database, "a"), read(database, "b"), version_of(database)) == (AFTER, AFTER, 2)


def test_an_error_in_a_migration_leaves_the_store_as_it_was_for_the_next_write(package, address, monkeypatch):
    filled(address)
    package(migration(table="prices", columns=("absent",)))
    with pytest.raises(StoreError, match="absent"):
        prices(Database(address)).delete(key="a-1")
    package(migration())
    prices(Database(address)).delete(key="none")
    assert read(Database(address), "a") == AFTER


def test_a_row_that_cannot_be_read_harms_no_other(package, address, caplog):
    database = filled(address)
    prices(database).insert([row_of("odd", price="a guess")])
    package(migration())
    prices(Database(address)).delete(key="none")
    assert read(Database(address), "a") == [*AFTER, "a guess"]
    assert sum("a guess" in record.getMessage() for record in caplog.records) == 1


def test_of_two_that_begin_at_once_one_migrates(package, address):
    filled(address)
    calls, begin = [], threading.Barrier(4)

    def count(row):
        calls.append(row["key"])
        return in_cents(row)

    package(migration(count))

    def write(number):
        database = Database(address)
        begin.wait()
        prices(database).insert([row_of(10 + number, price=f"{number} ct")])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert len(calls) == 2 * len(NUMBERS)
    assert read(Database(address), "a") == sorted([*AFTER, "0 ct", "1 ct", "2 ct", "3 ct"])
    assert Database(address).table("migrations").count_rows() == 1


def test_what_is_copied_keeps_its_version_at_another_kind_of_address(package, address, tmp_path):
    filled(address)
    package(migration())
    bucket = Database(f"file://{address}")  # an address that is no folder, as a bucket is
    assert bucket.remote
    assert read(bucket, "a") == BEFORE
    prices(bucket).delete(key="none")
    assert (read(bucket, "a"), version_of(bucket), version_of(Database(address))) == (AFTER, 2, 2)
    package()
    for newer in (Database(f"file://{address}"), Database(shutil.copytree(address, tmp_path / "copy"))):
        with pytest.raises(StoreError, match="has schema version 2"):
            read(newer)


def test_in_a_folder_a_process_of_an_earlier_version_notices_at_once(package, address):
    before = filled(address)
    package(migration())
    prices(Database(address)).delete(key="none")
    package()
    with pytest.raises(StoreError, match=r"schema version 2.*Upgrade langgraph-coaching"):
        prices(before).insert([row_of(8)])
    with pytest.raises(StoreError, match="Upgrade langgraph-coaching"):
        read(before)


@pytest.mark.parametrize("damage", ["zeros", "missing"])
def test_a_damaged_version_is_no_first_version(package, address, damage):
    filled(address)
    package(migration())
    prices(Database(address)).delete(key="none")
    for file in (address / "migrations.lance" / "_versions").glob("*.manifest"):
        file.write_bytes(bytes(file.stat().st_size)) if damage == "zeros" else file.unlink()
    with pytest.raises(StoreError, match="from a copy"):
        read(Database(address))
    with Coach(address, embeddings=WordCounts()) as coach:
        (problem,) = [one for one in coach.doctor(repair=True).problems if one.kind == "schema"]
    assert problem.severity == "error"
    assert "migrations.lance from a copy" in problem.remedy


def test_a_version_is_read_in_a_running_process_only_as_far_as_it_says():
    for number, readable_from, readable in [(1, 1, True), (2, 1, True), (2, 2, False), (9, 1, True), (9, 3, False)]:
        found = SchemaVersion(number, readable_from, "9.1")
        assert found.is_readable is readable
        if number > 1:
            with pytest.raises(StoreError, match=r"Upgrade langgraph-coaching here to 9\.1 or later"):
                found.check_writable("./coaching")
    FIRST.check_writable("./coaching")


# The stores of earlier versions of the package, the first release's among them


def signed(row):
    """A record whose author nobody knows says so."""
    record = json.loads(row["record"])
    return {"record": json.dumps(record | {"author": record.get("author") or "unknown"})}


def of_coachings(readable_from):
    return migration(signed, table="coachings", columns=("record",), readable_from=readable_from)


@pytest.fixture(scope="module", params=[path.name.removesuffix(".tar.xz") for path in sorted(STORES.glob("*.tar.xz"))])
def earlier(request, tmp_path_factory):
    """A store as it was written then."""
    folder = tmp_path_factory.mktemp("earlier")
    with tarfile.open(STORES / f"{request.param}.tar.xz") as archive:
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # since Python 3.11.4
        archive.extractall(folder, **safely)  # noqa: S202 - of our own archive
    return folder / "own"


first_release = pytest.mark.parametrize("earlier", ["1b7cd40"], indirect=True)


@pytest.fixture
def opened(earlier, tmp_path):
    """Opens a copy of it."""
    folder = shutil.copytree(earlier, tmp_path / "store")
    return lambda: Coach(folder, limits=Limits(deadline=60), embeddings=WordCounts())


def test_an_earlier_store_is_named_migrated_and_works_on(package, opened):
    package(of_coachings(readable_from=2))
    with opened() as coach:
        diagnosis = coach.doctor()
        assert diagnosis.facts["schema version"] == "1; 1 migration pending"
        assert [one.severity for one in diagnosis.problems if one.kind == "schema"] == ["note"]
        assert diagnosis.healthy
        assert coach.get(ADDRESS).author is None
        coach.edit(DAMAGED, notes="checked")
    with opened() as coach:
        assert coach.doctor().facts["schema version"] == "2"
        assert {one.author for one in coach.list(status=None)} == {"Ada", "unknown"}
        assert {one.author for one in coach.history(ERASED)} <= {"Ada", "unknown"}
        (advice,) = coach.advise_batch([ASKED[DAMAGED]])
        assert REPLIES[DAMAGED] in advice.prompt


@first_release
def test_the_doctor_migrates_where_it_is_asked_to(package, opened):
    package(of_coachings(readable_from=2))
    with opened() as coach:
        assert [one.repaired for one in coach.doctor(repair=True).problems if one.kind == "schema"] == [True]
        assert coach.get(ADDRESS).author == "unknown"


@pytest.fixture
def newer(package, opened):
    """A coach of today on a store that a newer version has migrated; it says from where on it is readable."""

    def coach(readable_from):
        package(of_coachings(readable_from))
        with opened() as later:
            later.edit(DAMAGED, notes="checked")
        package()
        return opened()

    return coach


def test_a_newer_store_gives_no_advice_says_so_and_lets_the_model_answer(newer, package):
    with newer(readable_from=2) as coach:
        advice = coach.advise(ASKED[DAMAGED])
        assert (advice.applied, advice.prompt) == ([], "")
        assert "schema version 2" in advice.failure
        assert "Upgrade langgraph-coaching" in advice.failure
        said = graph_with(coach, ["On its way."]).invoke(
            {"messages": [("user", ASKED[DAMAGED])]},
            {"configurable": {"thread_id": "t"}, "callbacks": [coach.callback()]},
        )
        assert said["messages"][-1].content == "On its way."
        for act in (
            coach.list,
            coach.review,
            coach.report,
            coach.reembed,
            lambda: coach.edit(DAMAGED, notes="x"),
            coach.traces.list,
        ):
            with pytest.raises(StoreError, match=r"schema version 2.*Upgrade langgraph-coaching"):
                act()
        (problem,) = coach.doctor(repair=True).problems
        assert (problem.kind, problem.severity) == ("schema", "error")
        assert problem.remedy.startswith("Upgrade langgraph-coaching")
        with pytest.raises(StoreError, match="Upgrade langgraph-coaching"):
            coach.flush()
        package(of_coachings(readable_from=2))  # what waits is not lost: here is a process that knows the version
        coach.flush()
        (trace,) = coach.traces.list(thread_id="t")
        assert [step.text for step in trace.steps][-1] == "On its way."
        assert ["schema version 2" in one.reason for one in coach.receipts(trace_id=trace.id)] == [True]


@first_release
def test_a_newer_store_that_says_so_is_read_and_not_written(newer):
    with newer(readable_from=1) as coach:
        assert [one.coaching_id for one in coach.advise_batch([ASKED[DAMAGED]])[0].applied] == [DAMAGED]
        assert coach.get(ADDRESS).author == "unknown"
        for act in (coach.reembed, lambda: coach.edit(DAMAGED, notes="x"), lambda: coach.delete(ADDRESS)):
            with pytest.raises(StoreError, match=r"can be read here, but not written.*Upgrade langgraph-coaching"):
                act()
        assert coach.get(DAMAGED).notes == "checked"
        problems = [one for one in coach.doctor(repair=True).problems if one.kind == "schema"]
        assert [one.severity for one in problems] == ["warning"]


# A loss of power


def test_what_a_loss_of_power_has_taken_is_done_again_and_then_migrated(
    package, address, tmp_path, monkeypatch, request
):
    disk = Disk(monkeypatch, tmp_path)
    request.addfinalizer(disk.close)
    database = Database(address, durable="a")
    prices(database).insert([row_of(0), row_of(1)])
    database._durability.settle()  # on the disk; the next is in the spool only
    prices(database).insert([row_of(2)])
    disk.cut(address, tmp_path / "cut")
    monkeypatch.setattr(recovery, "boot", lambda: "1")
    package(migration())
    after = Database(tmp_path / "cut")
    prices(after).delete(key="none")
    assert (read(after, "a"), version_of(after)) == (["150 ct", "250 ct", "50 ct"], 2)
    assert not [*(tmp_path / "cut" / ".durable").glob("*.spool*")]
    sync(tmp_path)  # the folder itself was there before
    disk.cut(tmp_path / "cut", tmp_path / "again")
    assert version_of(Database(tmp_path / "again")) == 2
    assert read(Database(tmp_path / "again"), "a") == ["150 ct", "250 ct", "50 ct"]
