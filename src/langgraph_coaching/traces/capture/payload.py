"""The payload of an event, read once: messages by channel, commands, advice, arguments, and how a run failed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from langchain_core.messages import ToolMessage

from langgraph_coaching.traces.capture.channels import advice_in, channels_in, fields_of, is_command
from langgraph_coaching.traces.jsonable import describe_error, to_jsonable, to_text
from langgraph_coaching.traces.messages import delegate_of

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from langgraph_coaching.recall.advice import Advice

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
        return channels_in(self.data)

    @cached_property
    def results(self) -> list[ToolMessage]:
        """The answers of tools among the messages."""
        return [message for _, found in self.channels for message in found if isinstance(message, ToolMessage)]

    @cached_property
    def advice(self) -> Advice | None:
        """The advice in the coaching channel of a state or an update, or None."""
        return advice_in(self.data)

    @cached_property
    def commands(self) -> list[Any]:
        """The `Command`s a node or a tool has returned."""
        items = self.data if isinstance(self.data, list | tuple) else [self.data]
        return [item for item in items if is_command(item)]

    @cached_property
    def targets(self) -> list[str]:
        """The nodes that its `Command`s send the run to, without the end."""
        return _targets_of(self.commands) if self.commands else []

    @cached_property
    def resumes(self) -> bool:
        """Whether an input lets a run go on, rather than start."""
        return self.data is None or is_command(self.data)

    @cached_property
    def resume(self) -> str | None:
        """What a person has answered to an interrupt; None where the input is anything else."""
        value = self.data.resume if is_command(self.data) else None
        return None if value is None else to_text(value)

    @cached_property
    def text(self) -> str:
        """The whole of it as text: a text as it is, anything else as JSON."""
        return to_text(self.data)

    @cached_property
    def arguments(self) -> dict[str, Any] | None:
        """What a tool was called with, in JSON's types; None where it was called with one text."""
        return to_jsonable(self.data) if isinstance(self.data, dict) else None

    @cached_property
    def reason(self) -> str:
        """The texts among a tool's arguments: why it was called."""
        values = self.data.values() if isinstance(self.data, dict) else ()
        return " ".join(value for value in values if isinstance(value, str))

    @cached_property
    def delegate(self) -> tuple[str, str] | None:
        """The sub-agent that a tool is called for, and the task it is handed; None where its arguments name none."""
        target = delegate_of(self.data)
        return None if target is None else (target, str(self.data.get("description") or ""))

    @cached_property
    def failure(self) -> str:
        """An error in one line; that of a `Command` on its way up says that it is one."""
        return _PASSING if self.passed is not None else describe_error(self.data)

    @cached_property
    def passed(self) -> Payload | None:
        """What a subgraph's node hands to the graph above by raising a `Command`; None for any other error."""
        from langgraph.errors import ParentCommand

        return Payload(self.data.args[0]) if isinstance(self.data, ParentCommand) else None

    @cached_property
    def interrupts(self) -> list[tuple[str, str]]:
        """The id of each interrupt that a run waits at, and what it asks."""
        found = self.data.args[0] if isinstance(self.data, Exception) else self.data.interrupts
        return [(interrupt.id, to_text(interrupt.value)) for interrupt in found or ()]

    def question(self, prompt: str) -> str:
        """What the user says in an input without messages, a text or a state with texts in it; "" where nothing tells.

        Args:
            prompt: What a model was asked of it: of several texts the one it holds is taken, the longest.
        """
        if isinstance(self.data, str):
            return self.data.strip()
        if is_command(self.data):
            return ""
        named = {name: part.strip() for name, part in fields_of(self.data) if isinstance(part, str) and part.strip()}
        usual = next((named[name] for name in QUESTIONS if name in named), "")
        return usual or max((found for found in named.values() if found in prompt), key=len, default="")


NOTHING = Payload(None)
"""That of a run that has been read to its end."""


def _targets_of(commands: list[Any]) -> list[str]:
    from langgraph.constants import END

    names = []
    for command in commands:
        goto = command.goto if isinstance(command.goto, list | tuple) else [command.goto]
        names += [str(getattr(place, "node", place)) for place in goto]
    return [name for name in dict.fromkeys(names) if name and name != END]
