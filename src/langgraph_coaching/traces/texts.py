"""The texts of a trace: everything in it that somebody has said, written or returned."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.traces.model import Step, Trace

_NAMES = frozenset(("type", "id", "role", "status", "tool_call_id", "mime_type", "source_type"))
"""Keys of messages and tools whose values are no texts: what they belong to cannot be read without them."""

_GIVEN = frozenset(("args", "arguments", "input"))
"""Keys of messages below which every value is somebody's own, whatever it is called."""


def changed(trace: Trace, change: Callable[[str], str]) -> Trace:
    """The trace with each of its texts changed: of steps, prompts, arguments, errors, receipts and metadata.

    Args:
        trace: A trace.
        change: From a text to what stands for it.
    """
    known: dict[str, str] = {"": ""}

    def once(text: str) -> str:
        if text not in known:
            known[text] = change(text)
        return known[text]

    return trace.model_copy(
        update={
            "steps": tuple(_step(step, once) for step in trace.steps),
            **{name: _formed(getattr(trace, name), once) for name in ("messages", "tools", "parameters")},
            "metadata": _value(trace.metadata, once),
            "error": None if trace.error is None else once(trace.error),
        }
    )


def _step(step: Step, change: Callable[[str], str]) -> Step:
    fields: dict[str, Any] = {name: change(getattr(step, name)) for name in ("text", "coaching")}
    fields["error"] = None if step.error is None else change(step.error)
    for name, read in (("arguments", _value), ("extra", _value), ("exact", _formed)):
        if given := getattr(step, name):
            fields[name] = read(given, change)
    if step.receipts:
        fields["receipts"] = tuple(told(receipt, change) for receipt in step.receipts)
    new = {name: value for name, value in fields.items() if value != getattr(step, name)}
    return step.model_copy(update=new) if new else step


def told(receipt: Receipt, change: Callable[[str], str]) -> Receipt:
    """The receipt with the situation and the reason changed, which tell of a conversation."""
    return replace(receipt, situation=change(receipt.situation), reason=change(receipt.reason))


def _value(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {name: _value(part, change) for name, part in value.items()}
    return type(value)(_value(part, change) for part in value) if isinstance(value, list | tuple) else value


def _formed(value: Any, change: Callable[[str], str]) -> Any:
    """A value in a form that LangChain or a provider reads: what says which form it is stays."""
    if isinstance(value, dict):
        return {name: _part(name, part, change) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_formed(part, change) for part in value)
    return _value(value, change)


def _part(name: str, value: Any, change: Callable[[str], str]) -> Any:
    if name in _GIVEN:
        return _value(value, change)
    return value if name in _NAMES and isinstance(value, str) else _formed(value, change)
