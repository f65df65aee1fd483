"""YAML as coachings are read from it: data and never code.

Every scalar is read as text, whatever YAML would take it for (`no`, `1e3`, a date); what it means is up to the field.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.yaml_writer import JSON_KEYS
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from yaml import Mark, Node

SIZE_LIMIT = 16 * 2**20
"""Bytes of a file that is read."""

DEPTH_LIMIT = 100
"""Levels of a file that is read."""


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
