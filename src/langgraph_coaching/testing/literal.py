"""Python literals: a value as source, the one way in which any text gets into a file that is run."""

from __future__ import annotations

import keyword
import math
import re
from typing import Any

from langgraph_coaching.errors import InvalidCoachingError

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def literal(value: Any, indent: int = 4) -> str:
    """A Python literal as a formatter would leave it: double quotes, and a line for each item.

    Args:
        value: JSON values.
        indent: Blanks in front of the line it ends on.

    Raises:
        InvalidCoachingError: It is something else.
    """
    if isinstance(value, str):
        quote = "'" if '"' in value and "'" not in value else '"'
        return f"{quote}{_escape_text(value, quote)}{quote}"
    if isinstance(value, dict):
        items = [f"{literal(name)}: {literal(inner, indent + 4)}" for name, inner in value.items()]
        return _item_lines("{", items, "}", indent)
    if isinstance(value, list | tuple):
        return _item_lines("[", [literal(inner, indent + 4) for inner in value], "]", indent)
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float) and math.isfinite(value):
        return float.__repr__(value)
    raise InvalidCoachingError(f"a {type(value).__name__} cannot be written into a test file; give JSON values")


def docstring(*lines: str) -> str:
    """A text of several lines as a docstring.

    Args:
        *lines: Any texts; what would end one is escaped.
    """
    return '"""' + "\n".join(_escape_text(line, '"') for line in lines) + '\n"""'


def dotted_name(text: str) -> str:
    """A name of Python, such as an argument's or a module's with its dots.

    Raises:
        InvalidCoachingError: It is none.
    """
    parts = text.split(".")
    if all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
        return text
    raise InvalidCoachingError(f"{text!r} is no name that a test file could use; give what it names another name")


def _escape_text(text: str, quote: str) -> str:
    """What stands between the quotes; whatever is not printed is told by its number."""
    return re.sub(r"[\s\S]", lambda found: _escape_character(found[0], quote), text)


def _escape_character(character: str, quote: str) -> str:
    if character == quote:
        return f"\\{quote}"
    if character in _ESCAPES:
        return _ESCAPES[character]
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def _item_lines(opening: str, items: list[str], closing: str, indent: int) -> str:
    blank = "\n" + " " * (indent + 4)
    return f"{opening}{''.join(f'{blank}{item},' for item in items)}{blank[:-4] if items else ''}{closing}"
