"""Content-defined chunking: a list that grows is cut where its own content says, so that its beginning is kept once."""

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


def to_chunks(items: Sequence[Any], chunks: dict[str, str]) -> list[Any]:
    """Content-defined chunking: the list with everything up to its last cut replaced by names of chunks.

    Args:
        items: Values of JSON's types, none of them a text; a list of names is chunked again.
        chunks: Takes the chunks, by name, as JSON.
    """
    found: list[Any] = []
    names = 0
    group: list[str] = []
    size = start = 0
    for index, item in enumerate(items):
        text = compact_json(item)
        group.append(text)
        size += len(text)
        if size >= CHUNK_LIMIT or hashlib.blake2b(text.encode(), digest_size=1).digest()[0] % CUT == 0:
            found.append(_add_text(f"[{','.join(group)}]", chunks))
            names += 1
            group, size, start = [], 0, index + 1
    if names > MOST_NAMES:
        found = to_chunks(found, chunks)
    return [*found, *items[start:]]


def add_chunk(value: Any, chunks: dict[str, str]) -> str:
    """Adds a chunk that is one value; returns its name, a hash of the content."""
    return _add_text(compact_json(value), chunks)


def _add_text(text: str, chunks: dict[str, str]) -> str:
    name = base64.urlsafe_b64encode(hashlib.blake2b(text.encode(), digest_size=15).digest()).decode()
    chunks[name] = text
    return name


def from_chunks(items: Sequence[Any], chunks: Mapping[str, Any]) -> Iterator[Any]:
    """The items of a list that `to_chunks` has made, in order.

    Args:
        items: That list.
        chunks: Contents of chunks by their names.

    Raises:
        MissingChunkError: A chunk is missing.
    """
    for item in items:
        if isinstance(item, str):
            yield from from_chunks(find_chunk(item, chunks), chunks)
        else:
            yield item


def find_chunk(name: str, chunks: Mapping[str, Any]) -> Any:
    """The content of one chunk.

    Raises:
        MissingChunkError: It is missing.
    """
    if name not in chunks:
        raise MissingChunkError(name)
    return chunks[name]


def compact_json(value: Any) -> str:
    """A value as JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
