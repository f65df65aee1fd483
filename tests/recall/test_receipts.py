"""The table of receipts: what was advised is found again, by coaching, by moment, in its own namespace only."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from langgraph_coaching import Advice, Receipt, Reply
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.recall.receipts import Entry, Ledger, Link
from langgraph_coaching.storage.database import Database

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
NASTY = ["'", '"', "\\", "a' OR 1=1 --", "%", "汉字 👩‍👩‍👧", "x'); DROP TABLE receipts; --", "`", "$1", "a|b"]


def receipt(name="c-1", **fields):
    return Receipt(
        **{"coaching_id": name, "revision": 1, "probability": 0.9, "outcome": "applied", "reason": "r", "at": NOON}
        | fields
    )


@pytest.fixture
def ledger(folder):
    return lambda namespace="default": Ledger(Database(folder), namespace)


def test_reading_before_the_first_write_finds_nothing_and_creates_nothing(ledger, folder):
    book = ledger()
    assert (book.receipts(), book.advice("m")) == ([], None)
    book.link([Link(("r-1",), "t-1", 0)])
    book.write([])
    assert not folder.exists()


def test_receipts_come_back_whole_and_newest_first(ledger):
    old, new = receipt(at=NOON, situation="half \ud83d"), receipt("c-2", at=NOON + timedelta(days=1), step=3)
    ledger().write([Entry("m", Advice(considered=[old, new]))])
    assert ledger().receipts() == [new, old]
    assert ledger().receipts(coaching_id="c-1") == [old]
    assert ledger().receipts(outcome="failed") == []
    assert ledger().receipts(limit=1) == [new]
    assert ledger().receipts(limit=0) == []


def test_a_limit_below_zero_is_refused(ledger):
    with pytest.raises(InvalidCoachingError, match=r"limit .*not -1"):
        ledger().receipts(limit=-1)


def test_writing_again_what_is_there_changes_nothing(ledger):
    one = receipt()
    ledger().write([Entry("m", Advice(considered=[one]))])
    ledger().write([Entry("m", Advice(considered=[replace(one, reason="another")]))])
    assert ledger().receipts() == [one]


def test_advice_of_a_moment_comes_back_in_its_order(ledger):
    given_ = Advice(
        considered=[receipt("b", situation="s"), receipt("a", situation="s")], prompt="block", situation="s"
    )
    ledger().write([Entry("m-1", given_), Entry("m-2", Advice(considered=[receipt("c")]))])
    assert ledger().advice("m-1") == given_
    assert ledger().advice("m-3") is None


def test_of_two_pieces_of_advice_at_one_moment_the_earlier_counts(ledger):
    first = Advice(considered=[receipt("a")], prompt="first")
    second = Advice(considered=[receipt("b", at=NOON + timedelta(seconds=1))], prompt="second")
    ledger().write([Entry("m", second), Entry("m", first)])
    assert ledger().advice("m") == first


@pytest.mark.parametrize("name", NASTY)
def test_names_are_only_ever_names(name, ledger):
    plain, nasty = receipt("c-1"), receipt(name, namespace=name)
    ledger().write([Entry("m", Advice(considered=[plain]))])
    assert ledger(name).receipts() == []
    ledger(name).write([Entry(name, Advice(considered=[nasty]))])
    ledger(name).link([Link((nasty.id, plain.id, name), name, 4)])
    assert ledger(name).receipts(coaching_id=name, trace_id=name) == [replace(nasty, trace_id=name, step=4)]
    assert ledger(name).advice(name).considered[0].id == nasty.id
    assert ledger().receipts() == [plain]
    assert ledger().receipts(coaching_id=name) == []
    assert ledger().advice(name) is None


FORGETFUL = """
import sys
from langgraph_coaching import Coach, Limits, Reply
coach = Coach(sys.argv[1], limits=Limits(deadline=60))
coach.add(id="c-1", intent="a refund", behavior=Reply("r"))
coach.advise("a refund")
"""


def test_the_end_of_a_process_keeps_receipts_that_nobody_flushed(opened, folder):
    subprocess.run([sys.executable, "-c", FORGETFUL, str(folder)], check=True, timeout=120)
    assert [r.coaching_id for r in opened().receipts()] == ["c-1"]


def test_receipts_of_one_namespace_are_not_those_of_another(opened):
    acme, other = opened(namespace="acme"), opened(namespace="other")
    for coach in (acme, other):
        coach.add(id="same", intent="a refund", behavior=Reply("r"))
        coach.advise("a refund")
        coach.flush()
    assert [r.namespace for r in acme.receipts()] == ["acme"]
    assert [r.namespace for r in other.receipts(coaching_id="same")] == ["other"]


def test_a_table_that_an_earlier_version_made_is_read_and_then_completed(ledger, folder):
    book = ledger()
    book.write([Entry("m", Advice(considered=[receipt(id="r-1")]))])
    Database(folder).table("receipts").drop_columns(["followed"])
    book = ledger()
    assert [found.followed for found in book.receipts()] == ["unknown"]
    book.write([Entry("n", Advice(considered=[receipt(id="r-2")]))])
    book.link([Link(("r-1", "r-2"), "t-1", 0, ("yes", "unknown"))])
    assert {found.id: found.followed for found in book.receipts()} == {"r-1": "yes", "r-2": "unknown"}


def version(ledger):
    return ledger._database.version("receipts")


def test_a_batch_is_one_commit_with_what_is_known_of_its_traces(ledger):
    book = ledger()
    earlier = receipt("c-0")
    book.write([Entry("m-0", Advice(considered=[earlier]))])
    before = version(book)
    given = [[receipt(f"c-{n}-{k}") for k in range(3)] for n in range(4)]
    entries = [Entry(f"m-{n}", Advice(considered=some)) for n, some in enumerate(given)]
    links = [Link(tuple(r.id for r in some), f"t-{n}", n, ("yes", "unknown", "no")) for n, some in enumerate(given)]
    book.write(entries, links)
    assert version(book) == before + 1
    found = {one.id: (one.trace_id, one.step, one.followed) for one in book.receipts()}
    for n, some in enumerate(given):
        assert [found[r.id] for r in some] == [(f"t-{n}", n, said) for said in ("yes", "unknown", "no")]
    assert found[earlier.id] == (None, None, "unknown")


def test_what_is_told_of_many_earlier_receipts_is_one_commit_and_keeps_what_was_known(ledger):
    book = ledger()
    given = [receipt(f"c-{n}") for n in range(5)]
    book.write([Entry(f"m-{n}", Advice(considered=[one])) for n, one in enumerate(given)])
    book.link([Link((given[0].id,), "t-0", 1, ("no",))])
    before = version(book)
    book.write(
        [Entry("m-9", Advice(considered=[given[4]]))],  # a retry: it is there already
        [Link((one.id,), "t-1", 2, ("yes",) if n == 4 else ()) for n, one in enumerate(given)]
        + [Link(("r-never-written",), "t-1", 2)],
    )
    assert version(book) <= before + 2
    found = {one.coaching_id: (one.trace_id, one.step, one.followed) for one in book.receipts()}
    assert found.pop("c-0") == ("t-1", 2, "no")
    assert found.pop("c-4") == ("t-1", 2, "yes")
    assert set(found.values()) == {("t-1", 2, "unknown")}
    before = version(book)
    book.link([Link(("r-never-written",), "t-1", 2)])
    assert version(book) == before
