"""A row of the archive: the columns a trace is found by, beside the whole of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from langgraph_coaching.storage.table import COMPRESSED, KEY, key_of
from langgraph_coaching.traces.filters import agents_of
from langgraph_coaching.traces.scores import scores_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from langgraph_coaching.traces.model import Trace

HELD_BACK, SHADOW = "held_back", "shadow"
"""Outcomes of receipts of coachings that were chosen, and on purpose in no prompt."""


def archive_schema() -> pa.Schema:
    """The columns of the table of traces."""
    import pyarrow as pa

    text = pa.string()
    return pa.schema(
        [
            pa.field("key", text, nullable=False, metadata=KEY),
            pa.field("namespace", text, nullable=False),
            pa.field("id", text, nullable=False),
            pa.field("origin", text, nullable=False),
            pa.field("name", text),
            pa.field("thread_id", text),
            pa.field("label", text),
            pa.field("status", text, nullable=False),
            pa.field("started_at", pa.timestamp("us", tz="UTC"), nullable=False),
            pa.field("steps", pa.int32(), nullable=False),
            pa.field("applied", text, nullable=False),  # ids of the coachings in its prompts
            pa.field("considered", text, nullable=False),
            # For reports; null in rows that were written before there were such columns.
            pa.field("held_back", text),
            pa.field("shadow", text),
            pa.field("scores", text),  # numbers by name, as JSON
            pa.field("agents", text),  # what they are called; null in rows of before
            pa.field("text", pa.large_string(), nullable=False, metadata=COMPRESSED),
            pa.field("record", pa.large_string(), nullable=False, metadata=COMPRESSED),
        ]
    )


def _join_lines(names: Iterable[str | None]) -> str:
    # A line each: an id is one line by its nature, so that no part of one passes for another; and so is a name, mostly.
    return "".join(f"\n{name}" for name in sorted({name for name in names if name})) + "\n"


def archive_row(trace: Trace, record: str) -> dict[str, Any]:
    """One trace as a row.

    Args:
        trace: Redacted.
        record: The whole of it, encoded.
    """
    receipts = trace.receipts
    return {
        "key": key_of(trace.namespace, trace.id),
        **trace.model_dump(include={"namespace", "id", "origin", "name", "thread_id", "label", "status", "started_at"}),
        "steps": len(trace.steps),
        "applied": _join_lines(receipt.coaching_id for receipt in receipts if receipt.applied),
        "considered": _join_lines(receipt.coaching_id for receipt in receipts),
        "held_back": _join_lines(receipt.coaching_id for receipt in receipts if str(receipt.outcome) == HELD_BACK),
        "shadow": _join_lines(receipt.coaching_id for receipt in receipts if str(receipt.outcome) == SHADOW),
        "agents": _join_lines(agents_of(trace)),
        "scores": json.dumps(scores_of(trace.metadata)),
        "text": trace.model_copy(update={"steps": [step for step in trace.steps if not step.history]}).text,
        "record": record,
    }
