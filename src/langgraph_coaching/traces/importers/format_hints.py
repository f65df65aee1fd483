"""Format of a recording, guessed from a row, for the message that says what `format=` to give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langgraph_coaching.traces.importers.messages import is_message
from langgraph_coaching.traces.importers.rows import conversation_of

NAMES = {
    "openai": "messages",
    "langsmith": "LangSmith's runs",
    "langfuse": "Langfuse's traces or observations",
    "openinference": "OpenInference's spans",
    "otel": "OpenTelemetry's spans",
    "debug_stream": "the debug stream of a LangGraph server",
}
"""What the formats are called in a message."""

_OBSERVATIONS = frozenset(
    ("SPAN", "GENERATION", "EVENT", "TOOL", "AGENT", "CHAIN", "RETRIEVER", "EMBEDDING", "EVALUATOR", "GUARDRAIL")
)
_PAGES = ("runs", "data", "items", "results", "traces", "observations", "batches")
_SPANS = ("resourceSpans", "resource_spans", "scopeSpans", "scope_spans", "instrumentationLibrarySpans")
_DEEPEST = 3


def guess_format(value: Any, deep: int = 0) -> str | None:
    """The name of the format that a row is in, or None where nothing tells.

    Args:
        value: Of the row.
        deep: How far inside this is.
    """
    if deep > _DEEPEST:
        return None
    if isinstance(value, list):
        return guess_format(value[0], deep + 1) if value else None
    if hasattr(value, "run_type"):
        return "langsmith"
    if not isinstance(value, Mapping):
        return None
    found = _guess_tracer(value)
    if found is None and (is_message(value) or _is_conversation(value)):
        return "openai"
    pages = (value[name] for name in (*_PAGES, "trace") if isinstance(value.get(name), list | Mapping))
    return found or next((inside for page in pages if (inside := guess_format(page, deep + 1))), None)


def _beginning(value: Any) -> str:
    try:
        return str(value)[:100_000]
    except RecursionError:
        return ""


def _guess_tracer(value: Mapping[str, Any]) -> str | None:
    if "run_type" in value or "dotted_order" in value or isinstance(value.get("ingest_body"), Mapping):
        return "langsmith"
    if isinstance(value.get("post"), list) or isinstance(value.get("patch"), list):
        return "langsmith"
    kinds = (str(value.get("type")).upper() in _OBSERVATIONS, "traceId" in value or "trace_id" in value)
    if all(kinds) or isinstance(value.get("observations"), list):
        return "langfuse"
    if "event" in value and "data" in value and isinstance(value["event"], str):
        return "debug_stream"
    context = value.get("context")
    spans = any(name in value for name in ("spanId", "span_id", "context.span_id"))
    if spans or any(name in value for name in _SPANS) or (isinstance(context, Mapping) and "span_id" in context):
        return "openinference" if "openinference" in _beginning(value) else "otel"
    return None


def _is_conversation(value: Mapping[str, Any]) -> bool:
    try:
        return bool(conversation_of(dict(value)))
    except (ValueError, TypeError, RecursionError):
        return False


def format_hint(name: str) -> str:
    """What to give for a recording that is in another format."""
    given = "leave the format out, or give format='openai'" if name == "openai" else f"give format={name!r}"
    return f"it looks like {NAMES[name]}: {given} (on the command line --format {name})"
