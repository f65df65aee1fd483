"""A table written in many small pieces stays quick to read, and nothing is lost by putting it together."""

from datetime import UTC, datetime, timedelta

import pytest

from langgraph_coaching import Advice, Coach, Receipt, Reply
from langgraph_coaching.coaching import upkeep
from langgraph_coaching.coaching.database import Database
from langgraph_coaching.recall.ledger import Entry, Ledger

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr(upkeep, "EVERY", 5)


def entry(number):
    given = {"coaching_id": "c-1", "revision": 1, "probability": 0.9, "outcome": "applied", "reason": "r"}
    receipt = Receipt(id=f"r-{number}", at=NOON + timedelta(seconds=number), **given)
    return Entry(f"m-{number}", Advice(considered=[receipt], prompt=f"p-{number}"))


def test_many_small_writes_leave_few_fragments_and_every_row(tmp_path):
    database = Database(tmp_path / "store")
    ledger = Ledger(database, "default")
    for number in range(17):
        ledger.write([entry(number)])
    table = database.table("receipts")
    assert table.stats()["fragment_stats"]["num_fragments"] < 8
    assert [index.columns for index in table.list_indices()] == [["moment"]]
    assert [receipt.id for receipt in ledger.receipts()] == [f"r-{number}" for number in reversed(range(17))]
    assert [ledger.advice(f"m-{number}").prompt for number in range(17)] == [f"p-{number}" for number in range(17)]


def test_a_write_does_not_fail_because_its_upkeep_does(tmp_path, monkeypatch):
    from lancedb.table import LanceTable

    def busy(*_, **__):
        raise RuntimeError("Retryable commit conflict")

    monkeypatch.setattr(LanceTable, "optimize", busy)
    ledger = Ledger(Database(tmp_path / "store"), "default")
    for number in range(6):
        ledger.write([entry(number)])
    assert len(ledger.receipts()) == 6


def test_every_revision_that_a_receipt_points_to_outlives_upkeep(tmp_path):
    with Coach(tmp_path / "store") as coach:
        coaching = coach.add(intent="an order arrived broken", behavior=Reply("0"))
        (first,) = coach.advise("my order arrived broken").applied
        for number in range(1, 12):
            coach.edit(coaching.id, behavior=Reply(str(number)))
        assert coach.get(coaching.id, revision=first.revision).behavior == Reply("0")
        assert [one.behavior.text for one in coach.history(coaching.id)] == [str(number) for number in range(12)]
        (last,) = coach.advise("my order arrived broken").applied
        assert last.revision == 12
