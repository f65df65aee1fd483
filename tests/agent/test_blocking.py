"""Nothing of ours blocks the event loop: not in a first call, nor when a run goes on, nor when something fails."""

from __future__ import annotations

import asyncio
import time

import pytest
from agents import ASKED, DOORS, EDITED, THREAD, asking, coached_on
from blockbuster import BlockBuster, BlockingError
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph

from langgraph_coaching import Coach, Limits, Reply
from parts import abandon


class Async:
    """The call style of these tests."""

    is_async = True


@pytest.fixture(params=list(DOORS))
def build(request):
    return lambda coach, model, **compiled: DOORS[request.param](coach, Async(), model, **compiled)


@pytest.fixture
def detector():
    """Raises where something blocks while an event loop runs in the same thread."""
    detector = BlockBuster()
    detector.activate()
    yield detector
    detector.deactivate()


@pytest.fixture
def store(tmp_path):
    with Coach(tmp_path / "coaching") as coach:
        coached_on(coach)
    return tmp_path / "coaching"


def test_the_detector_detects(detector):
    async def blocking():
        time.sleep(0)  # noqa: ASYNC251 - what the detector is for

    with pytest.raises(BlockingError):
        asyncio.run(blocking())


def test_the_first_call_and_a_later_one(build, store, model, detector):
    """A new coach, with an embedder that is not loaded and a store that is not open."""
    with Coach(store, limits=Limits(deadline=30)) as coach:
        graph = build(coach, model, checkpointer=InMemorySaver())

        async def two_turns():
            await graph.ainvoke(asking(), THREAD)
            return await graph.ainvoke(asking(), THREAD, durability="sync")

        state = asyncio.run(two_turns())

    assert model.blocks == [1, 1]
    assert "coaching" in state["messages"][-1].response_metadata


def test_a_replay_in_another_process(build, store, model, detector):
    """Earlier advice is read from the store."""
    saver = InMemorySaver()
    with Coach(store, limits=Limits(deadline=30)) as coach:
        graph = build(coach, model, checkpointer=saver)
        asyncio.run(graph.ainvoke(asking(), THREAD))
        first = [*graph.get_state_history(THREAD)][-2]
        (coaching,) = coach.list()
        coach.edit(coaching.id, behavior=Reply(EDITED))
    with Coach(store, limits=Limits(deadline=30)) as other:
        asyncio.run(build(other, model, checkpointer=saver).ainvoke(None, first.config))

    assert model.blocks == [1, 1]
    assert model.told[0] == model.told[1]


def test_a_subgraph(build, store, model, detector):
    with Coach(store, limits=Limits(deadline=30)) as coach:
        builder = StateGraph(MessagesState).add_node("child", build(coach, model)).add_edge(START, "child")
        asyncio.run(builder.compile(checkpointer=InMemorySaver()).ainvoke(asking(), THREAD))

    assert model.blocks == [1]


def test_a_store_that_is_not_there(build, tmp_path, model, detector):
    with Coach(tmp_path / "none") as coach:
        asyncio.run(build(coach, model).ainvoke(asking()))

    assert model.blocks == [0]


def test_a_damaged_store(build, store, model, detector):
    for file in (store / "coachings.lance" / "_versions").iterdir():
        file.write_bytes(b"")
    with Coach(store, limits=Limits(deadline=30)) as coach:
        state = asyncio.run(build(coach, model).ainvoke(asking()))
        abandon(coach)

    (brief,) = state["messages"][-1].response_metadata["coaching"]
    assert "failed: " in brief["reason"]
    assert "Blocking" not in brief["reason"]


def test_captured_and_many_at_once(build, store, model, detector):
    with Coach(store, limits=Limits(deadline=30)) as coach:
        graph = build(coach, model)

        async def many():
            given = {"callbacks": [coach.callback()]}
            return await asyncio.gather(*(graph.ainvoke(asking(ASKED), given) for _ in range(10)))

        asyncio.run(many())

    assert model.blocks == [1] * 10
