"""What a state, an update, an output or a `Command` carries: messages, advice, and where it sends the run."""

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
"""The state's channel with advice; also the key of receipts in a model call's metadata."""


QUESTIONS = ("question", "query", "input", "user_input", "human_input", "user_message", "message", "request", "prompt")
"""Names under which a state without messages usually keeps what the user says."""


def conversations(value: Any) -> list[list[BaseMessage]]:
    """Every list of messages in a value, each in its order; the argument is that of `channels`."""
    return [messages for _, messages in channels(value)]


def channels(value: Any) -> list[tuple[str, list[BaseMessage]]]:
    """Every list of messages in a value, each in its order, with the name of the channel it is in.

    Args:
        value: A state of any kind, a node's update, a `Command` or a list of them, messages, or anything else.
    """
    if isinstance(value, BaseMessage):
        return [(MESSAGES, [value])]
    if isinstance(value, list | tuple):
        messages = [item for item in value if isinstance(item, BaseMessage)]
        others = [item for item in value if is_command(item) or isinstance(item, dict)]
        return [*([(MESSAGES, messages)] if messages else []), *(found for item in others for found in channels(item))]
    return [(name, found) for name, part in fields_of(value) if (found := _messages(name, part))]


def question_in(value: Any, prompt: str) -> str:
    """What the user says in an input without messages; "" where nothing tells.

    Args:
        value: The input: a text, or a state with texts in it.
        prompt: What a model was asked of it: of several texts the one it holds is taken, the longest.
    """
    if isinstance(value, str):
        return value.strip()
    if is_command(value):
        return ""
    texts = {name: part.strip() for name, part in fields_of(value) if isinstance(part, str) and part.strip()}
    usual = next((texts[name] for name in QUESTIONS if name in texts), "")
    return usual or max((text for text in texts.values() if text in prompt), key=len, default="")


def _messages(name: str, value: Any) -> list[BaseMessage]:
    if isinstance(value, BaseMessage):
        return [value]
    if not value or not isinstance(value, list | tuple | dict | str):
        return []
    if isinstance(value, list | tuple) and any(isinstance(item, BaseMessage) for item in value):
        return [message for item in value for message in _read(item)]
    # Anything else is only taken for messages where LangGraph's own state keeps them.
    return _read(value) if name == MESSAGES else []


def _read(value: Any) -> list[BaseMessage]:
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
    """The advice in the coaching channel of a state or an update, or None."""
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


def commands_in(value: Any) -> list[Any]:
    """The `Command`s a node or a tool has returned."""
    return [item for item in (value if isinstance(value, list | tuple) else [value]) if is_command(item)]


def targets(value: Any) -> list[str]:
    """The nodes that the `Command`s in an output send the run to, without the end."""
    from langgraph.constants import END

    names = []
    for command in commands_in(value):
        goto = command.goto if isinstance(command.goto, list | tuple) else [command.goto]
        names += [str(getattr(place, "node", place)) for place in goto]
    return [name for name in dict.fromkeys(names) if name and name != END]
