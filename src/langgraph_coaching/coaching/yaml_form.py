"""YAML as coachings are exchanged in it: what is written is plain, what is read is data and never code.

Every scalar is read as text, whatever YAML would take it for (`no`, `1e3`, a date); what it means is up to the field.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from yaml import Mark, Node

SIZE_LIMIT = 16 * 2**20
"""Bytes of a file that is read."""

DEPTH_LIMIT = 100
"""Levels of a file that is read."""

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


def read_yaml(text: str) -> tuple[dict[str, Any], dict[str, int]]:
    """A mapping from YAML: texts, lists and mappings; nothing in it is run, made or fetched.

    Returns:
        The mapping, and the line on which each of its fields begins, counted from 1.

    Raises:
        InvalidCoachingError: It is no YAML, or goes beyond what data needs; the message says the line.
    """
    from yaml import YAMLError

    if len(text.encode(errors="replace")) > SIZE_LIMIT:
        raise InvalidCoachingError(f"is larger than {SIZE_LIMIT // 2**20} MiB; take examples out of it")
    try:
        _refuse_more_than_data(text)
        node = _compose(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        said = getattr(error, "problem", None) or getattr(error, "reason", None) or "is no YAML"
        hint = "; an unfinished merge of git?" if re.search("^(<{7}|={7}|>{7})", text, re.MULTILINE) else ""
        raise InvalidCoachingError(f"{_line(mark)}cannot be read as YAML: {said}{hint}") from None
    if node is None or node.id != "mapping":
        raise InvalidCoachingError("line 1: holds no fields such as `intent: …`")
    found = _value_of(node)
    return found, {key.value: key.start_mark.line + 1 for key, _ in node.value}


def _compose(text: str) -> Any:
    from yaml import SafeLoader, compose

    return compose(text, Loader=SafeLoader)


def _refuse_more_than_data(text: str) -> None:
    from yaml import SafeLoader, parse

    depth = 0
    for event in parse(text, Loader=SafeLoader):
        name = type(event).__name__
        if name == "AliasEvent" or getattr(event, "anchor", None) is not None:
            raise InvalidCoachingError(f"{_line(event.start_mark)}has an anchor or alias (& or *): write the text out")
        if getattr(event, "tag", None) not in (None, "!"):
            raise InvalidCoachingError(f"{_line(event.start_mark)}has a tag ({event.tag[:40]}): put quotes around it")
        depth += name.endswith("StartEvent") - name.endswith("EndEvent")
        if depth > DEPTH_LIMIT:
            raise InvalidCoachingError(f"{_line(event.start_mark)}goes deeper than {DEPTH_LIMIT} levels")


def _line(mark: Mark | None) -> str:
    return f"line {mark.line + 1}: " if mark is not None else ""


def _value_of(node: Node, *, typed: bool = False) -> Any:
    if node.id == "sequence":
        return [_value_of(item, typed=typed) for item in node.value]
    if node.id != "mapping":
        return _typed_value(node.value) if typed and node.style is None else node.value
    found: dict[str, Any] = {}
    for key, held in node.value:
        if key.id != "scalar":
            raise InvalidCoachingError(f"{_line(key.start_mark)}the name of a field must be a word")
        if key.value in found:
            raise InvalidCoachingError(f"{_line(key.start_mark)}the field `{key.value}` is there twice; keep one")
        found[key.value] = _value_of(held, typed=typed or key.value in JSON_KEYS)
        if key.value in JSON_KEYS and held.id == "scalar" and not typed:
            found[key.value] = _read_json(key.value, held)
    return found


def _typed_value(text: str) -> Any:
    try:
        return json.loads(text or "null", parse_constant=str)
    except ValueError:
        return text


def _read_json(name: str, node: Node) -> Any:
    try:
        return json.loads(node.value)
    except (ValueError, RecursionError) as error:
        line = node.start_mark.line + getattr(error, "lineno", 1) + (node.style == "|")
        raise InvalidCoachingError(f"line {line}: `{name}` holds no JSON: {error}") from None
