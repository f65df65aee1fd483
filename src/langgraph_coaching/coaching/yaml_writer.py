"""YAML as coachings are written in it: plain, and the same for every reader."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

LINE_LIMIT = 100
"""Characters of a text that is written in the line of its field; a longer one is a block of its own."""

_SHOWN_ESCAPED = re.compile(
    # What YAML does not take, what it takes for the end of a line, and what would show a text in another order.
    "[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029\ufeff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_PLAIN = re.compile(r"\w(?:[^\t\n:#]|:(?=[^\s:])|(?<=[^\s#])#)*")

JSON_KEYS = frozenset({"arguments"})
"""Fields whose values keep their types: they hold JSON."""


def write_yaml(value: dict[str, Any]) -> str:
    """A mapping as YAML: keys in the order they have, a line feed at the end of each line.

    Args:
        value: Texts, whole numbers, times, lists and mappings; what is under one of `JSON_KEYS` is written as JSON.
    """
    return "".join(f"{line}\n" for line in _mapping_lines(value))


def _mapping_lines(value: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    for key, held in value.items():
        if isinstance(held, dict) and key not in JSON_KEYS:
            lines += [f"{key}:", *_shift(_mapping_lines(held))]
        elif isinstance(held, list):
            lines += [f"{key}:", *(line for item in held for line in _shift(_item_lines(item)))]
        else:
            first, *more = _scalar_lines(_json_text(held) if key in JSON_KEYS else held)
            lines += [f"{key}: {first}", *more]
    return lines


def _item_lines(item: Any) -> list[str]:
    first, *more = _mapping_lines(item) if isinstance(item, dict) else _scalar_lines(item)
    return [f"- {first}", *_shift(more)] if isinstance(item, dict) else [f"- {first}", *more]


def _shift(lines: list[str]) -> list[str]:
    return [f"  {line}" if line else line for line in lines]


def _scalar_lines(value: Any) -> list[str]:
    if isinstance(value, bool):
        return [str(value).lower()]
    if isinstance(value, int | float | datetime):
        return [value.isoformat() if isinstance(value, datetime) else str(value)]
    if _SHOWN_ESCAPED.search(value) or not value:
        return [_quote(value)]
    if "\n" in value or len(value) > LINE_LIMIT:
        return ["|-", *_shift(value.split("\n"))]
    return [value if _is_plain(value) else _quote(value)]


def _quote(text: str) -> str:
    return _escape(json.dumps(text, ensure_ascii=False)).replace("\x7f", "\\u007f")


def _escape(text: str) -> str:
    return _SHOWN_ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _json_text(value: Any) -> str:
    """As JSON, a member a line; in one line where it goes so deep that most of it would be blanks."""
    short = json.dumps(value, ensure_ascii=False)
    try:
        long = json.dumps(value, ensure_ascii=False, indent=2)
    except RecursionError:
        long = ""
    return _escape(long if 0 < len(long) <= 4 * len(short) else short)


def _is_plain(text: str) -> bool:
    """Whether YAML reads a text as it stands, and as a text."""
    return bool(_PLAIN.fullmatch(text)) and text[-1] != " " and not _typed_by_yaml(text)


def _typed_by_yaml(text: str) -> bool:
    from yaml import SafeLoader

    rules = [*SafeLoader.yaml_implicit_resolvers.get(text[0], ()), *SafeLoader.yaml_implicit_resolvers.get(None, ())]
    return any(rule.match(text) for _, rule in rules)
