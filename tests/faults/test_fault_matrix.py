"""Fault by entry point by call style: the model is always called, and where there is no coaching it is said why.

Each test meets one fault at every door in both call styles, and then, mended, shows that nothing was lost.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import threading

import pytest
from doors import ASKED, DOORS, STYLES, Doors
from embedder_faults import EMBEDDER_FAULTS, AsyncMiniLM
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from store_faults import STORE_FAULTS, WHILE_OPEN

from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.errors import CoachingError, StoreError
from langgraph_coaching.recall.minilm import MiniLM
from langgraph_coaching.recall.scoring.background import cache

CELLS = len(DOORS) * len(STYLES)

ALIKE = {
    "manifest cut off", "manifest emptied", "data file cut off", "bits flipped in a data file", "read-only",
    "a table of somebody else", "a link to a disk that is not mounted",
}  # fmt: skip
"""Faults of the store of a kind that another test stands for where time is short."""


def each(faults, alike=ALIKE):
    """Parameters of a test."""
    return [pytest.param(name, marks=[pytest.mark.slow] if name in alike else []) for name in faults]


@pytest.fixture(scope="module")
def runner():
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store with two coachings, a receipt and no fault."""
    folder = tmp_path_factory.mktemp("whole") / "store"
    with Coach(folder, limits=Limits(deadline=60)) as coach:
        coach.add(
            id="c-change", intent="a customer asks to change a delivered order", behavior=Reply("Offer an exchange."),
            examples=[ASKED],
        )  # fmt: skip
        coach.add(id="c-newer", intent="a customer asks how to bake bread", behavior=Reply("r"))
        assert coach.advise(ASKED).applied
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "store")


def restore(folder, whole):
    """Puts there again what is missing or damaged: the table of coachings, or all of it."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder / "coachings.lance")
        shutil.copytree(whole / "coachings.lance", folder / "coachings.lance")
        return
    shutil.copytree(whole, folder)


def lines(caplog):
    """What the log says about model calls that go without coaching."""
    return [record.getMessage() for record in caplog.records if "is called without" in record.getMessage()]


def check(cells, fault):
    """Every model is called, once; without coaching every answer says why, with it all is as ever."""
    assert {cell.calls for cell in cells.values()} == {1}
    if fault.empty:
        assert {(cell.blocks, len(cell.receipts)) for cell in cells.values()} == {(0, 0)}
    elif fault.said:
        unsaid = {place: cell for place, cell in cells.items() if not re.search(fault.said, cell.failure or "")}
        assert unsaid == {}
        assert {cell.blocks for cell in cells.values()} == {0}
    else:
        assert {(cell.blocks, cell.applied, cell.failure) for cell in cells.values()} == {(1, 1, None)}


def check_people(coach, fault):
    """Who is not a graph is told by an error what to do."""
    if not fault.said or "loaded" in fault.said:
        return
    with pytest.raises(StoreError, match=fault.said):
        coach.advise_batch([ASKED])
    if fault.reads:
        for read in (coach.receipts, lambda: coach.verdict("r-0000000000000000", correct=True)):
            with pytest.raises(StoreError, match=fault.reads):
                read()


def check_nothing_is_lost(coach, doors, before):
    """Every receipt and every run is in the store, once."""
    coach.flush()
    kept = coach.receipts()
    assert len({receipt.id for receipt in kept}) == len(kept)
    failed = [receipt for receipt in kept if receipt.outcome == "failed"]
    assert len(failed) + sum(receipt.applied for receipt in kept) == before
    assert len(coach.traces.list(limit=100)) == doors.runs
    assert [one.id for one in coach.list()] == ["c-change", "c-newer"]


@pytest.mark.parametrize("name", each(STORE_FAULTS))
def test_a_store_that_is(name, folder, whole, runner, monkeypatch, caplog):
    fault = STORE_FAULTS[name]
    with monkeypatch.context() as patch:
        undo = fault.plant(folder, patch)
        coach = Coach(folder, limits=Limits(deadline=fault.deadline))
        doors = Doors(coach, runner)
        cells = doors.ask()
        check(cells, fault)
        check_people(coach, fault)
        assert len(lines(caplog)) == bool(fault.said)  # one line for all of them
        if undo:
            undo()
    if fault.empty:
        assert not folder.exists()
        coach.close()
        return

    if fault.said and fault.deadline > 1:
        restore(folder, whole)
    coach.load()
    assert fault.deadline < 1 or coach.advise(ASKED).applied
    if name != "a record of a newer version":
        check_nothing_is_lost(coach, doors, 1 + CELLS + (fault.deadline > 1))  # the first was there before
    coach.close()


@pytest.mark.parametrize("name", each(WHILE_OPEN, {"manifests missing", "may not be read"}))
def test_a_store_that_meets_while_it_is_open(name, folder, whole, runner, monkeypatch, caplog):
    fault = WHILE_OPEN[name]
    coach = Coach(folder, limits=Limits(deadline=fault.deadline))
    doors = Doors(coach, runner)
    assert coach.advise(ASKED).applied
    coach.flush()
    held = shutil.copytree(folder, folder.with_name("held"))
    with monkeypatch.context() as patch:
        fault.plant(folder, patch)
        check(doors.ask(), fault)
        check_people(coach, fault)
        assert len(lines(caplog)) == 1
    restore(folder, held)
    assert coach.advise(ASKED).applied
    check_nothing_is_lost(coach, doors, 1 + 1 + CELLS + 1)
    coach.close()


def test_a_store_that_is_deleted_and_made_anew_while_it_is_open(folder, runner, caplog):
    """What is kept in memory by a table's version is of another table now, though the version may be the same."""
    coach = Coach(folder, limits=Limits(deadline=60))
    doors = Doors(coach, runner)
    assert {cell.applied for cell in doors.ask().values()} == {1}
    coach.flush()
    shutil.rmtree(folder)
    with Coach(folder) as other:
        other.add(id="c-else", intent="a customer asks to change an order", behavior=Reply("Else."), examples=[ASKED])
        other.add(id="c-more", intent="a customer asks how to bake bread", behavior=Reply("r"))
    cells = doors.ask()
    assert {cell.receipts[0]["coaching_id"] for cell in cells.values()} == {"c-else"}
    assert {(cell.calls, cell.blocks) for cell in cells.values()} == {(1, 1)}
    assert sum("was made anew since it was opened" in record.getMessage() for record in caplog.records) == 1
    coach.close()


# ── the embedder ──


@pytest.fixture(scope="module")
def packaged():
    """The measure of the default embedder, for one that is not quite it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache.BackgroundCache, "_read", lambda *_: cache._read_packaged())
        yield


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(MiniLM, id="sync embedder"),
        pytest.param(
            AsyncMiniLM, id="async embedder", marks=pytest.mark.slow
        ),  # as in tests/agent/test_never_breaks.py
    ],
)
def embedded(request, whole, tmp_path_factory, runner, packaged):
    """The doors of one coach for all faults of its embedder."""
    embeddings = request.param()
    folder = shutil.copytree(whole, tmp_path_factory.mktemp("embedded") / "store")
    with Coach(folder, embeddings=embeddings, limits=Limits(deadline=60)) as coach:
        assert coach.advise(ASKED).applied
        yield Doors(coach, runner)


@pytest.mark.parametrize("name", EMBEDDER_FAULTS)
def test_an_embedder_that(name, embedded, monkeypatch):
    fault, said = EMBEDDER_FAULTS[name]
    styles = STYLES if type(embedded.coach.embeddings) is MiniLM else ("async",)
    asked = f"{ASKED}, which {name}"  # not remembered from another test
    with monkeypatch.context() as patch:
        patch.setattr(MiniLM, "embed_query", lambda _, text: fault(text))
        cells = embedded.ask(asked, styles)
        patch.setattr(MiniLM, "embed_documents", lambda _, texts: [fault(text) for text in texts])
        with pytest.raises(CoachingError, match=said):
            embedded.coach.advise_batch([asked])
    assert {cell.calls for cell in cells.values()} == {1}
    assert {place: cell for place, cell in cells.items() if not re.search(said, cell.failure or "")} == {}
    assert {cell.applied for cell in embedded.ask(asked, styles[-1:]).values()} == {1}


def test_an_embedder_that_hangs(whole, tmp_path, runner, monkeypatch, caplog):
    released = threading.Event()
    folder = shutil.copytree(whole, tmp_path / "store")
    with Coach(folder, limits=Limits(deadline=0.05)) as coach:
        coach.load()
        before = {*threading.enumerate()}
        with monkeypatch.context() as patch:
            patch.setattr(MiniLM, "embed_query", lambda *_: released.wait(60) and [1.0] * 384)
            doors = Doors(coach, runner)
            cells = {**doors.ask("first"), **{(*place, 2): cell for place, cell in doors.ask("second").items()}}
            threads = {*threading.enumerate()} - before
        released.set()
    assert {cell.calls for cell in cells.values()} == {1}
    said = r"longer than the deadline of 0\.05 s|8 earlier calls are still running"
    assert {place: cell for place, cell in cells.items() if not re.search(said, cell.failure or "")} == {}
    assert sum(thread.name == "coaching-advise" for thread in threads) <= 8
    assert len(lines(caplog)) == 1


def test_ctrl_c_is_the_users(embedded, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(MiniLM, "embed_query", interrupted)
    with pytest.raises(KeyboardInterrupt):
        embedded.coach.advise("something that is not remembered")


# ── messages ──


class Hostile(list):
    """Messages that fail at every touch."""

    def __iter__(self):
        raise RuntimeError("hostile")

    def __repr__(self):
        raise RuntimeError("hostile")


def odd_content(kind):
    """A message that no provider sends, and that a graph takes all the same."""
    part = deepest = {"type": "text", "text": ASKED}
    if kind == "holds itself":
        part["again"] = part
    if kind == "nested without end":
        for _ in range(5_000):
            deepest["in"] = deepest = {}
    if kind == "names that are no text":
        part["a", 1] = 2
    fields = {"id": None, "name": None, "additional_kwargs": {}, "response_metadata": {}}
    return HumanMessage.model_construct(type="human", content=[part], **fields)


IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
FAILING = {
    "None": None,
    "a number": 3,
    "a list with None": [None],
    "an object": object(),
    "a role that there is none of": [("nobody", "hi")],
    "a mapping without a role": [{"text": "hi"}],
    "what fails at every touch": Hostile([("user", "hi")]),
    "bytes": b"hello",
    "a tool call that is no JSON": [
        {"role": "user", "content": ASKED},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{no"}}],
        },
    ],
}
"""Of which the receipt says that they are no messages."""

PASSING = {
    "empty": [],
    "an empty text": [HumanMessage("")],
    "an image alone": [HumanMessage([IMAGE])],
    "a text and an image": [HumanMessage([{"type": "text", "text": ASKED}, IMAGE])],
    "blocks of odd kinds": [HumanMessage([{"type": "text"}, {"type": "text", "text": ""}, "", {}])],
    "a megabyte of text": [HumanMessage("word " * 200_000)],
    "ten thousand messages": [HumanMessage("hi"), AIMessage("Hello.")] * 5_000,
    "control characters": [HumanMessage("a\x00b\x1b[31m")],
    "half a character": [HumanMessage("a \ud83d b")],
    "content that holds itself": [odd_content("holds itself")],
    "content nested without end": [odd_content("nested without end")],
    "names that are no text": [odd_content("names that are no text")],
    "OpenAI's form": [
        {"role": "user", "content": ASKED},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "1", "content": "[]"},
    ],
    "Anthropic's form": [
        HumanMessage(ASKED),
        AIMessage(
            [
                {"type": "thinking", "thinking": "hm", "signature": "x"},
                {"type": "tool_use", "id": "1", "name": "f", "input": None},
            ]
        ),
        ToolMessage([{"type": "document", "source": {"type": "base64", "data": "AAAA"}}], tool_call_id="1"),
    ],
    "Google's form": [HumanMessage([{"type": "media", "mime_type": "audio/wav", "data": "AAAA"}, "hello"])],
}
"""From which coaching may apply, or not."""


@pytest.mark.parametrize("name", [*FAILING, *PASSING])
def test_messages_that_are(name, embedded, caplog):
    messages = FAILING.get(name, PASSING.get(name))
    coach = embedded.coach
    answers = [coach.advise(messages), embedded.runner.run(coach.aadvise(messages))]
    node = coach.node()
    answers += [node.invoke({"messages": messages}), embedded.runner.run(node.ainvoke({"messages": messages}))]
    said = [one.failure for one in answers[:2]]
    assert [bool(reason) for reason in said] == [name in FAILING] * 2
    assert all(reason is None or "these are no messages" in reason for reason in said)
    assert len(lines(caplog)) <= 1
