"""What was met: situations of traces and receipts, each once, the latest first, and in how many runs."""

from datetime import UTC, datetime, timedelta

from langgraph_coaching import Receipt, Step, Trace, import_traces
from langgraph_coaching.traces.situations import recorded_situations, situations_in

START = datetime(2030, 1, 1, tzinfo=UTC)


def trace(name, *said, at=0, thread=None):
    steps = [
        Step(index=n, trace_id=name, type=kind, author="user" if kind == "user" else "agent", text=text)
        for n, (kind, text) in enumerate(said)
    ]
    return Trace(id=name, steps=tuple(steps), started_at=START + timedelta(minutes=at), thread_id=thread)


def receipt(situation, *, at=0, **where):
    moment = START + timedelta(minutes=at)
    return Receipt(
        coaching_id="c", revision=1, probability=0.1, outcome="below_floor", reason="", situation=situation, at=moment,
        **where,
    )  # fmt: skip


def test_each_turn_of_a_run_is_a_situation_and_knows_its_step():
    said = trace("t-1", ("user", "hi"), ("message", "hello"), ("system", "x"), ("user", "a refund"))
    found = recorded_situations([said], [], 10)
    assert [(one.situation.texts, one.trace_id, one.step) for one in found] == [
        (["hi"], "t-1", 0), (["a refund", "hello", "hi"], "t-1", 3),
    ]  # fmt: skip
    assert [one.situation for one in found] == list(situations_in(said))


def test_the_same_words_count_once_and_by_threads():
    runs = [
        trace("t-4", ("user", "a refund"), at=4, thread="th-1"),
        trace("t-3", ("user", "a refund"), at=3, thread="th-1"),
        trace("t-2", ("user", "a refund"), at=2),
    ]
    (one,) = recorded_situations(runs, [], 10)
    assert (one.trace_id, one.at, one.runs) == ("t-4", runs[0].started_at, {"th-1", "t-2"})


def test_a_receipt_of_a_run_that_was_read_is_no_other_run_and_gives_its_id():
    runs = [trace("t-1", ("user", "a refund"), thread="th-1"), trace("t-2", ("user", "a swap"))]
    receipts = [
        receipt("user: a refund", thread_id="th-1", trace_id="t-1"), receipt("user: a swap", trace_id="t-2"),
        receipt("user: a refund"), receipt(""), receipt("agent: hello"),
    ]  # fmt: skip
    found = {one.situation.text: one for one in recorded_situations(runs, receipts, 10)}
    assert {text: len(one.runs) for text, one in found.items()} == {"user: a refund": 2, "user: a swap": 1}
    assert found["user: a refund"].receipt_id == receipts[0].id
    assert found["user: a refund"].trace_id == "t-1"


def test_the_latest_are_kept_and_no_more_are_read_than_are_needed():
    read = []

    def runs():
        for n in range(100):
            read.append(n)
            yield trace(f"t-{n}", ("user", f"word {n}"), at=-n)

    found = recorded_situations(runs(), [receipt("user: newest", at=5), receipt("user: oldest", at=-900)], 4)
    assert [one.situation.texts[0] for one in found] == ["newest", "word 0", "word 1", "word 2"]
    assert len(read) <= 5


def test_the_archive_is_read_page_by_page(coach, monkeypatch):
    monkeypatch.setattr("langgraph_coaching.traces.archive.PAGE", 3)
    rows = [{"messages": [{"role": "user", "content": f"word {n}"}]} for n in range(8)]
    coach.traces.add(import_traces(rows, format="openai"))  # all at one moment
    assert [one.id for one in coach.traces.newest()] == [one.id for one in coach.traces.list()]
    assert list(coach.traces.newest()) == coach.traces.list()
