"""Embeddings that can only be awaited work wherever others do: while authoring, in a graph, in any event loop."""

import asyncio
import threading

import pytest
from langchain_core.embeddings import Embeddings

from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.errors import EmbedderError
from langgraph_coaching.recall.embedder import Embedder
from langgraph_coaching.recall.minilm import MiniLM
from langgraph_coaching.recall.own_loop import OwnLoop
from langgraph_coaching.recall.scoring.background import cache

ASKED = "I want to change the order that arrived yesterday"
MINILM = MiniLM()


class Awaited(Embeddings):
    """As of a client whose connections belong to one event loop; it has no other call."""

    model = "awaited"

    def __init__(self):
        self.loop = None

    def embed_query(self, text):
        raise NotImplementedError("use aembed_query")

    def embed_documents(self, texts):
        raise NotImplementedError("use aembed_documents")

    async def aembed_query(self, text):
        self.loop = self.loop or asyncio.get_running_loop()
        if asyncio.get_running_loop() is not self.loop:
            raise RuntimeError("attached to a different loop")
        return MINILM.embed_query(text)


class AllAtOnce(Awaited):
    async def aembed_documents(self, texts):
        return [await self.aembed_query(text) for text in texts]


@pytest.fixture(autouse=True)
def packaged(monkeypatch):
    monkeypatch.setattr(cache.BackgroundCache, "_read", lambda *_: cache._read_packaged())


@pytest.mark.parametrize("kind", [Awaited, AllAtOnce])
def test_every_door_works(kind, tmp_path):
    with Coach(tmp_path, embeddings=kind(), limits=Limits(deadline=60)) as coach:
        coach.add(intent="a customer asks to change an order", behavior=Reply("r"), examples=[ASKED])
        assert coach.advise(ASKED).applied
        for asked in (f"{ASKED}, please", f"{ASKED}, now"):  # each in a loop of its own
            assert asyncio.run(coach.aadvise(asked)).applied

        async def asks_and_writes():
            coach.add(intent="a customer asks how to bake bread", behavior=Reply("r"))
            return coach.advise(f"{ASKED}, as I said")

        assert asyncio.run(asks_and_writes()).applied
        assert coach.advise_batch([ASKED])[0].applied
        assert isinstance(coach.embeddings, kind)


def test_who_has_neither_is_told(tmp_path):
    class Nothing(Embeddings):
        def embed_query(self, text):
            raise NotImplementedError("not today")

        embed_documents = embed_query

    with pytest.raises(EmbedderError, match="NotImplementedError: not today"):
        Embedder(Nothing()).documents(["a"])


def test_what_is_raised_in_the_loop_is_raised_to_who_asked():
    class Failing(AllAtOnce):
        async def aembed_query(self, text):
            raise ConnectionError("no route")

    with pytest.raises(EmbedderError, match="ConnectionError: no route"):
        Embedder(Failing()).query(["a"])


def test_many_at_once_share_one_loop():
    loop, loops = OwnLoop(), set()

    async def look():
        loops.add(id(asyncio.get_running_loop()))

    threads = [threading.Thread(target=lambda: loop.run(look())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loops) == 1
    loop.start_over()  # as in the child of a fork, whose thread is gone
    loop.run(look())
    assert len(loops) == 2
