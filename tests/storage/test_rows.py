"""A record of a newer version, or a damaged one, is left alone; everything else in its table goes on working."""

import json
import logging

import pytest

from langgraph_coaching import Coach, Reply
from langgraph_coaching.errors import CoachingError, NotFoundError, StoreError
from langgraph_coaching.storage import rows
from langgraph_coaching.storage.rows import read_each, read_one
from langgraph_coaching.traces.model import Step, Trace
from parts import database_of

ASKED = "my order arrived broken"


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch):
    monkeypatch.setattr(rows, "_named", {})


def add_two(coach):
    for name in ("old", "newer"):
        coach.add(id=name, intent=ASKED, behavior=Reply(f"Say {name}."), examples=[ASKED])


@pytest.fixture
def shop(tmp_path, embeddings, written_once):
    written_once(add_two, tmp_path / "coaching")
    with Coach(tmp_path / "coaching", embeddings=embeddings) as coach:
        yield coach


def later(coach, table, name, column="id", **fields):
    """Rewrites one record as a newer version might: with other fields, or other values of these."""
    opened = database_of(coach).table(table)
    where = f"{column} = '{name}'"
    (row,) = opened.search().where(where).select(["record"]).to_list()
    record = json.loads(row["record"])
    opened.update(where=where, values={"record": json.dumps(record | fields)})


NEWER = [{"mood": "calm"}, {"status": "paused"}, {"behavior": {"type": "dance", "steps": 3}}, {"examples": 7}]


@pytest.mark.parametrize("fields", NEWER)
def test_a_coaching_of_a_newer_version_is_left_alone_and_named_once(shop, fields, caplog):
    later(shop, "coachings", "newer", **fields)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            shop.add(intent="something else", behavior=Reply("r"))  # the next call reads anew
            assert [one.coaching_id for one in shop.advise(ASKED).applied] == ["old"]
            assert "newer" not in {one.id for one in shop.list()}
            assert "newer" not in {one.coaching_id for one in shop.report()}
    named = [record for record in caplog.records if "coaching 'newer', revision 1" in record.getMessage()]
    assert len({record.getMessage() for record in named}) == len(named) > 0
    assert all("left alone" in record.getMessage() for record in named)


def test_what_a_newer_version_has_changed_is_neither_used_as_it_was_nor_overwritten(shop):
    shop.edit("newer", behavior=Reply("Changed."))
    table = database_of(shop).table("coachings")
    (row,) = table.search().where("id = 'newer' AND revision = 2").select(["record"]).to_list()
    record = json.dumps(json.loads(row["record"]) | {"mood": "calm"})
    table.update(where="id = 'newer' AND revision = 2", values={"record": record})
    assert {one.coaching_id for one in shop.advise(ASKED).considered} == {"old"}
    for act in (
        lambda: shop.get("newer"),
        lambda: shop.history("newer"),
        lambda: shop.edit("newer", notes="x"),
        lambda: shop.archive("newer"),
        lambda: shop.delete("newer"),
        shop.reembed,
    ):
        with pytest.raises(StoreError, match=r"'newer'.*(mood|upgrade)|upgrade langgraph-coaching"):
            act()
    (row,) = table.search().where("id = 'newer' AND revision = 2").select(["record"]).to_list()
    assert row["record"] == record
    assert shop.edit("old", notes="still").revision == 2


def test_an_earlier_revision_that_cannot_be_read_is_missing_from_the_history_only(shop):
    shop.edit("newer", behavior=Reply("Changed."))
    table = database_of(shop).table("coachings")
    table.update(where="id = 'newer' AND revision = 1", values={"record": "{ cut"})
    assert [one.revision for one in shop.history("newer")] == [2]
    assert shop.edit("newer", notes="x").revision == 3
    assert {one.coaching_id for one in shop.advise(ASKED).considered} == {"old", "newer"}


def test_a_receipt_of_a_newer_version_is_left_alone(shop, caplog):
    first, second = (shop.advise(ASKED) for _ in range(2))
    shop.flush()
    ids = {one.id for one in (*first.considered, *second.considered)}
    gone = second.considered[0].id
    later(shop, "receipts", json.dumps(["default", gone]), column="key", weather="fair")
    with caplog.at_level(logging.WARNING):
        assert {one.id for one in shop.receipts()} == ids - {gone}
        assert {one.id for one in shop.receipts(limit=3)} == ids - {gone}  # another one in its place
        assert sum(one.considered for one in shop.report()) == len(ids)  # what it counts stands in the columns
        assert shop.review() is not None
        assert shop.calibrate() is not None
        shop.verdict(first.considered[0], correct=True)
    assert sum(gone in record.getMessage() for record in caplog.records) == 1
    with pytest.raises(StoreError, match="upgrade langgraph-coaching"):
        shop.verdict(gone, correct=True)


def trace(number, text="hello"):
    steps = (Step(index=0, trace_id=f"t-{number}", type="user", author="user", text=text),)
    return Trace(id=f"t-{number}", steps=steps, started_at=f"2030-01-0{number + 1}T00:00:00Z")


@pytest.mark.parametrize(
    "fields",
    [
        {"mood": "calm"},
        {"status": "paused"},
        {"steps": [{"type": "dance", "author": "agent"}]},
        {"steps": [{"text": {}}]},
    ],
)
def test_a_trace_of_a_newer_version_is_left_alone(shop, fields, caplog):
    shop.traces.add([trace(number) for number in range(4)])
    later(shop, "traces", "t-3", **fields)
    with caplog.at_level(logging.WARNING):
        assert [one.id for one in shop.traces.list()] == ["t-2", "t-1", "t-0"]
        assert [one.id for one in shop.traces.list(limit=1)] == ["t-2"]
        assert [one.id for one in shop.traces.list(text="hello", limit=2)] == ["t-2", "t-1"]
        assert [one.id for one in shop.traces.newest()] == ["t-2", "t-1", "t-0"]
        assert shop.similar("old") is not None
        assert shop.feedback("otel") == []
    assert sum("t-3" in record.getMessage() for record in caplog.records) == 1
    with pytest.raises(StoreError, match=r"'t-3'.*upgrade langgraph-coaching"):
        shop.traces.get("t-3")


def test_a_trace_that_lacks_a_part_of_its_history_harms_no_other(shop):
    shop.traces.add([trace(0), trace(1, "long " * 1_000), trace(2)])
    database_of(shop).table("histories").delete("true")
    assert [one.id for one in shop.traces.list()] == ["t-2", "t-0"]
    with pytest.raises(StoreError, match="lacks a part of a trace's history"):
        shop.traces.get("t-1")


@pytest.mark.parametrize("table", ["coachings", "receipts", "traces", "verdicts", "histories"])
def test_a_column_of_a_newer_version_is_no_obstacle_to_reading_and_writing(shop, table):
    import pyarrow as pa

    def used():
        shop.traces.add(trace(0, "long " * 1_000))
        shop.edit("old", notes=f"{len(shop.history('old'))}")
        shop.verdict(shop.advise(ASKED).considered[0], correct=True)
        return [one.correct for one in shop.verdicts()], len(shop.traces.list()), len(shop.list())

    assert used() == ([True], 1, 2)
    database_of(shop).table(table).add_columns([pa.field("newer", pa.string())])
    assert used() == ([True, True], 1, 2)


def test_only_what_is_asked_for_by_name_is_an_error():
    def read(text):
        return json.loads(text)["x"]

    assert [*read_each([("a", '{"x": 1}'), ("b", "{"), ("c", "{}"), ("d", '{"x": 2}')], read)] == [1, 2]
    assert read_one("a", '{"x": 1}', read) == 1
    for text in ("{", "{}"):
        with pytest.raises(StoreError, match=r"cannot read the coaching 'b'.*upgrade"):
            read_one("coaching 'b'", text, read)


def test_the_id_of_a_record_that_cannot_be_read_is_taken(shop):
    later(shop, "coachings", "newer", mood="calm")
    with pytest.raises(CoachingError):
        shop.add(id="newer", intent="another", behavior=Reply("r"))
    with pytest.raises(NotFoundError):
        shop.get("none")
