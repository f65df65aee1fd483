"""Texts of a trace, mapped by a function: what somebody has said, written or returned, not its structure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic_core import to_jsonable_python

from langgraph_coaching.traces.jsonable import safe_repr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.traces.model import Step, Trace

_NAMES = frozenset(("type", "id", "role", "status", "tool_call_id", "mime_type", "source_type"))
"""Keys of messages and tools whose values are no texts: what they belong to cannot be read without them."""

_LONG = 1_000_000_000_000
"""From here on a number may be that of a card."""

_NAMING = ("name", "key")
"""Beside `value` these hold what it is called, as of a header or a variable."""

_GIVEN = frozenset(("args", "arguments", "input"))
"""Keys of messages below which every value is somebody's own, whatever it is called."""


def map_texts(trace: Trace, change: Callable[[str], str]) -> Trace:
    """The trace with its texts mapped: of steps, prompts, arguments, errors, receipts and metadata.

    Args:
        trace: A trace.
        change: From a text to what stands for it; asked once for equal texts.
    """
    known: dict[str, str] = {"": ""}

    def once(text: str) -> str:
        if text not in known:
            known[text] = change(text)
        return known[text]

    return trace.model_copy(
        update={
            "steps": tuple(_map_step(step, once) for step in trace.steps),
            **{name: _map_message_value(getattr(trace, name), once) for name in ("messages", "tools", "parameters")},
            "metadata": _map_value(trace.metadata, once),
            "error": None if trace.error is None else once(trace.error),
        }
    )


def map_fields(trace: Trace, change: Callable[[str, str], str]) -> Trace:
    """The trace with the texts mapped that stand under a name: of arguments, messages and metadata.

    Args:
        trace: A trace.
        change: From a name and a text to what stands for the text; of a name itself, from "" and the name.
    """
    steps = tuple(_map_step_fields(step, change) for step in trace.steps)
    new = {name: _map_named(getattr(trace, name), change) for name in ("messages", "parameters", "metadata")}
    return trace.model_copy(update={"steps": steps, **new})


def _map_step_fields(step: Step, change: Callable[[str, str], str]) -> Step:
    given = {name: held for name in ("arguments", "extra", "exact") if (held := getattr(step, name))}
    new = {name: found for name, held in given.items() if (found := _map_named(held, change)) != held}
    return step.model_copy(update=new) if new else step


def _map_named(value: Any, change: Callable[[str, str], str], above: str = "") -> Any:
    """The value with what stands under a name mapped, several texts too, and a name and its value as two fields."""
    if isinstance(value, dict):
        pair = next((value[key] for key in _NAMING if isinstance(value.get(key), str)), "")
        return {
            change("", name) if isinstance(name, str) else name: _map_named(
                part, change, pair if pair and name == "value" else str(name)
            )
            for name, part in value.items()
        }
    if isinstance(value, list | tuple):
        return _like(value, (_map_named(part, change, above) for part in value))
    return change(above, value) if isinstance(value, str) and above else value


def _map_step(step: Step, change: Callable[[str], str]) -> Step:
    fields: dict[str, Any] = {name: change(getattr(step, name)) for name in ("text", "coaching")}
    fields["error"] = None if step.error is None else change(step.error)
    for name, read in (("arguments", _map_value), ("extra", _map_value), ("exact", _map_message_value)):
        if given := getattr(step, name):
            fields[name] = read(given, change)
    if step.receipts:
        fields["receipts"] = tuple(map_receipt_texts(receipt, change) for receipt in step.receipts)
    new = {name: value for name, value in fields.items() if value != getattr(step, name)}
    return step.model_copy(update=new) if new else step


def map_receipt_texts(receipt: Receipt, change: Callable[[str], str]) -> Receipt:
    """The receipt with its situation and its reason mapped: those quote a conversation."""
    situation, reason = change(receipt.situation), change(receipt.reason)
    if (situation, reason) == (receipt.situation, receipt.reason):
        return receipt
    return replace(receipt, situation=situation, reason=reason)


def _map_value(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {_map_key(name): _map_value(part, change) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return _like(value, (_map_value(part, change) for part in value))
    return _map_leaf(value, change)


def _map_leaf(value: Any, change: Callable[[str], str]) -> Any:
    """A value that is neither text nor made of others: what would be written of it is looked at too."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        written = str(int(value)) if abs(value) >= _LONG and value == value // 1 else ""
        return value if not written or (changed := change(written)) == written else changed
    return _map_value(_plain(value), change)


def _plain(value: Any) -> Any:
    """What is written of an object that is none of JSON's: its parts where they are known, or its `repr`."""
    try:
        return to_jsonable_python(value, fallback=safe_repr)
    except Exception:  # noqa: BLE001 - an object of somebody else's
        return safe_repr(value)


def _map_key(name: Any) -> Any:
    return name if isinstance(name, str) else safe_repr(name)


def _like(value: list[Any] | tuple[Any, ...], parts: Iterable[Any]) -> list[Any] | tuple[Any, ...]:
    return [*parts] if isinstance(value, list) else tuple(parts)


def _map_message_value(value: Any, change: Callable[[str], str]) -> Any:
    """A value in a form that LangChain or a provider reads: what says which form it is stays."""
    if isinstance(value, dict):
        return {_map_key(name): _map_field(name, part, change) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return _like(value, (_map_message_value(part, change) for part in value))
    return _map_value(value, change)


def _map_field(name: Any, value: Any, change: Callable[[str], str]) -> Any:
    if name in _GIVEN:
        return _map_value(value, change)
    return value if name in _NAMES and isinstance(value, str) else _map_message_value(value, change)
