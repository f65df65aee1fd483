"""Traces are deleted by id, thread, user, age and number; what others share stays, and nothing captured is lost."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from langgraph_coaching import Receipt, Step, Trace
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError
from langgraph_coaching.recall.advice import Advice
from langgraph_coaching.recall.receipts import Entry, Receipts
from langgraph_coaching.storage.database import Database
from langgraph_coaching.traces import chunk_sweep
from langgraph_coaching.traces.archive import Archive
from langgraph_coaching.traces.chunks import Chunks

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def trace(number, said=None, **fields):
    """A trace that began `number` hours after noon; with steps it was told of, where there are many."""
    texts = said or [f"text {number}"]
    steps = [
        Step(index=index, trace_id=f"t-{number}", type="user", author="user", text=text, history=index < len(texts) - 1)
        for index, text in enumerate(texts)
    ]
    return Trace(id=f"t-{number}", started_at=NOON + timedelta(hours=number), steps=steps, **fields)


@pytest.fixture
def database(tmp_path):
    return Database(tmp_path / "store")


@pytest.fixture
def archive(database):
    return Archive(database, "default")


@pytest.fixture
def chunks(database):
    return Chunks(database, "default")


def ids(archive):
    return sorted(one.id for one in archive.list(limit=None))


@pytest.mark.parametrize(
    ("which", "left"),
    [
        ({"traces": "t-1"}, [0, 2, 3]),
        ({"traces": ["t-1", "t-3", "t-9"]}, [0, 2]),
        ({"traces": []}, [0, 1, 2, 3]),
        ({"thread_id": "a"}, [2, 3]),
        ({"user": "lee"}, [0, 1]),
        ({"before": NOON + timedelta(hours=2)}, [2, 3]),
        ({"before": datetime(2030, 1, 1, 14)}, [2, 3]),  # noqa: DTZ001 - taken as UTC
        ({"older_than": timedelta(0)}, [0, 1, 2, 3]),
        ({"keep_latest": 1}, [3]),
        ({"keep_latest": 0}, []),
        ({"thread_id": "a", "keep_latest": 1}, [1, 2, 3]),
        ({"thread_id": "a", "user": "lee"}, [0, 1, 2, 3]),
        ({"traces": ["t-0", "t-3"], "before": NOON + timedelta(hours=1)}, [1, 2, 3]),
    ],
)
def test_which(archive, which, left):
    archive.add(
        [
            trace(0, thread_id="a"),
            trace(1, thread_id="a", metadata={"user": "leeway", "note": '"lee"'}),
            trace(2, thread_id="b", metadata={"user_id": "lee"}),
            trace(3, metadata={"userId": "lee"}),
        ]
    )
    expected = [f"t-{number}" for number in left]
    foreseen = archive.delete(**which, dry_run=True)
    assert ids(archive) == ["t-0", "t-1", "t-2", "t-3"]
    done = archive.delete(**which)
    assert ids(archive) == expected
    assert (foreseen.trace_ids, foreseen.dry_run) == (done.trace_ids, True)
    assert bool(done) is (len(left) < 4)


def test_age(archive):
    now = datetime.now(UTC)
    archive.add([Trace(id="t-old", started_at=now - timedelta(days=31)), Trace(id="t-new", started_at=now)])
    assert archive.delete(older_than=timedelta(days=30)).trace_ids == ("t-old",)


@pytest.mark.parametrize(
    ("which", "said"),
    [
        ({}, "say which traces"),
        ({"thread_id": None, "user": None}, "say which traces"),
        ({"keep_latest": -1}, "keep_latest cannot be -1"),
        ({"keep_latest": True}, "keep_latest is a int"),
        ({"older_than": 30}, "older_than is a timedelta, not 30"),
        ({"before": "yesterday"}, "before is a datetime"),
        ({"user": ""}, "user cannot be ''"),
        ({"before": NOON, "older_than": timedelta(1)}, "not both"),
        ({"thread": "a"}, "thread cannot be given"),
        ({"traces": [7]}, "not int"),
    ],
)
def test_what_names_no_traces_is_refused(archive, which, said):
    archive.add(trace(0))
    with pytest.raises(InvalidCoachingError, match=said):
        archive.delete(**which)
    assert ids(archive) == ["t-0"]


def test_nothing_matched_is_said(archive):
    assert str(archive.delete("t-none")) == "nothing matched: no trace, receipt or example is touched"
    archive.add(trace(0))
    assert not archive.delete(thread_id="none")


def test_namespaces_are_apart(database, archive):
    archive.add(trace(0))
    Archive(database, "other").add(trace(0))
    assert archive.delete(keep_latest=0).trace_ids == ("t-0",)
    assert Archive(database, "other").get("t-0").text == "text 0"


LONG = [f"line {number} " + "x" * 1_500 for number in range(40)]


def test_shared_history_stays_as_long_as_a_trace_names_it(chunks, archive):
    archive.add([trace(0, LONG[:20], thread_id="a"), trace(1, LONG, thread_id="a")])
    whole = archive.get("t-1")
    before = len(chunks.names())
    foreseen = archive.delete("t-0", dry_run=True)
    done = archive.delete("t-0")
    assert (foreseen.chunks, foreseen.left) == (done.chunks, done.left)
    assert done.left == 1
    assert archive.get("t-1") == whole
    assert [one.id for one in archive.list(text="line 3 ")] == ["t-1"]  # found in the one that is still there
    assert len(chunks.names()) == before - done.chunks > 20
    assert archive.delete("t-1").chunks == before - done.chunks
    assert chunks.names() == {}


def test_lists_of_names_keep_what_they_name(chunks, archive):
    many = [f"m{number} " + "y" * 1_100 for number in range(2_000)]
    archive.add([trace(0, many), trace(1, [*many, "and more"]), trace(2)])
    assert any(len(names) > 20 for names in chunks.links().values())  # or this tests nothing
    whole = archive.get("t-1")
    archive.delete("t-0")
    assert archive.get("t-1") == whole
    archive.delete("t-1")
    assert chunks.names() == {}


def test_another_writer_writes_again_what_it_knew_to_be_there(tmp_path, archive):
    other = Archive(Database(tmp_path / "store"), "default")
    other.add(trace(0, LONG))
    archive.delete("t-0")
    other.add(trace(1, LONG))
    assert other.get("t-1").text == trace(1, LONG).text


@pytest.mark.parametrize("moment", ["_owners", "erase"])
def test_a_trace_written_while_chunks_are_taken_away_loses_none(tmp_path, archive, monkeypatch, moment):
    """Its writer knows the chunks, and writes none; it is written after it was looked which are named."""
    other = Archive(Database(tmp_path / "store"), "default")
    other.add(trace(0, LONG))
    place = chunk_sweep if moment == "_owners" else Chunks
    look, calls = getattr(place, moment), []

    def looked(*args, **kwargs):
        result = look(*args, **kwargs)
        if not calls:
            calls.append(1)
            other.add(trace(1, LONG))
        return result

    monkeypatch.setattr(place, moment, looked)
    archive.delete("t-0")
    assert calls
    assert archive.get("t-1").text == trace(1, LONG).text


def test_many_write_and_one_deletes(tmp_path, archive):
    writers = [Archive(Database(tmp_path / "store"), "default") for _ in range(2)]
    faults = []

    def write(which):
        try:
            for turn in range(6):
                writers[which].add(trace(100 * which + turn, LONG[: 20 + turn], thread_id=f"th-{which}"))
        except Exception as error:  # noqa: BLE001 - looked at below
            faults.append(error)

    threads = [threading.Thread(target=write, args=(which,)) for which in range(2)]
    for thread in threads:
        thread.start()
    gone = set()
    while any(thread.is_alive() for thread in threads):
        gone |= {*archive.delete(keep_latest=2).trace_ids}
    for thread in threads:
        thread.join()
    assert not faults
    everything = {f"t-{100 * which + turn}" for which in range(2) for turn in range(6)}
    assert {one.id for one in archive.list(limit=None)} == everything - gone
    archive.delete(keep_latest=1)
    for one in archive.list(limit=None):
        assert archive.get(one.id).steps


def test_receipts_stay_without_their_trace(database, archive):
    receipts_table = Receipts(database, "default")
    given = {"coaching_id": "c-1", "revision": 1, "probability": 0.9, "outcome": "applied", "reason": "r"}
    receipts = [
        Receipt(id=f"r-{number}", trace_id=f"t-{number}", step=3, situation="user: hi", **given) for number in (0, 1)
    ]
    receipts_table.write([Entry(f"m-{one.id}", Advice(considered=[one])) for one in receipts])
    archive.add([trace(0), trace(1)])
    assert archive.delete("t-0", dry_run=True).receipts == 1
    done = archive.delete("t-0")
    assert done.receipts == 1
    assert "1 receipt without their trace; they still count" in str(done)
    found = {one.id: (one.trace_id, one.step, one.situation) for one in receipts_table.receipts()}
    assert found == {"r-0": (None, None, "user: hi"), "r-1": ("t-1", 3, "user: hi")}


def test_a_run_that_goes_on_is_captured_whole(coach, scripted):
    from langgraph.graph import START, MessagesState, StateGraph

    inside, go_on = threading.Event(), threading.Event()

    def answer(state):
        inside.set()
        go_on.wait(30)
        return {"messages": [("ai", "Sure.")]}

    builder = StateGraph(MessagesState)
    builder.add_node("answer", answer)
    builder.add_edge(START, "answer")
    graph = builder.compile()
    config = {"callbacks": [coach.callback()], "metadata": {"user_id": "lee"}, "configurable": {"thread_id": "th"}}
    run = threading.Thread(target=graph.invoke, args=({"messages": [("user", "hello")]}, config))
    run.start()
    assert inside.wait(30)
    coach.flush()
    coach.traces.delete(user="lee")
    go_on.set()
    run.join()
    coach.flush()
    (found,) = coach.traces.list(thread_id="th")
    assert [step.text for step in found.steps if step.type in ("user", "message")] == ["hello", "Sure."]
    assert coach.traces.delete(user="lee").trace_ids == (found.id,)
    with pytest.raises(NotFoundError):
        coach.traces.get(found.id)
