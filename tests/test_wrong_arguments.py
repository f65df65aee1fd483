"""Whatever is given to a method: one error of the library says what to give instead."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime

import pytest
from langchain_core.messages import HumanMessage

from langgraph_coaching import Coach, Reply, import_traces
from langgraph_coaching.errors import CoachingError, InvalidCoachingError
from langgraph_coaching.wrong_arguments import explain_arguments

SAID = [{"role": "user", "content": "my order arrived broken"}, {"role": "assistant", "content": "Oh."}]


class Mute:
    """Nothing can be asked of it, not even what it is called."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __repr__(self):
        raise RuntimeError("no")


WRONG = [
    None,
    3,
    "t-1",
    b"x",
    [None],
    [3],
    {"a": 1},
    object(),
    float("nan"),
    -1,
    dict,
    os,
    "",
    Mute(),
    {1},
    datetime.now(UTC),
]


@pytest.fixture(scope="module")
def coach(tmp_path_factory, embeddings):
    with Coach(tmp_path_factory.mktemp("wrong") / "store", embeddings=embeddings) as coach:
        coach.add(intent="an order arrived broken", behavior=Reply("Ask for a photo."), id="c-1")
        coach.traces.add(import_traces([{"id": "t-0", "messages": SAID}], format="openai"))
        yield coach


CALLS = {
    "replay": lambda coach, wrong: coach.replay(wrong),
    "replay without": lambda coach, wrong: coach.replay(coach.traces.get("t-0"), without=wrong),
    "replay using": lambda coach, wrong: coach.replay(coach.traces.get("t-0"), using=wrong),
    "replay tags": lambda coach, wrong: coach.replay(coach.traces.get("t-0"), tags=wrong),
    "replay agent": lambda coach, wrong: coach.replay(coach.traces.get("t-0"), agent=wrong),
    "draft": lambda coach, wrong: coach.draft(wrong),
    "corrections": lambda coach, wrong: coach.corrections(wrong),
    "outlook": lambda coach, wrong: coach.outlook(wrong),
    "withdraw": lambda coach, wrong: coach.withdraw(wrong),
    "rollback": lambda coach, wrong: coach.rollback(wrong),
    "verdict": lambda coach, wrong: coach.verdict(wrong, correct=True),
    "verdicts": lambda coach, wrong: coach.verdicts(receipt_ids=wrong),
    "assess": lambda coach, wrong: coach.assess(wrong, None),
    "export": lambda coach, wrong: None if wrong in ("t-1", "") else coach.export(wrong),
    "import": lambda coach, wrong: coach.import_(wrong),
    "write_test": lambda coach, wrong: coach.write_test("c-1", path=wrong) if not isinstance(wrong, str) else None,
    "add_many": lambda coach, wrong: coach.add_many(wrong),
    "advise_batch": lambda coach, wrong: coach.advise_batch(wrong),
    "forget": lambda coach, wrong: coach.forget(traces=wrong) if wrong is not None else None,
    "unreviewed": lambda coach, wrong: coach.unreviewed(wrong),
    "threads": lambda coach, wrong: coach.traces.threads(within=wrong),
    "traces.add": lambda coach, wrong: coach.traces.add(wrong),
    "traces.get": lambda coach, wrong: coach.traces.get(wrong),
    "traces.delete": lambda coach, wrong: coach.traces.delete(wrong),
    "traces.list": lambda coach, wrong: coach.traces.list(since=wrong),
    "node": lambda coach, wrong: coach.node(node=wrong),
    "middleware": lambda coach, wrong: coach.middleware(tags=wrong),
    "get": lambda coach, wrong: coach.get(wrong),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_an_error_of_the_library_says_what_to_give(coach, call):
    for wrong in WRONG:
        said = ""
        try:
            call(coach, wrong)
        except CoachingError as error:
            said = str(error)
        assert not any(theirs in said for theirs in ("has no attribute", "not iterable", "not subscriptable"))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda coach: coach.replay("t-0"),
            "trace of replay() is a trace, as coach.traces.get(id) gives it, not a str",
        ),
        (lambda coach: coach.draft(None), "step of draft() is a step of a trace"),
        (
            lambda coach: coach.withdraw(3),
            "receipt of withdraw() is a receipt, as coach.receipts() and advice.applied give it or a text",
        ),
        (
            lambda coach: coach.traces.add("t-0"),
            "traces of add() is a trace, as coach.traces.get(id) gives it, or several of these, not a str ('t-0')",
        ),
        (
            lambda coach: coach.add_many(3),
            "rows of add_many() is several of: a mapping with the fields of coach.add(), not an int (3)",
        ),
        (lambda coach: coach.export(None), "folder of export() is a text or a path, not None"),
        (lambda coach: coach.node(node=3), "node is the name of one as a text, not int"),
    ],
)
def test_in_these_words(coach, call, said):
    with pytest.raises(InvalidCoachingError) as caught:
        call(coach)
    assert said in str(caught.value)


def test_a_running_graph_refuses_no_label(coach):
    for wrong in (None, 3, [None], {"a": 1}, object()):
        for name in ("agent", "node", "tags", "thread_id"):
            assert coach.advise([HumanMessage("broken")], **{name: wrong}).considered
            assert asyncio.run(coach.aadvise([HumanMessage("broken")], **{name: wrong})).considered
    coach.flush()
    assert all(isinstance(one.agent, str | None) and isinstance(one.node, str | None) for one in coach.receipts())
    coach.lint()
    coach.review()


def test_what_fails_by_itself_is_raised_as_it_is(coach):
    @explain_arguments
    class Part:
        def divide(self, number: int, by: int) -> float:
            return number / by

        async def adivide(self, number: int, by: int | None = None) -> float:
            return number / by

    with pytest.raises(ZeroDivisionError):
        Part().divide(3, 0)
    with pytest.raises(TypeError, match="missing"):
        Part().divide(3)
    with pytest.raises(InvalidCoachingError, match=r"by of divide\(\) is a whole number, not a str \('2'\)"):
        Part().divide(3, "2")
    with pytest.raises(TypeError, match="unsupported"):
        asyncio.run(Part().adivide(3))
