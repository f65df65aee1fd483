"""Whatever fails, the model is called, without coaching, and its answer says why; while authoring, it is an error."""

from __future__ import annotations

import asyncio
import math
import shutil
import threading
import zlib
from pathlib import Path
from typing import Any

import pytest
from agents import ASKED, DOORS, THREAD, asking, calling, coached_on, leaked, node_agent, wrapped_agent
from lancedb.db import LanceDBConnection
from lancedb.table import LanceTable
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.embeddings import Embeddings
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Send
from typing_extensions import TypedDict

from langgraph_coaching import Coach, CoachingError, Limits, Reply
from langgraph_coaching.errors import EmbedderError, EmbedderMismatchError, StoreError
from langgraph_coaching.recall.adviser import Adviser
from parts import abandon


def failure(state):
    """What the last answer says about why there was no coaching."""
    (brief,) = state["messages"][-1].response_metadata["coaching"]
    assert brief["outcome"] == "failed"
    assert brief["coaching_id"] is None
    return brief["reason"]


# ── the store ──


def deleted(folder):
    shutil.rmtree(folder)


def without_manifests(folder):
    for file in Path(folder, "coachings.lance", "_versions").iterdir():
        file.write_bytes(b"")


def without_data(folder):
    for file in Path(folder, "coachings.lance", "data").iterdir():
        file.write_bytes(file.read_bytes()[:10])


def of_noise(folder):
    for file in Path(folder, "coachings.lance").rglob("*"):
        if file.is_file():
            file.write_bytes(b"noise" * 100)


FAULTS = {"manifests": without_manifests, "data": without_data, "noise": of_noise}


@pytest.fixture(params=list(FAULTS))
def damaged(request, coach, coaching, embeddings):
    """Another coach on a store that was damaged before it was opened."""
    coach.flush()
    FAULTS[request.param](coach.uri)
    other = Coach(coach.uri, embeddings=embeddings, limits=coach.limits)
    yield other
    abandon(other)
    abandon(coach)


@pytest.mark.parametrize("door", DOORS)
def test_a_damaged_store(damaged, run, model, door):
    state = run(DOORS[door](damaged, run, model), asking())

    assert model.blocks == [0]
    assert "the coaching store at" in failure(state)


def test_a_damaged_store_while_authoring(damaged, coaching):
    for work in (
        lambda: damaged.get(coaching.id),
        damaged.list,
        lambda: damaged.edit(coaching.id, behavior=Reply("Else.")),
        lambda: damaged.advise_batch([ASKED]),
    ):
        with pytest.raises(StoreError, match=r"restore the folder from a copy|Check that the address"):
            work()


@pytest.mark.parametrize("fault", [without_manifests, of_noise, deleted])
def test_a_store_damaged_while_it_is_open(agent, run, model, coach, coaching, fault):
    graph = agent(model)
    run(graph, asking())
    coach.flush()
    fault(coach.uri)
    state = run(graph, asking())

    assert model.blocks == [1, 0]
    assert "the coaching store at" in failure(state)
    with pytest.raises(StoreError):
        coach.list()
    abandon(coach)


def test_a_store_that_is_not_there_yet_is_no_fault(agent, run, model, coach):
    state = run(agent(model), asking())

    assert model.blocks == [0]
    assert "coaching" not in state["messages"][-1].response_metadata
    assert not Path(coach.uri).exists()
    assert coach.list() == []


def test_a_file_where_the_folder_should_be(agent, run, model, coach):
    Path(coach.uri).write_text("a file")
    run(agent(model), asking())

    assert model.blocks == [0]
    with pytest.raises(StoreError):
        coached_on(coach)
    abandon(coach)


@pytest.mark.parametrize("said", ["No space left on device (os error 28)", "Read-only file system (os error 30)"])
def test_a_disk_that_cannot_be_written(agent, run, model, coach, coaching, monkeypatch, said):
    """What is there is recalled all the same; only the receipts wait."""

    def refuse(*_, **__):
        raise RuntimeError(f"lance error: LanceError(IO): {said}")

    with monkeypatch.context() as planted:
        for name in ("merge_insert", "add", "update"):
            planted.setattr(LanceTable, name, refuse)
        planted.setattr(LanceDBConnection, "create_table", refuse)
        state = run(agent(model), asking())
        with pytest.raises(StoreError, match=r"disk is full|cannot be written"):
            coached_on(coach, "Another question")
        with pytest.raises(StoreError):
            coach.flush()

    assert model.blocks == [1]
    assert state["messages"][-1].response_metadata["coaching"][0]["outcome"] == "applied"
    coach.flush()
    assert len(coach.receipts(coaching_id=coaching.id)) == 1


@pytest.mark.parametrize("door", DOORS)
def test_receipts_that_cannot_be_read(coach, coaching, run, model, door):
    """They are looked at only where LangGraph goes on from a checkpoint."""
    graph = DOORS[door](coach, run, model, checkpointer=InMemorySaver())
    run(graph, asking(), THREAD)
    coach.flush()
    for file in Path(coach.uri, "receipts.lance", "_versions").iterdir():
        file.write_bytes(b"")
    with Coach(coach.uri, embeddings=coach.embeddings, limits=coach.limits) as other:
        again = DOORS[door](other, run, model, checkpointer=graph.checkpointer)
        state = run(again, None, run.history(graph, THREAD)[-2].config)
        run(again, asking(), THREAD)
        abandon(other)

    assert model.blocks == [1, 0, 1]
    assert "the coaching store at" in failure(state)


# ── the embedder ──


class Faulty(Embeddings):
    """Embeddings (the words of a text, hashed) that are fine until they are told to fail."""

    model = "faulty"

    def __init__(self):
        self.fault: Any = None

    def embed_query(self, text):
        if self.fault:
            return self.fault(text)
        vector = [0.001] * 256
        for word in text.lower().split():
            vector[zlib.crc32(word.encode()) % 256] += 1
        return vector

    def embed_documents(self, texts):
        return [self.embed_query(text) for text in texts]


class AsyncFaulty(Faulty):
    """The same, with an asynchronous call of its own."""

    async def aembed_query(self, text):
        return self.embed_query(text)


def raising(*_):
    raise ConnectionError("no route to host")


EMBEDDER_FAULTS = {
    "raises": (raising, "ConnectionError: no route to host"),
    "nan": (lambda _: [math.nan] * 256, "NaN"),
    "zero": (lambda _: [0.0] * 256, "zero"),
    "other dimension": (lambda _: [1.0] * 8, "256"),
    "no vector": (lambda _: None, "unusable"),
    "text": (lambda _: "vector", "unusable"),
    "empty": (lambda _: [], "unusable"),
}


@pytest.fixture(scope="session")
def measured(tmp_path_factory):
    """A store of other embeddings, which are measured when the first coaching is added: once for all tests."""
    folder = tmp_path_factory.mktemp("measured")
    with Coach(folder, embeddings=Faulty()) as coach:
        coached_on(coach)
    return folder


@pytest.fixture
def other_store(measured, tmp_path):
    return shutil.copytree(measured, tmp_path / "other")


@pytest.fixture(params=[Faulty, AsyncFaulty], ids=["sync embeddings", "async embeddings"])
def faulty(request, other_store):
    """A coach whose embedder can be told to fail, with coaching in it."""
    with Coach(other_store, embeddings=request.param(), limits=Limits(deadline=30)) as coach:
        yield coach


@pytest.mark.parametrize("fault", EMBEDDER_FAULTS)
@pytest.mark.parametrize("door", DOORS)
def test_an_embedder_that_fails(faulty, run, model, door, fault):
    faulty.embeddings.fault, said = EMBEDDER_FAULTS[fault]
    graph = DOORS[door](faulty, run, model)
    state = run(graph, asking())

    assert model.blocks == [0]
    assert said in failure(state)
    faulty.embeddings.fault = None
    run(graph, asking(ASKED.upper()))
    assert model.blocks == [0, 1]


@pytest.mark.parametrize("fault", EMBEDDER_FAULTS)
def test_an_embedder_that_fails_while_authoring(faulty, fault):
    faulty.embeddings.fault, said = EMBEDDER_FAULTS[fault]

    with pytest.raises((EmbedderError, EmbedderMismatchError), match=said):
        coached_on(faulty, "Another question")
    assert len(faulty.list()) == 1


class Stuck(Faulty):
    """Embeddings that do not answer until they are released."""

    def __init__(self):
        super().__init__()
        self.released = threading.Event()

    def hang(self, text):
        self.released.wait()
        return [1.0] * 256


class AsyncStuck(Stuck):
    async def aembed_query(self, text):
        if self.fault:
            await asyncio.Event().wait()
        return self.embed_query(text)


@pytest.fixture(params=[Stuck, AsyncStuck], ids=["sync embeddings", "async embeddings"])
def stuck(request, other_store):
    made = request.param()
    with Coach(other_store, embeddings=made, limits=Limits(deadline=0.05)) as coach:
        while coach.advise("warm").failure:  # what is loaded stays loaded
            pass
        made.fault = made.hang
        yield coach
        made.released.set()


@pytest.mark.parametrize("door", DOORS)
def test_an_embedder_that_is_too_slow(stuck, run, model, door):
    state = run(DOORS[door](stuck, run, model), asking())

    assert model.blocks == [0]
    assert "deadline of 0.05 s" in failure(state)


def test_many_calls_to_an_embedder_that_hangs(stuck, run, model):
    """They are refused at once after a while, and nothing else that needs a thread waits for them."""
    graph = node_agent(stuck, run, model, checkpointer=InMemorySaver())
    before = threading.active_count()
    for number in range(30):
        assert failure(run(graph, asking(f"{number}"), {"configurable": {"thread_id": str(number)}}))

    assert model.blocks == [0] * 30
    assert threading.active_count() - before < 20
    node = StateGraph(dict).add_node("n", lambda _: {"a": 1}).add_edge(START, "n").compile()
    assert run(node, {"a": 0}) == {"a": 1}


def test_a_run_that_is_cancelled_is_cancelled(stuck, model):
    """Although a deadline that passes is no error."""
    with Coach(stuck.uri, embeddings=stuck.embeddings, limits=Limits(deadline=30)) as patient:

        async def agent(state):
            return {"messages": [await model.ainvoke(state["messages"])]}

        graph = StateGraph(MessagesState).add_node("agent", patient.node(agent)).add_edge(START, "agent").compile()
        with pytest.raises(TimeoutError):
            asyncio.run(asyncio.wait_for(graph.ainvoke(asking()), 0.05))
        stuck.embeddings.released.set()

    assert model.prompts == []


# ── messages ──


class AnyState(TypedDict):
    messages: Any
    said: Any


ODD = {
    "none": None,
    "a number": 3,
    "numbers": [1, 2],
    "nothing": [None],
    "a mapping without a role": [{"text": "hi"}],
    "an unknown role": [("nobody", "hi")],
    "an object": object(),
    "no user turn": [AIMessage("hello")],
    "empty": [],
    "empty text": [HumanMessage("")],
    "blank text": [HumanMessage("  \n ")],
    "an image": [HumanMessage([{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}])],
    "odd blocks": [HumanMessage([{"type": "text"}, {"type": "text", "text": ""}, "", {}])],
    "one text": "hello",
    "one message": HumanMessage("hello"),
    "half a character": [HumanMessage("a \ud83d b")],
    "a very long text": [HumanMessage("word " * 100_000)],
    "control characters": [HumanMessage("a\x00b\x1b[31m")],
}


@pytest.mark.parametrize("odd", ODD)
def test_odd_messages(coach, coaching, run, model, odd):
    node = coach.node(calling(model, run, lambda _: "hi"))
    graph = StateGraph(AnyState).add_node("agent", node).add_edge(START, "agent").compile()
    state = run(graph, {"messages": ODD[odd], "said": 1})

    assert model.blocks == [0]
    receipts = state["messages"][-1].response_metadata.get("coaching", [])
    assert [brief["outcome"] for brief in receipts] in ([], ["failed"], ["below_floor"])
    if odd in ("none", "a number", "numbers", "nothing", "an object", "an unknown role", "a mapping without a role"):
        assert "no coaching was looked up" in failure(state)


@pytest.mark.parametrize("odd", ODD)
def test_odd_messages_at_a_coach_node(coach, coaching, run, odd):
    graph = StateGraph(AnyState).add_node("coach", coach.node()).add_edge(START, "coach").compile()

    assert "messages" in run(graph, {"messages": ODD[odd], "said": 1})


@pytest.mark.parametrize("state", [None, 3, "hi", [], [HumanMessage(ASKED)], object()])
def test_a_state_that_is_none(coach, coaching, run, model, state):
    """`Send` gives a node whatever it likes."""
    seen = []

    def node(given):
        seen.append(given)
        return {"said": model.invoke("hi").response_metadata["coaching"]}

    async def anode(given):
        seen.append(given)
        return {"said": (await model.ainvoke("hi")).response_metadata["coaching"]}

    builder = StateGraph(AnyState).add_node("agent", coach.node(anode if run.is_async else node))
    builder.add_conditional_edges(START, lambda _: [Send("agent", state)], ["agent"])
    result = run(builder.compile(), {"messages": []})

    assert seen == [state]
    assert seen[0] is state
    assert [brief["outcome"] for brief in result["said"]] == ["failed"]


def test_a_failure_is_in_the_store(coach, coaching, run, model):
    node = coach.node(calling(model, run, lambda _: "hi"))
    run(StateGraph(AnyState).add_node("agent", node).add_edge(START, "agent").compile(), {"messages": 3})
    coach.flush()

    (receipt,) = [receipt for receipt in coach.receipts() if receipt.outcome == "failed"]
    assert "no messages" in receipt.reason
    assert receipt.namespace == "default"


# ── callbacks ──


class Raising(BaseCallbackHandler):
    """A handler of the user's that cannot stand retrievals."""

    run_inline = True

    def __init__(self, event, raise_error):
        self.raise_error = raise_error
        setattr(self, event, self._raise)

    def _raise(self, *_: Any, **__: Any):
        raise ZeroDivisionError("mine")


@pytest.mark.parametrize("event", ["on_retriever_start", "on_retriever_end"])
def test_a_callback_that_raises_where_coaching_is_looked_up(agent, run, model, coaching, event):
    state = run(agent(model), asking(), {"callbacks": [Raising(event, raise_error=True)]})

    assert model.blocks == [0]
    assert "ZeroDivisionError: mine" in failure(state)


@pytest.mark.parametrize("event", ["on_retriever_start", "on_retriever_end", "on_chat_model_start", "on_llm_end"])
def test_a_callback_whose_errors_langchain_only_logs(agent, run, model, coaching, event):
    state = run(agent(model), asking(), {"callbacks": [Raising(event, raise_error=False)]})

    assert model.blocks == [1]
    assert state["messages"][-1].response_metadata["coaching"][0]["outcome"] == "applied"


# ── and then ──


@pytest.mark.parametrize("door", DOORS)
def test_a_call_that_failed_is_looked_up_again_when_it_is_resumed(faulty, run, scripted, door):
    """No coaching was used, so there is none to be had again."""
    model = scripted(ConnectionError("gone"), "All right.")
    graph = DOORS[door](faulty, run, model, checkpointer=InMemorySaver())
    faulty.embeddings.fault = raising
    with pytest.raises(ConnectionError, match="gone"):
        run(graph, asking(), THREAD)
    faulty.embeddings.fault = None
    faulty.flush()
    state = run(graph, None, THREAD)

    assert model.blocks == ([0, 0] if door == "node" else [0, 1])  # the coach node had finished
    assert leaked(state) == []


def test_no_error_of_ours_leaves_a_graph(coach, coaching, run, model, monkeypatch):
    """Not even one nobody has thought of."""
    monkeypatch.setattr(Adviser, "advise", raising)
    monkeypatch.setattr(Adviser, "aadvise", raising)
    state = run(wrapped_agent(coach, run, model), asking())

    assert model.blocks == [0]
    assert "ConnectionError: no route to host" in failure(state)
    with pytest.raises(CoachingError):
        coach.get("c-unknown")
