"""Channels of a value: messages and advice in a state, an update, a `Command` or anything that holds one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage
from pydantic import BaseModel

from langgraph_coaching.recall.advice import Advice
from langgraph_coaching.recall.situation import read_messages

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGES = "messages"

CHANNEL = "coaching"
"""The state's channel with advice."""


def channels_in(value: Any) -> list[tuple[str, list[BaseMessage]]]:
    """Every list of messages in a value, each in its order, with the name of the channel it is in."""
    if isinstance(value, BaseMessage):
        return [(MESSAGES, [value])]
    if isinstance(value, list | tuple):
        messages = [item for item in value if isinstance(item, BaseMessage)]
        rest = (item for item in value if not isinstance(item, BaseMessage))
        others = [item for item in rest if isinstance(item, dict) or is_command(item)]
        own = [(MESSAGES, messages)] if messages else []
        return own + [channel for item in others for channel in channels_in(item)]
    return [(name, found) for name, part in fields_of(value) if (found := _messages_in(name, part))]


def _messages_in(name: str, value: Any) -> list[BaseMessage]:
    if isinstance(value, BaseMessage):
        return [value]
    if not value or not isinstance(value, list | tuple | dict | str):
        return []
    if isinstance(value, list | tuple) and any(isinstance(item, BaseMessage) for item in value):
        return [message for item in value for message in _messages_of(item)]
    # Anything else is only taken for messages where LangGraph's own state keeps them.
    return _messages_of(value) if name == MESSAGES else []


def _messages_of(value: Any) -> list[BaseMessage]:
    if isinstance(value, BaseMessage):
        return [value]
    loose = isinstance(value, dict) or (isinstance(value, tuple) and all(isinstance(part, str) for part in value))
    try:
        return read_messages([value] if loose else value)
    except ValueError:
        return []


def fields_of(value: Any) -> Iterator[tuple[str, Any]]:
    """The named parts of a mapping, dataclass or pydantic model, or of a `Command`'s update; else nothing."""
    if is_command(value):
        yield from fields_of(value.update)
    elif isinstance(value, Mapping):
        yield from ((str(name), part) for name, part in value.items())
    elif isinstance(value, BaseModel):
        yield from value
    elif is_dataclass(value) and not isinstance(value, type):
        yield from ((field.name, getattr(value, field.name, None)) for field in fields(value))
    elif isinstance(value, list):
        yield from (pair for pair in value if isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str))  # noqa: PLR2004


def advice_in(value: Any) -> Advice | None:
    """The advice in the coaching channel of a value, or None."""
    for name, part in fields_of(value):
        if name == CHANNEL and isinstance(part, list) and part and isinstance(part[-1], dict):
            try:
                return Advice.from_json(part[-1])
            except (KeyError, TypeError, ValueError):  # a channel of the same name with something else in it
                return None
    return None


def is_command(value: Any) -> bool:
    """Whether it is LangGraph's `Command`."""
    from langgraph.types import Command

    return isinstance(value, Command)
