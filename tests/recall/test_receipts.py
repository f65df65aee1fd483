"""The table of receipts: what was advised is found again, by coaching, by moment, in its own namespace only."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from langgraph_coaching import Advice, Receipt, Reply
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.recall import receipt_links
from langgraph_coaching.recall.receipts import Entry, Link, Receipts
from langgraph_coaching.recall.simulated import SIMULATED
from langgraph_coaching.storage.database import Database
from langgraph_coaching.storage.table import key_of

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
NASTY = ["'", '"', "\\", "a' OR 1=1 --", "%", "汉字 👩‍👩‍👧", "x'); DROP TABLE receipts; --", "`", "$1", "a|b"]


def receipt(name="c-1", **fields):
    return Receipt(
        **{"coaching_id": name, "revision": 1, "probability": 0.9, "outcome": "applied", "reason": "r", "at": NOON}
        | fields
    )


@pytest.fixture
def receipts_table(folder):
    return lambda namespace="default": Receipts(Database(folder), namespace)


def test_reading_before_the_first_write_finds_nothing_and_creates_nothing(receipts_table, folder):
    book = receipts_table()
    assert (book.receipts(), book.advice("m")) == ([], None)
    book.link([Link(("r-1",), "t-1", 0)])
    book.write([])
    assert not folder.exists()


def test_receipts_come_back_whole_and_newest_first(receipts_table):
    old, new = receipt(at=NOON, situation="half \ud83d"), receipt("c-2", at=NOON + timedelta(days=1), step=3)
    receipts_table().write([Entry("m", Advice(considered=[old, new]))])
    old = replace(old, situation="half \ufffd")  # no store can hold half a character
    assert receipts_table().receipts() == [new, old]
    assert receipts_table().receipts(coaching_id="c-1") == [old]
    assert receipts_table().receipts(outcome="failed") == []
    assert receipts_table().receipts(limit=1) == [new]
    assert receipts_table().receipts(limit=0) == []


def test_a_limit_below_zero_is_refused(receipts_table):
    with pytest.raises(InvalidCoachingError, match=r"limit .*not -1"):
        receipts_table().receipts(limit=-1)


def test_those_of_test_conversations_are_told_without_reading_others_whole(receipts_table, monkeypatch):
    book, tags = receipts_table(), {"tags": (SIMULATED,)}
    said = [receipt(**tags), receipt(), receipt(**tags), receipt(), receipt(**tags)]
    book.write([Entry(f"m-{number}", Advice(considered=[one])) for number, one in enumerate(said)])
    earlier = [key_of("default", one.id) for one in said[2:4]]
    book._table.update([{"key": key, "simulated": None} for key in earlier])  # as earlier versions have written it
    monkeypatch.setattr(receipt_links, "_AT_ONCE", 2)
    assert book.tests_among(one.id for one in said) == {said[0].id, said[2].id, said[4].id}
    assert book.tests_among(["none", said[0].id]) == {said[0].id}
    assert book.tests_among([]) == set()


def test_writing_again_what_is_there_changes_nothing(receipts_table):
    one = receipt()
    receipts_table().write([Entry("m", Advice(considered=[one]))])
    receipts_table().write([Entry("m", Advice(considered=[replace(one, reason="another")]))])
    assert receipts_table().receipts() == [one]


def test_advice_of_a_moment_comes_back_in_its_order(receipts_table):
    given_ = Advice(
        considered=[receipt("b", situation="s"), receipt("a", situation="s")], prompt="block", situation="s"
    )
    receipts_table().write([Entry("m-1", given_), Entry("m-2", Advice(considered=[receipt("c")]))])
    assert receipts_table().advice("m-1") == given_
    assert receipts_table().advice("m-3") is None


def test_of_two_pieces_of_advice_at_one_moment_the_earlier_counts(receipts_table):
    first = Advice(considered=[receipt("a")], prompt="first")
    second = Advice(considered=[receipt("b", at=NOON + timedelta(seconds=1))], prompt="second")
    receipts_table().write([Entry("m", second), Entry("m", first)])
    assert receipts_table().advice("m") == first


@pytest.mark.parametrize("name", NASTY)
def test_names_are_only_ever_names(name, receipts_table):
    plain, nasty = receipt("c-1"), receipt(name, namespace=name)
    receipts_table().write([Entry("m", Advice(considered=[plain]))])
    assert receipts_table(name).receipts() == []
    receipts_table(name).write([Entry(name, Advice(considered=[nasty]))])
    receipts_table(name).link([Link((nasty.id, plain.id, name), name, 4)])
    assert receipts_table(name).receipts(coaching_id=name, trace_id=name) == [replace(nasty, trace_id=name, step=4)]
    assert receipts_table(name).advice(name).considered[0].id == nasty.id
    assert receipts_table().receipts() == [plain]
    assert receipts_table().receipts(coaching_id=name) == []
    assert receipts_table().advice(name) is None


FORGETFUL = """
import sys
from langgraph_coaching import Coach, Limits, Reply
coach = Coach(sys.argv[1], limits=Limits(deadline=60))
coach.add(id="c-1", intent="a refund", behavior=Reply("r"))
coach.advise("a refund")
"""


@pytest.mark.slow
def test_the_end_of_a_process_keeps_receipts_that_nobody_flushed(run_python, opened, folder):
    run_python("-c", FORGETFUL, folder, check=True)
    assert [r.coaching_id for r in opened().receipts()] == ["c-1"]


def test_receipts_of_one_namespace_are_not_those_of_another(opened):
    acme, other = opened(namespace="acme"), opened(namespace="other")
    for coach in (acme, other):
        coach.add(id="same", intent="a refund", behavior=Reply("r"))
        coach.advise("a refund")
        coach.flush()
    assert [r.namespace for r in acme.receipts()] == ["acme"]
    assert [r.namespace for r in other.receipts(coaching_id="same")] == ["other"]


def test_a_table_that_an_earlier_version_made_is_read_and_then_completed(receipts_table, folder):
    book = receipts_table()
    book.write([Entry("m", Advice(considered=[receipt(id="r-1")]))])
    Database(folder).table("receipts").drop_columns(["followed"])
    book = receipts_table()
    assert [found.followed for found in book.receipts()] == ["unknown"]
    book.write([Entry("n", Advice(considered=[receipt(id="r-2")]))])
    book.link([Link(("r-1", "r-2"), "t-1", 0, ("yes", "unknown"))])
    assert {found.id: found.followed for found in book.receipts()} == {"r-1": "yes", "r-2": "unknown"}


def version(receipts_table):
    return receipts_table._table.version()


def test_a_batch_is_one_commit_with_what_is_known_of_its_traces(receipts_table):
    book = receipts_table()
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


def test_what_is_told_of_many_earlier_receipts_is_one_commit_and_keeps_what_was_known(receipts_table):
    book = receipts_table()
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
