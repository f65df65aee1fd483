"""Checks of the embedder by itself: its vectors are finite, of one length, and the same for the same text."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.conformance.outcome import expect
from langgraph_coaching.recall.embedder import Embedder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from langgraph_coaching.conformance.scratch import Scratch

TEXTS = (
    "where is my parcel?",
    "please cancel the order",
    "good morning",
    "注文をキャンセルしたい",
    "👩🏽‍🚀",
    "a" * 8_000,
)
ALIKE = 0.999
"""Cosine of the same text in two calls: some services round in batches."""

DIFFERENT = 0.995
"""Cosine of two texts that say different things, above which an embedder tells nothing apart."""

ADVICE = "look at what embed_query and embed_documents return for it, or take other embeddings"


def check_embedder(scratch: Scratch) -> str:
    """Vectors in both calls, sync and async."""
    with scratch.opened() as coach:
        embeddings = coach.embeddings
    embedder = Embedder(embeddings)
    single = embedder.query(TEXTS)
    many = embedder.documents(TEXTS)
    expect(single.shape == many.shape, f"one text gives {single.shape[1]} numbers, many {many.shape[1]}", ADVICE)
    near = _cosines(single, many)
    detail = "an embedder with a prompt of its own for queries needs one without: both sides are compared here"
    expect(near.min() > ALIKE, f"embed_query and embed_documents differ for one text (cosine {near.min():.3f})", detail)
    again = Embedder(embeddings).query(TEXTS[:1])  # each anew, since one remembers what it has embedded
    expect(_cosines(again, Embedder(embeddings).query(TEXTS[:1])).min() > ALIKE, "it is not steady", ADVICE)
    if embedder.asynchronous:
        later = asyncio.run(Embedder(embeddings).aquery(TEXTS[:1]))
        expect(_cosines(again, later).min() > ALIKE, "its async call gives another vector", ADVICE)
    apart = float(_cosines(single[:1], single[1:2])[0])
    expect(apart < DIFFERENT, f"two different texts have the same vector (cosine {apart:.3f})", ADVICE)
    return f"{single.shape[1]} numbers, steady, the same in every call; two different texts at cosine {apart:.2f}"


def _cosines(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    result: NDArray[np.float32] = np.einsum("ij,ij->i", first, second)
    return result
