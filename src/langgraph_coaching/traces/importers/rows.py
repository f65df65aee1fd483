"""Conversation of a row: a list of messages in one of its fields, or a question and its answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from langgraph_coaching.traces.importers.content_parts import is_part
from langgraph_coaching.traces.importers.messages import is_message
from langgraph_coaching.traces.importers.roles import role_called, role_of

_LISTS = ("messages", "conversations", "conversation", "contents", "chat_messages", "history", "values", "state")
_QUESTIONS = ("prompt", "input", "inputs", "request", "body", "question", "instruction", "query")
_PREFERRED = ("chosen", "preferred_output", "preferred")
"""The better of two answers; the other one stays in the metadata."""

_ANSWERS = ("completion", "response", "output", "outputs", "choices", "candidates", "answer")
_SYSTEMS = ("system", "system_prompt", "systemInstruction", "system_instruction", "instructions")
_DEEPEST = 4

_TURN = re.compile(r"^(\w+): ?", re.MULTILINE)


def conversation_of(fields: dict[str, Any]) -> list[Any]:
    """Takes the messages out of a row.

    Args:
        fields: The row; what is taken is removed, the rest stays.

    Returns:
        Messages in anybody's form, in order.

    Raises:
        ValueError: There are none in it.
    """
    preferred = next((name for name in _PREFERRED if _messages_in_field(fields.get(name), "assistant")), None)
    asked, place = _question(fields)
    answer: list[Any] = []
    if preferred is not None:
        answer = _messages_in_field(fields.pop(preferred), "assistant")
        if any(role_of(message) == "user" for message in answer):
            asked, place = [], None  # it is told with its question
    elif not asked or role_of(asked[-1]) not in ("assistant", "call"):
        name = next(
            (name for name in _ANSWERS if name != place and _messages_in_field(fields.get(name), "assistant")), None
        )
        answer = _messages_in_field(fields.pop(name), "assistant") if name else []
    if place in _QUESTIONS and not answer and isinstance(fields[place], str):
        asked = []  # a text alone is no conversation
    if not asked and not answer:
        raise ValueError(
            "there are no messages in it; a row is a list of messages, or an object with one under `messages`"
        )
    if place is not None:
        asked = [*asked, *_context(fields, place)]
        del fields[place]
    return [*_system(fields, [*asked, *answer]), *asked, *answer]


def _question(fields: dict[str, Any]) -> tuple[list[Any], str | None]:
    """The messages before an answer, and the field they are in."""
    for name in _LISTS:
        if isinstance(text := fields.get(name), str) and text.lstrip().startswith("["):
            fields[name] = _parse_json(text)
    lists = [name for name, value in fields.items() if isinstance(value, list) and value]
    if "messages" in lists:
        return fields["messages"], "messages"
    for name in (*_LISTS, *_QUESTIONS):
        if name in fields and (found := _messages_in_field(fields[name], "user")) and not isinstance(fields[name], str):
            return found, name
    for name in lists:
        if name not in (*_ANSWERS, *_PREFERRED, "rejected", "non_preferred_output") and all(
            map(is_message, fields[name])
        ):
            return fields[name], name
    for name in _QUESTIONS:
        if isinstance(fields.get(name), str) and (found := _messages_in_field(fields[name], "user")):
            return found, name
    return [], None


def _parse_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _context(fields: dict[str, Any], place: str) -> list[Any]:
    """What an instruction is about, where a row keeps it apart."""
    about = fields.get("input") if place == "instruction" else None
    return _messages_in_field(fields.pop("input"), "user") if isinstance(about, str) else []


def _system(fields: dict[str, Any], messages: list[Any]) -> list[Any]:
    if any(role_of(message) == "system" for message in messages[:1]):
        return []
    for name in _SYSTEMS:
        given = fields.get(name)
        if isinstance(given, Mapping) and isinstance(given.get("parts"), list):
            given = given["parts"]
        if (isinstance(given, str) and given.strip()) or (
            isinstance(given, list) and given and all(map(is_part, given))
        ):
            del fields[name]
            return [{"role": "system", "content": given}]
    return []


def _messages_in_field(value: Any, speaker: str, deep: int = 0) -> list[Any]:
    """The messages in a field; a text is one of the speaker, or several where it is a dialogue."""
    if isinstance(value, str):
        return turns_in(value) or ([{"role": speaker, "content": value}] if value.strip() else [])
    if isinstance(value, list) and value and all(map(is_message, value)):
        return value
    if isinstance(value, list):  # several answers to choose from, or the parts of one
        return _messages_in_field(value[0], speaker, deep + 1) if value and isinstance(value[0], Mapping) else []
    return _messages_in_mapping(value, speaker, deep) if isinstance(value, Mapping) and deep <= _DEEPEST else []


def _messages_in_mapping(value: Mapping[str, Any], speaker: str, deep: int) -> list[Any]:
    """The messages in a mapping."""
    if is_message(value):
        return [value]
    content = value.get("parts") or value.get("text")
    if content and isinstance(content, list | str):
        return [{"role": speaker, "content": content}]
    asked = ("message", *_LISTS, *_QUESTIONS[:5])
    given = ("message", "content", *_ANSWERS, "body", "messages")
    places = asked if speaker == "user" else given
    inner = (
        _messages_in_field(value[name], speaker, deep + 1)
        for name in places
        if isinstance(value.get(name), list | Mapping)
    )
    return next((found for found in inner if found), [])


def turns_in(text: str) -> list[dict[str, str]]:
    """The turns of a dialogue in one text, whose lines begin with who says them; empty where it is no such text."""
    marks = [
        mark for mark in _TURN.finditer(text) if role_called(mark.group(1)) in ("user", "assistant", "system", "tool")
    ]
    if not marks or text[: marks[0].start()].strip():
        return []
    roles = [role_called(mark.group(1)) for mark in marks]
    if len(marks) < 2 or "user" not in roles[:2]:  # noqa: PLR2004 - a question and something else
        return []
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    turns = [
        {"role": str(role), "content": text[mark.end() : end].strip()}
        for role, mark, end in zip(roles, marks, ends, strict=True)
    ]
    return [turn for turn in turns if turn["content"] not in ("", "None")]
