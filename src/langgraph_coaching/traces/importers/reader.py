"""`import_traces`: a recording in any format as traces, with what was repaired and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import TraceImportError
from langgraph_coaching.traces.importers import debug_stream, langfuse, langsmith, otel
from langgraph_coaching.traces.importers.chat_sessions import sessions_of
from langgraph_coaching.traces.importers.findings import Finding, Imported, Repairs
from langgraph_coaching.traces.importers.format_hints import format_hint, guess_format
from langgraph_coaching.traces.importers.incomplete import note_lacks
from langgraph_coaching.traces.importers.messages import is_message
from langgraph_coaching.traces.importers.source import UNREADABLE, Row, modified_at, rows_of, say_unreadable
from langgraph_coaching.traces.importers.spans import trace_of
from langgraph_coaching.traces.importers.trace import read_trace

if TYPE_CHECKING:
    from langgraph_coaching.traces.model import Origin, Trace

TRACERS = {
    "langsmith": langsmith,
    "langfuse": langfuse,
    "openinference": otel,
    "otel": otel,
    "debug_stream": debug_stream,
}
"""Formats of spans, and who reads them."""

FORMATS = ("openai", "chat_sessions", *TRACERS)


def import_traces(
    source: Any,
    format: str = "openai",  # noqa: A002 - what it is called everywhere
    *,
    origin: Origin = "imported",
    namespace: str = "default",
) -> Imported:
    """Reads recorded conversations as traces. What can be repaired is repaired, the rest is reported by row.

    A row's `id` becomes the trace's id; without one, the id is made of the content, so that importing the same
    recording again adds nothing. Fields of a row that a trace has no place for are kept in its metadata, fields of a
    message in the `extra` of its first step. Nothing in a recording is run.

    The user is who is said to be: a role that nobody knows is never a user's, and in the prompts of a tracer's model
    calls only what the run itself was given is.

    Args:
        source: The path of a file or of a folder of files (one JSON document, rows as lines, or documents one after
            another, perhaps with gzip), one row, or an iterable of rows. For `openai`: a row is a list of messages, or
            a mapping with one, or with a question and its answer. For `chat_sessions`: a LangChain chat loader, or an
            iterable of `ChatSession` mappings or of lists of messages. For the formats of tracers: runs, spans,
            observations or events, pages of an API among them; LangSmith's may be what
            `langsmith.Client().list_runs()` gives.
        format: `openai` (messages in the form of any provider, framework or data set), `chat_sessions`, `langsmith`,
            `langfuse`, `openinference`, `otel` (the GenAI conventions) or `debug_stream` (of a LangGraph server).
        origin: `live`, `simulated` or `imported`.
        namespace: Of the traces.

    Returns:
        A list of traces, with `findings`: what was repaired, and the rows that could not be read. A recording without
        times started when its file was last changed; one that is not in a file, now.

    Raises:
        TraceImportError: The format is unknown, the file cannot be read, or no row in it can.
    """
    if format not in FORMATS:
        raise TraceImportError(
            f"the format {format!r} is unknown; use one of {', '.join(FORMATS)} "
            "(messages of any provider, framework or data set are read with openai)"
        )
    rows = rows_of(sessions_of(source) if format == "chat_sessions" else source)
    told = {"origin": origin, "namespace": namespace}
    latest = modified_at(source)
    imported = Imported()
    taken: dict[str, int] = {}  # id: number of the row that has it
    for row in TRACERS[format].group_rows(rows) if format in TRACERS else _join_single_messages(rows):
        repairs = Repairs(row.number, row.file)
        if format in TRACERS:
            read = _read_spans(TRACERS[format], row, repairs, told)
        else:
            read = _read_row(row, repairs, **told, no_later_than=latest)
        if isinstance(read, str):
            why = _add_format_hint(read, row, format)
            imported.findings.append(Finding(row.number, "unreadable", why, row.value, row.file))
            continue
        trace = _make_id_unique(read, taken, repairs)
        note_lacks(trace, repairs)
        imported.append(trace)
        imported.findings += repairs.findings()
    if not imported:
        reasons = "; ".join(str(finding) for finding in imported.findings[:3]) or "it is empty"
        raise TraceImportError(f"there is no conversation to import: {reasons}")
    return imported


def _join_single_messages(rows: list[Row]) -> list[Row]:
    """The rows; where each of a file is a single message, one row of all of them."""
    found: list[Row] = []
    for name in dict.fromkeys(row.file for row in rows):
        mine = [one for row in rows if row.file == name for one in _split_list(row, alone=len(rows) == 1)]
        good = [row for row in mine if row.fault is None]
        if good and all(is_message(row.value) for row in good):
            whole = Row(good[0].number, [row.value for row in good], file=name)
            found += [whole, *(row for row in mine if row.fault is not None)]
        else:
            found += mine
    return found


def _split_list(row: Row, *, alone: bool) -> list[Row]:
    """The rows in a row that is a list of them; where it is all there is, their places are their numbers."""
    inside = row.value if row.fault is None and isinstance(row.value, list) else []
    if not inside or not all(isinstance(item, Mapping) and not is_message(item) for item in inside):
        return [row]
    return [Row(place if alone else row.number, item, file=row.file) for place, item in enumerate(inside, 1)]


def _add_format_hint(why: str, row: Row, given: str) -> str:
    """Why a row cannot be read, and the format to give where it is in another one."""
    other = guess_format(row.value)
    same = {other, given} in ({"openinference", "otel"}, {"openai", "chat_sessions"})
    return why if other is None or other == given or same else f"{why}; {format_hint(other)}"


def _read_row(row: Row, repairs: Repairs, **told: Any) -> Trace | str:
    if row.fault is not None:
        return row.fault
    if guess_format(row.value) in TRACERS:
        return "it is no row of messages"
    try:
        return read_trace(row.value, repairs, **told)
    except UNREADABLE as error:
        return " ".join(str(error).split())


def _read_spans(reader: Any, row: Row, repairs: Repairs, told: dict[str, Any]) -> Trace | str:
    if row.fault is not None:
        return row.fault
    try:
        spans, fields = reader.read_spans(row.value, repairs)
        return trace_of(spans, {**fields, **told}, repairs)
    except UNREADABLE as error:
        return say_unreadable(error)


def _make_id_unique(trace: Trace, taken: dict[str, int], repairs: Repairs) -> Trace:
    name, times = trace.id, 1
    while name in taken:
        times += 1
        name = f"{trace.id}#{times}"
    taken[name] = repairs.row
    if name == trace.id:
        return trace
    repairs.note(f"row {taken[trace.id]} has the same id: named {name!r}")
    steps = tuple(step.model_copy(update={"trace_id": name}) for step in trace.steps)
    return trace.model_copy(update={"id": name, "steps": steps})
