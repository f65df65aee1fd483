"""Values that the archive can hold, whatever a graph has put into them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

DEEPEST = 32
"""Levels of nesting that are kept; what is deeper is written as text."""


def storable(value: Any, _above: tuple[int, ...] = ()) -> Any:
    """The value in JSON's types: what has none there, and what holds itself, is written as its `repr`.

    Args:
        value: Anything.
    """
    if isinstance(value, str):
        return whole(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if id(value) in _above or len(_above) >= DEEPEST:
        return shown(value)
    above = (*_above, id(value))
    if isinstance(value, Mapping):
        return {
            whole(name) if isinstance(name, str) else shown(name): storable(part, above) for name, part in value.items()
        }
    if isinstance(value, list | tuple | AbstractSet):
        return [storable(part, above) for part in value]
    return shown(value)


def whole(text: str) -> str:
    """The text with half characters (lone surrogates), which no file can hold, replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def shown(value: Any) -> str:
    """The value's `repr`, or where even that fails its type."""
    try:
        return whole(repr(value))
    except Exception as error:  # noqa: BLE001 - a repr may do anything
        return f"<{type(value).__name__}, whose repr raises {type(error).__name__}>"


def said(error: BaseException) -> str:
    """An exception in one line: its type and its message."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - a message may do anything
        text = ""
    name = type(error).__name__
    return whole(f"{name}: {text}" if text else name)


def text(value: Any) -> str:
    """A text as it is, anything else as JSON."""
    return whole(value) if isinstance(value, str) else json.dumps(storable(value), ensure_ascii=False)
