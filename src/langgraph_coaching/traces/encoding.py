"""The record of a trace: what the archive keeps of it, with what other turns of its thread hold as well kept apart."""

from __future__ import annotations

import base64
import hashlib
import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from langgraph_coaching.traces.model import Trace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


LONG = 1_024
"""Characters from which a text, a message or a list of tools is a chunk of its own: they come back turn after turn."""

_LISTS = ("messages", "tools", "parameters")


def written(trace: Trace) -> tuple[str, dict[str, str]]:
    """The record of a trace as JSON, and the chunks it names."""
    chunks: dict[str, str] = {}
    fields = trace.model_dump(mode="json", exclude_defaults=True)
    steps: list[Any] = []
    for history, group in groupby(fields.get("steps", ()), key=lambda step: bool(step.get("history"))):
        bare = [_bare(step, chunks) for step in group]
        steps += folded(bare, chunks) if history else bare
    lists = {name: folded([_apart(item, chunks) for item in fields[name]], chunks) for name in _LISTS if name in fields}
    return dense(fields | {"steps": steps} | lists), chunks


def _bare(step: dict[str, Any], chunks: dict[str, str]) -> dict[str, Any]:
    """A step without what its place in the trace says."""
    bare = {name: value for name, value in step.items() if name not in ("index", "trace_id")}
    if len(text := bare.get("text", "")) >= LONG:
        bare["text"] = {"chunk": named({"type": step["type"], "text": text}, chunks)}
    if "exact" in bare:
        bare["exact"] = _apart(bare["exact"], chunks)
    return bare


def _apart(value: Any, chunks: dict[str, str]) -> Any:
    """The value, or where it is long the name of a chunk with nothing else in it."""
    return value if len(dense(value)) < LONG else named([value], chunks)


def names_in(value: Any) -> Iterator[str]:
    """The names of the chunks that a record, or the content of a chunk, asks for by itself.

    Args:
        value: A record read from JSON, or the content of a chunk; a text names nothing.
    """
    if isinstance(value, dict):
        for name in ("steps", *_LISTS):
            yield from names_in(value.get(name) or [])
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, str):
                yield item
            elif isinstance(item, dict):
                yield from _names_in(item)


def _names_in(step: dict[str, Any]) -> Iterator[str]:
    if isinstance(step.get("text"), dict):
        yield step["text"]["chunk"]
    if isinstance(step.get("exact"), str):
        yield step["exact"]


def read(record: str, chunks: Mapping[str, Any]) -> Trace:
    """The trace of a record.

    Args:
        record: As `written` gives it.
        chunks: Contents of chunks by their names.

    Raises:
        MissingChunkError: A chunk is missing.
    """
    fields = json.loads(record)
    for name in _LISTS:
        if name in fields:
            fields[name] = list(unfolded(fields[name], chunks))
    steps = unfolded(fields.get("steps") or [], chunks)
    fields["steps"] = [_whole(step, fields["id"], index, chunks) for index, step in enumerate(steps)]
    return Trace.model_validate(fields)


def _whole(step: dict[str, Any], trace_id: str, index: int, chunks: Mapping[str, Any]) -> dict[str, Any]:
    whole = {**step, "index": index, "trace_id": trace_id}
    if isinstance(text := step.get("text"), dict):
        whole["text"] = chunk(text["chunk"], chunks)["text"]
    if isinstance(exact := step.get("exact"), str):
        (whole["exact"],) = chunk(exact, chunks)
    return whole


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
