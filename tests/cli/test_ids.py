"""The beginning of an id is enough everywhere, where no other begins so."""

import pytest

from langgraph_coaching import Coach, Reply, Step, Trace


def add_two(coach):
    for name in ("c-abc1", "c-abd2"):
        coach.add(id=name, intent=f"case {name}", behavior=Reply("r"))
    steps = {"type": "message", "author": "agent", "text": "Hello."}
    coach.traces.add([Trace(id=f"t-1{n}", steps=(Step(index=0, trace_id=f"t-1{n}", **steps),)) for n in "ab"])


@pytest.fixture
def two(folder, written_once, embeddings):
    """A coach with two coachings and two traces that begin alike."""
    written_once(add_two, folder)
    with Coach(folder, embeddings=embeddings) as coach:
        yield coach


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "{}"], ["history", "{}"], ["edit", "{}", "--priority", "1"], ["archive", "{}"], ["restore", "{}"],
        ["delete", "{}", "--yes"], ["traces", "--coaching", "{}"], ["receipts", "--coaching", "{}"],
        ["similar", "{}"], ["why", "hello", "{}"], ["replay", "t-1a", "--without", "{}"],
        ["replay", "t-1a", "--using", "{}"],
    ],
)  # fmt: skip
def test_of_a_coaching(arguments, command, two):
    before = two.get("c-abc1"), two.get("c-abd2")
    done = command(*(part.format("c-ab") for part in arguments))
    assert (done.code, done.out) == (2, "")
    assert "2 " in done.err
    assert "ids begin with 'c-ab': c-abc1, c-abd2; give more of it" in done.err
    assert (two.get("c-abc1"), two.get("c-abd2")) == before
    assert command(*(part.format("c-abc") for part in arguments)).code in (0, 1)
    assert "no coaching" in (done := command("show", "c-x")).err
    assert done.code == 1


@pytest.mark.parametrize(
    "arguments",
    [["show", "{}"], ["replay", "{}"], ["draft", "{}:0"], ["receipts", "--trace", "{}"],
     ["feedback", "--format", "langsmith", "--trace", "{}"], ["add", "--step", "{}:0", "--reply", "x"]],
)  # fmt: skip
def test_of_a_trace(arguments, command, two):
    done = command(*(part.format("t-1") for part in arguments))
    assert (done.code, done.out) == (2, "")
    assert "begin with 't-1': t-1a, t-1b; give more of it" in done.err
    assert command(*(part.format("t-1b") for part in arguments)).code in (0, 1)


def test_of_a_receipt(command, shop):
    (receipt,) = (r for r in shop.advise("can I swap the lamp I got yesterday?").considered if r.coaching_id == "swap")
    shop.flush()
    assert command("verdict", receipt.id[:9], "--wrong").code == 0
    assert [one.receipt_id for one in shop.verdicts()] == [receipt.id]
    shop.advise("where is my parcel?")
    shop.flush()
    assert "receipt ids begin with 'r-'" in (done := command("verdict", "r-", "--wrong")).err
    assert done.code == 2


def test_a_whole_id_that_begins_another_is_itself(command, two):
    two.add(id="c-abc1-b", intent="another", behavior=Reply("r"))
    assert "id: c-abc1, revision" in command("show", "c-abc1").out


def test_many_are_not_all_listed(command, shop):
    shop.add_many([{"id": f"m-{n:02}", "intent": f"case {n}", "behavior": Reply("r")} for n in range(14)])
    assert "m-09 and 4 more; give more of it" in command("show", "m").err


def test_of_another_namespace_there_is_none(command, shop):
    assert command("show", "swa", "--namespace", "other").code == 1
