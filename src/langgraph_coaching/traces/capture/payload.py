"""The payload of an event, read once: messages by channel, commands, advice, arguments, and how a run failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage, ToolMessage
from pydantic import BaseModel

from langgraph_coaching.recall.advice import Advice
from langgraph_coaching.recall.situation import read_messages
from langgraph_coaching.traces.jsonable import said, storable, text
from langgraph_coaching.traces.messages import delegate

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGES = "messages"

CHANNEL = "coaching"
"""The state's channel with advice."""

QUESTIONS = ("question", "query", "input", "user_input", "human_input", "user_message", "message", "request", "prompt")
"""Names under which a state without messages usually keeps what the user says."""

_PASSING = "it passes a Command to the graph above"


@dataclass(frozen=True, eq=False)
class Payload:
    """What one event carries. Each part is read when it is first asked for, and never again."""

    data: Any
    """A state of any kind, an update, a `Command`, a tool's arguments, an output or an error: untouched."""

    @cached_property
    def channels(self) -> list[tuple[str, list[BaseMessage]]]:
        """Every list of messages in it, each in its order, with the name of the channel it is in."""
        return _channels_in(self.data)

    @cached_property
    def results(self) -> list[ToolMessage]:
        """The answers of tools among the messages."""
        return [message for _, found in self.channels for message in found if isinstance(message, ToolMessage)]

    @cached_property
    def advice(self) -> Advice | None:
        """The advice in the coaching channel of a state or an update, or None."""
        return _advice_in(self.data)

    @cached_property
    def commands(self) -> list[Any]:
        """The `Command`s a node or a tool has returned."""
        items = self.data if isinstance(self.data, list | tuple) else [self.data]
        return [item for item in items if _is_command(item)]

    @cached_property
    def targets(self) -> list[str]:
        """The nodes that its `Command`s send the run to, without the end."""
        return _targets_of(self.commands) if self.commands else []

    @cached_property
    def resumes(self) -> bool:
        """Whether an input lets a run go on, rather than start."""
        return self.data is None or _is_command(self.data)

    @cached_property
    def resume(self) -> str | None:
        """What a person has answered to an interrupt; None where the input is anything else."""
        value = self.data.resume if _is_command(self.data) else None
        return None if value is None else text(value)

    @cached_property
    def text(self) -> str:
        """The whole of it as text: a text as it is, anything else as JSON."""
        return text(self.data)

    @cached_property
    def arguments(self) -> dict[str, Any] | None:
        """What a tool was called with, in JSON's types; None where it was called with one text."""
        return storable(self.data) if isinstance(self.data, dict) else None

    @cached_property
    def reason(self) -> str:
        """The texts among a tool's arguments: why it was called."""
        values = self.data.values() if isinstance(self.data, dict) else ()
        return " ".join(value for value in values if isinstance(value, str))

    @cached_property
    def delegate(self) -> tuple[str, str] | None:
        """The sub-agent that a tool is called for, and the task it is handed; None where its arguments name none."""
        target = delegate(self.data)
        return None if target is None else (target, str(self.data.get("description") or ""))

    @cached_property
    def failure(self) -> str:
        """An error in one line; that of a `Command` on its way up says that it is one."""
        return _PASSING if self.passed is not None else said(self.data)

    @cached_property
    def passed(self) -> Payload | None:
        """What a subgraph's node hands to the graph above by raising a `Command`; None for any other error."""
        from langgraph.errors import ParentCommand

        return Payload(self.data.args[0]) if isinstance(self.data, ParentCommand) else None

    @cached_property
    def interrupts(self) -> list[tuple[str, str]]:
        """The id of each interrupt that a run waits at, and what it asks."""
        found = self.data.args[0] if isinstance(self.data, Exception) else self.data.interrupts
        return [(interrupt.id, text(interrupt.value)) for interrupt in found or ()]

    def question(self, prompt: str) -> str:
        """What the user says in an input without messages, a text or a state with texts in it; "" where nothing tells.

        Args:
            prompt: What a model was asked of it: of several texts the one it holds is taken, the longest.
        """
        if isinstance(self.data, str):
            return self.data.strip()
        if _is_command(self.data):
            return ""
        named = {name: part.strip() for name, part in _fields_of(self.data) if isinstance(part, str) and part.strip()}
        usual = next((named[name] for name in QUESTIONS if name in named), "")
        return usual or max((found for found in named.values() if found in prompt), key=len, default="")


NOTHING = Payload(None)
"""That of a run that has been read to its end."""


def _channels_in(value: Any) -> list[tuple[str, list[BaseMessage]]]:
    if isinstance(value, BaseMessage):
        return [(MESSAGES, [value])]
    if isinstance(value, list | tuple):
        messages = [item for item in value if isinstance(item, BaseMessage)]
        rest = (item for item in value if not isinstance(item, BaseMessage))
        others = [item for item in rest if isinstance(item, dict) or _is_command(item)]
        found = [(MESSAGES, messages)] if messages else []
        return found + [channel for item in others for channel in _channels_in(item)]
    return [(name, found) for name, part in _fields_of(value) if (found := _messages_in(name, part))]


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


def _fields_of(value: Any) -> Iterator[tuple[str, Any]]:
    """The named parts of a mapping, dataclass or pydantic model, or of a `Command`'s update; else nothing."""
    if _is_command(value):
        yield from _fields_of(value.update)
    elif isinstance(value, Mapping):
        yield from ((str(name), part) for name, part in value.items())
    elif isinstance(value, BaseModel):
        yield from value
    elif is_dataclass(value) and not isinstance(value, type):
        yield from ((field.name, getattr(value, field.name, None)) for field in fields(value))
    elif isinstance(value, list):
        yield from (pair for pair in value if isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str))  # noqa: PLR2004


def _advice_in(value: Any) -> Advice | None:
    for name, part in _fields_of(value):
        if name == CHANNEL and isinstance(part, list) and part and isinstance(part[-1], dict):
            try:
                return Advice.from_json(part[-1])
            except (KeyError, TypeError, ValueError):  # a channel of the same name with something else in it
                return None
    return None


def _is_command(value: Any) -> bool:
    from langgraph.types import Command

    return isinstance(value, Command)


def _targets_of(commands: list[Any]) -> list[str]:
    from langgraph.constants import END

    names = []
    for command in commands:
        goto = command.goto if isinstance(command.goto, list | tuple) else [command.goto]
        names += [str(getattr(place, "node", place)) for place in goto]
    return [name for name in dict.fromkeys(names) if name and name != END]
