"""Parser of messages that a tracer kept as Python's `repr`, such as `role='user' content='Hello' name=None`."""

from __future__ import annotations

import ast
import re
from typing import Any

_BEGINS = re.compile(r"^(?:\w+\()?(?:role|content|type)=")
_FIELD = re.compile(r"(?:^|[ (,])(role|content|type|id|name|tool_call_id|tool_calls|reasoning_content)=")
_OPENING, _CLOSING = "([{", ")]}"
_LONGEST = 200_000
"""Characters beyond which a text is not looked through."""


def read_repr(text: str) -> dict[str, Any] | None:
    """The fields of a message that was printed, or None where the text is no such message."""
    if len(text) > _LONGEST or not _BEGINS.match(text):
        return None
    fields: dict[str, Any] = {}
    for name, value in _fields(text):
        try:
            fields.setdefault(name, ast.literal_eval(value))  # reads literals only and runs nothing
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
    return {name: value for name, value in fields.items() if value is not None} if "role" in fields else None


def _fields(text: str) -> list[tuple[str, str]]:
    """The fields outside of any brackets and quotes, and what is written for each."""
    starts = []
    for place, depth in _outside(text):
        if depth <= (1 if text[: text.find("=")].count("(") else 0) and (found := _FIELD.match(text, place)):
            starts.append((found.group(1), found.start(1), found.end()))
    ends = [start for _, start, _ in starts[1:]] + [len(text)]
    return [(name, _value(text[begin:end])) for (name, _, begin), end in zip(starts, ends, strict=True)]


def _value(text: str) -> str:
    """The literal at the front, without the fields behind it that nothing here reads."""
    end = next((place for place, depth in _outside(text) if depth <= 0 and text[place] in " ,)" and place), len(text))
    return text[:end].strip()


def _outside(text: str) -> list[tuple[int, int]]:
    """Every place outside of quotes, with the number of brackets that are open there."""
    found, depth, quote, place = [], 0, "", 0
    while place < len(text):
        char = text[place]
        if quote:
            place += 1 if char != "\\" else 2
            quote = "" if char == quote else quote
            continue
        if char in "'\"":
            quote = char
        found.append((place, depth - (char in _CLOSING)))
        depth += (char in _OPENING) - (char in _CLOSING)
        place += 1
    return found
