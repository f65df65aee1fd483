"""Any value in JSON's types: encodable, of bounded depth, never raising."""

from __future__ import annotations

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from langgraph_coaching.errors import is_stop
from langgraph_coaching.surrogates import replace_surrogates

DEEPEST = 32
"""Levels of nesting that are kept; what is deeper is written as text."""


def to_jsonable(value: Any, _above: tuple[int, ...] = ()) -> Any:
    """The value in JSON's types: what has none there, and what holds itself, is written as its `repr`.

    Args:
        value: Anything.
    """
    if isinstance(value, str):
        return replace_surrogates(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if id(value) in _above or len(_above) >= DEEPEST:
        return safe_repr(value)
    above = (*_above, id(value))
    if isinstance(value, Mapping):
        return {
            replace_surrogates(name) if isinstance(name, str) else safe_repr(name): to_jsonable(part, above)
            for name, part in value.items()
        }
    if isinstance(value, list | tuple | AbstractSet):
        return [to_jsonable(part, above) for part in value]
    return safe_repr(value)


def safe_repr(value: Any) -> str:
    """The value's `repr`, or where even that fails its type."""
    try:
        return replace_surrogates(repr(value))
    except BaseException as error:
        if is_stop(error):
            raise
        return f"<{type(value).__name__}, whose repr raises {type(error).__name__}>"


def describe_error(error: BaseException) -> str:
    """An exception in one line: its type and its message."""
    try:
        text = str(error)
    except BaseException as fault:
        if is_stop(fault):
            raise
        text = ""
    name = type(error).__name__
    return replace_surrogates(f"{name}: {text}" if text else name)


def to_text(value: Any) -> str:
    """A text as it is, anything else as JSON."""
    return replace_surrogates(value) if isinstance(value, str) else json.dumps(to_jsonable(value), ensure_ascii=False)
