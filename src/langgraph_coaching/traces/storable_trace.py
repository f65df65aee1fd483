"""Storable trace: one as a store can hold it, whatever it was made of."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel

from langgraph_coaching.recall.receipt import Receipt
from langgraph_coaching.surrogates import replace_surrogates
from langgraph_coaching.traces.encoding import encode_trace
from langgraph_coaching.traces.jsonable import to_jsonable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from langgraph_coaching.traces.model import Trace


BATCH = 1_000
"""Traces written in one commit, at most."""

MOST_BYTES = 16 * 1024 * 1024
"""Characters of traces after which a commit takes no more of them."""


class StorableTrace(NamedTuple):
    """A trace as it is stored, and how."""

    trace: Trace
    record: str
    chunks: dict[str, str]
    """What the record names."""

    @property
    def size(self) -> int:
        """Characters."""
        return len(self.record) + sum(map(len, self.chunks.values()))


def batches_of(traces: Iterable[Trace]) -> Iterator[list[StorableTrace]]:
    """Traces as they are stored, those of one commit at a time."""
    batch: list[StorableTrace] = []
    size = 0
    for trace in traces:
        batch.append(to_storable_trace(trace))
        size += batch[-1].size
        if len(batch) >= BATCH or size >= MOST_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def to_storable_trace(trace: Trace) -> StorableTrace:
    """A trace as it is stored.

    What no store can hold is written so that it can be seen: half a character as U+FFFD; what is nested deeper than 32
    levels, and what JSON knows no form of, as its `repr`.
    """
    try:
        record, chunks = encode_trace(trace)
        record.encode()
    except (ValueError, RecursionError):  # rare, and dear to look for in every trace
        trace = mend_trace(trace)
        record, chunks = encode_trace(trace)
    return StorableTrace(trace, record, chunks)


def mend_trace(trace: Trace) -> Trace:
    """The trace with what no store can hold written so that it can be seen."""
    mended: Trace = _mend(trace)
    return mended


def _mend(value: Any) -> Any:
    if isinstance(value, str):
        return replace_surrogates(value)
    if isinstance(value, BaseModel):
        return value.model_copy(update={name: _mend(getattr(value, name)) for name in type(value).model_fields})
    if isinstance(value, Receipt):
        return replace(value, **{one.name: _mend(getattr(value, one.name)) for one in fields(value)})
    if isinstance(value, tuple):
        return tuple(_mend(part) for part in value)
    return to_jsonable(value) if isinstance(value, dict | list) else value
