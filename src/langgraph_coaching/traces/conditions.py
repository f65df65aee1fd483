"""What is asked of traces, as conditions on the columns of their table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from langgraph_coaching.recall.simulated import SIMULATED
from langgraph_coaching.storage.storable import literal, text_asked, time_asked

if TYPE_CHECKING:
    from datetime import datetime

    from langgraph_coaching.traces.chunks import Chunks


class ThreadFilters(TypedDict, total=False):
    """What a list of threads may be asked for; all of it has to hold of a run."""

    name: str | None
    """Exactly this graph or agent."""
    agent: str | None
    """One of `filters.agents_of`, in any case; of a run that an earlier version has written, its name."""
    text: str | None
    """Somewhere in what was said, in any case."""
    coaching_id: str | None
    """That coaching was in one of its prompts."""
    label: str | None
    origin: str | None
    thread_id: str | None
    since: datetime | None
    """Started at or after."""
    until: datetime | None
    """Started before."""
    coached: bool | None
    """Whether any coaching was in one of its prompts."""
    simulated: bool | None
    """Whether it is marked as simulated."""


def conditions_of(
    chunks: Chunks,
    text: str | None,
    coaching_id: str | None,
    since: datetime | None,
    until: datetime | None,
    coached: bool | None,
    simulated: bool | None = None,
) -> list[Any]:
    """LanceDB expressions; None for what is not asked.

    Args:
        chunks: Where earlier turns are searched.
        text: Somewhere in what was said, in any case.
        coaching_id: In one of its prompts.
        since: Started at or after; a time without a zone is taken as UTC.
        until: Started before.
        coached: Whether any coaching was in one of its prompts.
        simulated: Whether it is marked as simulated.

    Raises:
        StoreError: The chunks could not be read.
    """
    from lancedb.expr import col, lit

    return [
        None if text is None else _condition_on_text(chunks, text_asked("text", text)),
        None if coaching_id is None else _condition_on_coaching(text_asked("coaching_id", coaching_id)),
        None if since is None else col("started_at") >= literal(time_asked("since", since)),
        None if until is None else col("started_at") < literal(time_asked("until", until)),
        None if coached is None else (col("applied") != lit("\n") if coached else col("applied") == lit("\n")),
        None
        if simulated is None
        else (col("origin") == lit(SIMULATED) if simulated else col("origin") != lit(SIMULATED)),
    ]


def condition_on_agent(agent: str, *, is_kept: bool) -> Any:
    """What a run is called by: one line of its column, or the name alone where there is no such column.

    Args:
        agent: In any case.
        is_kept: Whether the table has the column; it is null in rows that were written before.
    """
    from lancedb.expr import col, func

    lowered = text_asked("agent", agent).lower()
    named = func("lower", col("name")) == literal(lowered)
    if not is_kept or "\n" in lowered:
        return named
    return func("contains", func("lower", col("agents")), literal(f"\n{lowered}\n")) | named


def values_of(**columns: str | None) -> dict[str, Any]:
    """The columns that are asked for."""
    return {column: value for column, value in columns.items() if value is not None}


def _condition_on_text(chunks: Chunks, text: str) -> Any:
    from lancedb.expr import col, func

    said = func("contains", func("lower", col("text")), literal(text.lower()))
    earlier = chunks.traces_holding(text)
    return said | col("id").isin(earlier) if earlier else said


def _condition_on_coaching(coaching_id: str) -> Any:
    from lancedb.expr import col, func, lit

    # A line each stands in the column: what is no line of it is no id, or it would find two that stand side by side.
    if "\n" in coaching_id or not coaching_id:
        return lit(value=False)
    return func("contains", col("applied"), literal(f"\n{coaching_id}\n"))
