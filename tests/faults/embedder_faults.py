"""Faults of an embedder: what it does with a question, and what the receipt says of it."""

from __future__ import annotations

import math
from typing import Any, NoReturn

from langgraph_coaching.recall.minilm import MiniLM


class Panic(BaseException):
    """As the panics of extensions in Rust are: no `Exception`."""


class Mute(Exception):  # noqa: N818 - what it is called is the point
    """An error that cannot say what it is."""

    def __str__(self) -> str:
        raise ValueError("hostile")


def _raising(error: BaseException) -> Any:
    def embed(_: str) -> NoReturn:
        raise error

    return embed


_SIZE = 384

EMBEDDER_FAULTS = {
    "raises an error": (_raising(ConnectionError("no route")), "ConnectionError: no route; check its key"),
    "raises `SystemExit`": (_raising(SystemExit(3)), "SystemExit: 3; check its key"),
    "panics (a `BaseException`)": (_raising(Panic("index out of bounds")), "Panic: index out of bounds"),
    "raises an error that cannot be printed": (_raising(Mute()), "failed: Mute: Mute"),
    "returns NaN": (lambda _: [math.nan] * _SIZE, "NaN or infinity, or is zero"),
    "returns infinity": (lambda _: [math.inf] * _SIZE, "NaN or infinity, or is zero"),
    "returns zeros": (lambda _: [0.0] * _SIZE, "NaN or infinity, or is zero"),
    "returns another dimension": (lambda _: [1.0] * 8, r"holds vectors of coaching-minilm-2 \(384\), you gave"),
    "returns two vectors for one text": (lambda _: [[1.0] * _SIZE] * 2, "expected 1 vectors of equal length"),
    "returns an empty vector": (lambda _: [], "expected 1 vectors of equal length"),
    "returns None": (lambda _: None, "returned something unusable"),
    "returns text": (lambda _: "vector", "returned something unusable"),
    "returns complex numbers": (lambda _: [1j] * _SIZE, "returned something unusable"),
}
"""What its call does, and what the receipt says."""


class AsyncMiniLM(MiniLM):
    """The default embedder, with an asynchronous call of its own that does the same."""

    async def aembed_query(self, text: str) -> list[float]:
        """Embeds a question."""
        return self.embed_query(text)
