"""What is asked for coachings, memories or vectors in the performance benchmark: ours, its peers and their limit.

All have the same texts and, where they take one, the same embedder. What is not installed is named and left out.
"""

from __future__ import annotations

import asyncio
import math
import os
import sys
import uuid
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.recall.large_store import LARGE
from langgraph_coaching.recall.minilm import MiniLM
from parts import adviser_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

NEAREST = 10
"""How many each peer is asked for."""

BATCH = 5_000


class KnownTexts(MiniLM):
    """The embedded MiniLM; texts to be kept get a made-up vector near a real one, so that a million take seconds."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__()
        self._real = np.array(super().embed_documents(list(texts)), dtype=np.float32)
        self._away = np.random.default_rng(0).normal(0, 0.03, (4_096, self._real.shape[1])).astype(np.float32)

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, the same ones for the same text."""
        digests = np.fromiter((zlib.crc32(text.encode()) for text in texts), dtype=np.int64, count=len(texts))
        found = self._real[digests % len(self._real)] + self._away[digests // 7 % len(self._away)]
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Made-up vectors."""
        return self.vectors(texts).tolist()


def default_with(known: KnownTexts) -> MiniLM:
    """The default embedder, for a coach that shall know it as such."""
    default = MiniLM()
    default.embed_documents = known.embed_documents  # type: ignore[method-assign]
    return default


class Contender:
    """One that is asked. A subclass says how it is filled and asked."""

    name = ""
    most = 1_000_000
    """The largest size that it is filled for."""

    def __init__(self, texts: Sequence[str], known: KnownTexts, folder: Path) -> None:
        self.known = known
        self.fill(texts, folder)

    def fill(self, texts: Sequence[str], folder: Path) -> None:
        """Keeps the texts."""

    def ask(self, query: str) -> Any:
        """What is nearest."""
        raise AssertionError

    async def aask(self, query: str) -> Any:
        """The same on an event loop; by default in a thread."""
        return await asyncio.to_thread(self.ask, query)

    def close(self) -> None:
        """Lets go of what it holds."""


class Embedding(Contender):
    """The embedding of the query alone: what everybody pays."""

    name = "embedding alone"

    def ask(self, query: str) -> Any:
        """One vector."""
        return self.known.embed_query(query)


class Ours(Contender):
    """`coach.advise`: situation, recall, calibrated choice, receipts and prompt."""

    name = "coach.advise"

    def fill(self, texts: Sequence[str], folder: Path) -> None:
        """Through the public surface; beyond 100,000 copies of rows, as writing a million takes ten minutes."""
        self.folder = folder / "ours"
        self.coach = Coach(self.folder, embeddings=default_with(self.known), limits=Limits(deadline=60))
        first = texts[:100_000]
        self.coach.add_many({"intent": text, "behavior": Reply(f"Answer number {n}.")} for n, text in enumerate(first))
        if len(texts) > len(first):
            copy_rows(self.folder, len(texts) - len(first))
            self.coach.close()
        self.coach.advise("hello, where is my order?")
        adviser_of(self.coach)._snapshots._large.wait()  # the index is made behind the calls

    def ask(self, query: str) -> Any:
        """Advice."""
        return self.coach.advise(query)

    async def aask(self, query: str) -> Any:
        """Advice, without blocking the loop."""
        return await self.coach.aadvise(query)

    def close(self) -> None:
        """Flushes the receipts too."""
        self.coach.close()


def copy_rows(folder: Path, count: int) -> None:
    """Adds so many rows to the coachings of a store, each a copy of one with another id and a vector beside its own."""
    import lancedb
    import pyarrow as pa

    table = lancedb.connect(folder).open_table("coachings")
    rows = table.to_arrow()
    rng = np.random.default_rng(1)
    for start in range(0, count, rows.num_rows):
        some = rows.slice(0, min(rows.num_rows, count - start))
        mark = f"x{start // rows.num_rows}-"
        names = [f"{mark}{name}" for name in some["id"].to_pylist()]
        for column in ("id", "key", "record"):
            told = some[column].to_pylist()
            told = [text.replace(old, new) for text, old, new in zip(told, some["id"].to_pylist(), names, strict=True)]
            some = some.set_column(some.schema.get_field_index(column), some.schema.field(column), pa.array(told))
        vectors = some["vector"].combine_chunks().flatten().to_numpy().reshape(some.num_rows, -1)
        moved = vectors + rng.normal(0, 0.03, vectors.shape).astype(vectors.dtype)
        moved /= np.linalg.norm(moved, axis=1, keepdims=True)
        kind = some.schema.field("vector").type
        packed = pa.FixedSizeListArray.from_arrays(pa.array(moved.ravel(), kind.value_type), vectors.shape[1])
        for column in ("vector", "prototype"):  # without examples they are the same
            some = some.set_column(some.schema.get_field_index(column), some.schema.field(column), packed)
        table.add(some)


class Numpy(Contender):
    """One matrix product and the best ten: the limit for whoever looks at every vector."""

    name = "numpy"

    def fill(self, texts: Sequence[str], folder: Path) -> None:
        """As one matrix."""
        self.matrix = np.concatenate([self.known.vectors(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)])

    def ask(self, query: str) -> Any:
        """Indices."""
        scores = self.matrix @ np.array(self.known.embed_query(query), dtype=np.float32)
        return np.argpartition(scores, -NEAREST)[-NEAREST:] if len(scores) > NEAREST else scores


class PlainLanceDB(Contender):
    """A LanceDB table; with an index from the size on from which a coach makes one."""

    name = "LanceDB"

    def fill(self, texts: Sequence[str], folder: Path) -> None:
        """Texts and vectors."""
        import lancedb
        import pyarrow as pa
        from lancedb.index import IvfSq

        schema = pa.schema([pa.field("text", pa.string()), pa.field("vector", pa.list_(pa.float32(), 384))])
        self.table = lancedb.connect(folder / "lancedb").create_table("texts", schema=schema)
        for at in range(0, len(texts), BATCH * 20):
            some = texts[at : at + BATCH * 20]
            flat = pa.array(self.known.vectors(some).ravel().astype(np.float32))
            vectors = pa.FixedSizeListArray.from_arrays(flat, 384)
            self.table.add(pa.table([pa.array(some), vectors], schema=schema))
        if len(texts) >= LARGE:
            size = round(math.sqrt(len(texts)))
            self.table.create_index("vector", config=IvfSq(distance_type="dot", target_partition_size=size))

    def ask(self, query: str) -> Any:
        """Rows."""
        found = self.table.search(self.known.embed_query(query)).distance_type("dot")
        return found.limit(NEAREST).to_list()


class MemoryStore(Contender):
    """LangGraph's `InMemoryStore.search`."""

    name = "InMemoryStore"
    most = 100_000

    def fill(self, texts: Sequence[str], folder: Path) -> None:
        """One item a text."""
        from langgraph.store.base import PutOp
        from langgraph.store.memory import InMemoryStore

        self.store = InMemoryStore(index={"dims": 384, "embed": self.known, "fields": ["text"]})
        puts = [PutOp(("coaching",), str(n), {"text": text}) for n, text in enumerate(texts)]
        for at in range(0, len(puts), BATCH):
            self.store.batch(puts[at : at + BATCH])

    def ask(self, query: str) -> Any:
        """Items."""
        return self.store.search(("coaching",), query=query, limit=NEAREST)

    async def aask(self, query: str) -> Any:
        """Items."""
        return await self.store.asearch(("coaching",), query=query, limit=NEAREST)


class Langmem(MemoryStore):
    """langmem's search tool on an `InMemoryStore`."""

    name = "langmem"

    def fill(self, texts: Sequence[str], folder: Path) -> None:
        """As of the store below it."""
        from langmem import create_search_memory_tool

        super().fill(texts, folder)
        self.tool = create_search_memory_tool(("coaching",), store=self.store)

    def ask(self, query: str) -> Any:
        """What the tool answers an agent."""
        return self.tool.invoke({"query": query, "limit": NEAREST})

    async def aask(self, query: str) -> Any:
        """The same."""
        return await self.tool.ainvoke({"query": query, "limit": NEAREST})


class Mem0(Contender):
    """mem0 with a local Qdrant, filled beneath its model (`infer=False`)."""

    name = "mem0"
    most = 100_000

    def fill(self, texts: Sequence[str], folder: Path) -> None:
        """The points that `add(…, infer=False)` makes, in batches."""
        os.environ.setdefault("MEM0_TELEMETRY", "False")
        os.environ.setdefault("MEM0_DIR", str(folder / "mem0"))
        from langchain_core.language_models.fake_chat_models import FakeListChatModel
        from mem0 import Memory

        where = {"path": str(folder / "qdrant"), "embedding_model_dims": 384, "collection_name": "texts"}
        self.memory = Memory.from_config(
            {
                "vector_store": {"provider": "qdrant", "config": where},
                "embedder": {"provider": "langchain", "config": {"model": self.known}},
                "llm": {"provider": "langchain", "config": {"model": FakeListChatModel(responses=["no"])}},
                "history_db_path": str(folder / "mem0.sqlite"),
            }
        )
        for at in range(0, len(texts), BATCH):
            some = texts[at : at + BATCH]
            told = [{"data": text, "user_id": "u", "hash": str(n)} for n, text in enumerate(some)]
            names = [str(uuid.uuid5(uuid.NAMESPACE_URL, text)) for text in some]
            self.memory.vector_store.insert(self.known.embed_documents(list(some)), told, names)

    def ask(self, query: str) -> Any:
        """Memories."""
        return self.memory.search(query, filters={"user_id": "u"}, top_k=NEAREST)


CONTENDERS = (Embedding, Ours, Numpy, PlainLanceDB, MemoryStore, Langmem, Mem0)
