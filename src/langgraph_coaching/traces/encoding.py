"""Encoding of a trace as one JSON record and content-defined chunks, which the turns of a thread share."""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from langgraph_coaching.traces.chunking import (
    add_chunk,
    compact_json,
    find_chunk,
    from_chunks,
    to_chunks,
)
from langgraph_coaching.traces.model import Trace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


LONG = 1_024
"""Characters from which a text, a message or a list of tools is a chunk of its own: they come back turn after turn."""

_NAME = re.compile(r'"([A-Za-z0-9_-]{20})(?=")')

_LISTS = ("messages", "tools", "parameters")


def encode_trace(trace: Trace) -> tuple[str, dict[str, str]]:
    """The record of a trace as JSON, and the chunks it names."""
    chunks: dict[str, str] = {}
    fields = trace.model_dump(mode="json", exclude_defaults=True)
    steps: list[Any] = []
    for history, group in groupby(fields.get("steps", ()), key=lambda step: bool(step.get("history"))):
        bare = [_encode_step(step, chunks) for step in group]
        steps += to_chunks(bare, chunks) if history else bare
    lists = {
        name: to_chunks([_encode_value(item, chunks) for item in fields[name]], chunks)
        for name in _LISTS
        if name in fields
    }
    return compact_json(fields | {"steps": steps} | lists), chunks


def _encode_step(step: dict[str, Any], chunks: dict[str, str]) -> dict[str, Any]:
    """The step as the record holds it: without what its place says, long texts as names of chunks."""
    bare = {name: value for name, value in step.items() if name not in ("index", "trace_id")}
    if len(text := bare.get("text", "")) >= LONG:
        bare["text"] = {"chunk": add_chunk({"type": step["type"], "text": text}, chunks)}
    if "exact" in bare:
        bare["exact"] = _encode_value(bare["exact"], chunks)
    return bare


def _encode_value(value: Any, chunks: dict[str, str]) -> Any:
    """The value, or where it is long the name of a chunk with nothing else in it."""
    return value if len(compact_json(value)) < LONG else add_chunk([value], chunks)


def chunk_names(value: Any) -> Iterator[str]:
    """The names of the chunks that a record, or the content of a chunk, asks for by itself.

    Args:
        value: A record read from JSON, or the content of a chunk; a text names nothing.
    """
    if isinstance(value, dict):
        for name in ("steps", *_LISTS):
            yield from chunk_names(value.get(name) or [])
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, str):
                yield item
            elif isinstance(item, dict):
                yield from _step_chunk_names(item)


def names_within(text: str) -> list[str]:
    """What may be names of chunks in a record, or in the content of a chunk, as JSON: all of them, and hardly more."""
    return _NAME.findall(text)


def _step_chunk_names(step: dict[str, Any]) -> Iterator[str]:
    if isinstance(step.get("text"), dict):
        yield step["text"]["chunk"]
    if isinstance(step.get("exact"), str):
        yield step["exact"]


def decode_trace(record: str, chunks: Mapping[str, Any]) -> Trace:
    """The trace of a record.

    Args:
        record: As `encode_trace` gives it.
        chunks: Contents of chunks by their names.

    Raises:
        MissingChunkError: A chunk is missing.
    """
    fields = json.loads(record)
    for name in _LISTS:
        if name in fields:
            fields[name] = list(from_chunks(fields[name], chunks))
    steps = from_chunks(fields.get("steps") or [], chunks)
    fields["steps"] = [_decode_step(step, fields["id"], index, chunks) for index, step in enumerate(steps)]
    return Trace.model_validate(fields)


def _decode_step(step: dict[str, Any], trace_id: str, index: int, chunks: Mapping[str, Any]) -> dict[str, Any]:
    whole = {**step, "index": index, "trace_id": trace_id}
    if isinstance(text := step.get("text"), dict):
        whole["text"] = find_chunk(text["chunk"], chunks)["text"]
    if isinstance(exact := step.get("exact"), str):
        (whole["exact"],) = find_chunk(exact, chunks)
    return whole
