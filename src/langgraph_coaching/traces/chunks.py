"""Chunks: a list that grows turn by turn is cut at places its own content decides, so that its beginning is kept once.

A list is cut behind every item whose digest says so, about every eighth. Whatever is appended later, the cuts before it
stay where they are, and the chunks between them have the same names. Names of chunks are a list too, and cut again.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CUT = 8
"""Items of a chunk, on average; as many, on average, stay behind the last cut and are kept with the trace itself."""

CHUNK_LIMIT = 16_384
"""Characters after which a chunk ends in any case."""

MOST_NAMES = 64
"""Names of chunks that a list keeps itself; more are cut into chunks of names."""


class MissingChunkError(LookupError):
    """A chunk is named that is not there; the message is its name."""


def folded(items: Sequence[Any], chunks: dict[str, str]) -> list[Any]:
    """The list with everything up to its last cut replaced by names of chunks.

    Args:
        items: Values of JSON's types, none of them a text; a list of names is folded again.
        chunks: Takes the chunks, by name, as JSON.
    """
    found: list[Any] = []
    names = 0
    group: list[str] = []
    size = start = 0
    for index, item in enumerate(items):
        text = dense(item)
        group.append(text)
        size += len(text)
        if size >= CHUNK_LIMIT or hashlib.blake2b(text.encode(), digest_size=1).digest()[0] % CUT == 0:
            found.append(_kept(f"[{','.join(group)}]", chunks))
            names += 1
            group, size, start = [], 0, index + 1
    if names > MOST_NAMES:
        found = folded(found, chunks)
    return [*found, *items[start:]]


def named(value: Any, chunks: dict[str, str]) -> str:
    """The name of a chunk that is one value."""
    return _kept(dense(value), chunks)


def _kept(text: str, chunks: dict[str, str]) -> str:
    name = base64.urlsafe_b64encode(hashlib.blake2b(text.encode(), digest_size=15).digest()).decode()
    chunks[name] = text
    return name


def unfolded(items: Sequence[Any], chunks: Mapping[str, Any]) -> Iterator[Any]:
    """The items of a folded list, in order.

    Args:
        items: The folded list.
        chunks: Contents of chunks by their names.

    Raises:
        MissingChunkError: A chunk is missing.
    """
    for item in items:
        if isinstance(item, str):
            yield from unfolded(chunk(item, chunks), chunks)
        else:
            yield item


def chunk(name: str, chunks: Mapping[str, Any]) -> Any:
    """The content of one chunk.

    Raises:
        MissingChunkError: It is missing.
    """
    if name not in chunks:
        raise MissingChunkError(name)
    return chunks[name]


def dense(value: Any) -> str:
    """A value as JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
