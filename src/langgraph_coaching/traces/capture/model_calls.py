"""Model calls while a run is recorded (`PendingCall`), and as a trace keeps them (`ModelCall`): by reference."""

from __future__ import annotations

import json
from dataclasses import dataclass
from operator import is_
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from langgraph_coaching.traces.canonical import dump_message, exact_fields, same_to_model, to_handler_form
from langgraph_coaching.traces.messages import EVENTS, messages_of
from langgraph_coaching.traces.model import ModelCall

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.traces.capture.transcript import Entry
    from langgraph_coaching.traces.model import Step

    Place = tuple[Entry | None, BaseMessage]
    """A message, and the entry that holds it or one like it."""
    Reference = int | tuple[int, int]
    """One of `ModelCall.prompt`."""


@dataclass(slots=True)
class PendingCall:
    """One model call as messages, until the steps of its trace are known and it becomes a `ModelCall`."""

    front: list[Place] | None = None
    """The system messages in front of the prompt; None where the prompt is not known."""
    messages: Sequence[BaseMessage] = ()
    """The rest of the prompt."""
    entries: Sequence[Entry | None] = ()
    """The entries that hold those, or ones like them; None for what is in no conversation."""
    answer: Place | None = None
    tools: list[Any] | None = None
    parameters: dict[str, Any] | None = None


class CallReferences:
    """Model calls of one run by reference: messages, tools and parameters are kept once, in steps or in pools.

    Args:
        steps: Of the trace.
        entries: What the steps stand for, in their order.
    """

    def __init__(self, steps: Sequence[Step], entries: Iterable[Entry]) -> None:
        self._steps = steps
        self._ranges: dict[int, tuple[int, int]] = {}
        start = 0
        for entry in entries:
            end = start + len(entry.steps)
            if start < end and (steps[start].type not in EVENTS or is_prompt(steps[start])):
                self._ranges[id(entry)] = start, end
            start = end
        self._pooled: dict[int, int] = {}
        self._latest: tuple[Sequence[BaseMessage], list[Reference]] = (), []
        self.messages, self.tools, self.parameters = Pool(), Pool(), Pool()

    def refer(self, call: PendingCall) -> ModelCall:
        """The call as a trace keeps it."""
        answer = None if call.answer is None else self._reference(*call.answer)
        return ModelCall(
            prompt=None if call.front is None else (*self._references(call.front), *self._rest_of_prompt(call)),
            answer=answer if isinstance(answer, int) else None,
            tools=self.tools.add(call.tools) if call.tools else None,
            parameters=self.parameters.add(call.parameters) if call.parameters else None,
        )

    def _rest_of_prompt(self, call: PendingCall) -> list[Reference]:
        # In a loop of tool calls each prompt goes on where the one before it ended.
        earlier, found = self._latest
        messages, known = call.messages, len(earlier)
        if known > len(messages) or not all(map(is_, earlier, messages)):
            known, found = 0, []
        found = self._references(zip(call.entries[known:], messages[known:], strict=True), found)
        self._latest = messages, found
        return found

    def _references(self, places: Iterable[Place], earlier: Iterable[Reference] = ()) -> list[Reference]:
        found = [*earlier]
        for entry, message in places:
            new = self._reference(entry, message)
            last = found[-1] if found else None
            if isinstance(last, tuple) and isinstance(new, tuple) and self._are_adjacent(last, new):
                found[-1] = last[0], new[1]
            else:
                found.append(new)
        return found

    def _are_adjacent(self, one: tuple[int, int], other: tuple[int, int]) -> bool:
        if "system" in (self._steps[one[0]].type, self._steps[other[0]].type) or one[1] > other[0]:
            return False
        return all(step.type in EVENTS for step in self._steps[one[1] : other[0]])

    def _reference(self, entry: Entry | None, message: BaseMessage) -> Reference:
        if entry is not None and (own := entry.message) is not None:
            # A handler is shown images in another form than the model; the state has them as they are.
            if own is not message and own.id == message.id and same_to_model(message, to_handler_form(own)):
                message = own
            if id(entry) in self._ranges and self._says_exactly(entry, own, message):
                return self._ranges[id(entry)]
        if id(message) not in self._pooled:
            self._pooled[id(message)] = self.messages.add(dump_message(message))
        return self._pooled[id(message)]

    def _says_exactly(self, entry: Entry, own: BaseMessage, message: BaseMessage) -> bool:
        step = self._steps[self._ranges[id(entry)][0]]
        return same_to_model(message, SystemMessage(step.text, id=step.message_id) if is_prompt(step) else own)


def is_prompt(step: Step) -> bool:
    """Whether it is a system prompt, which is a message to the model although it is none of the conversation."""
    return step.type == "system" and step.name == "prompt"


def add_exact_fields(steps: list[Step], message: BaseMessage | None) -> list[Step]:
    """The steps of a message; what type and text cannot say of it goes into `exact` of the first."""
    if message is None or _one_step_says_all(steps, message):
        return steps
    found = messages_of(steps)
    if len(found) != 1 or steps[0].type in EVENTS or not (exact := exact_fields(message, found[0])):
        return steps
    return [steps[0].model_copy(update={"exact": exact}), *steps[1:]]


def _one_step_says_all(steps: Sequence[Step], message: BaseMessage) -> bool:
    """Whether it is plain to see, without putting the message together again, that one step says all of it."""
    if len(steps) != 1 or message.additional_kwargs or message.model_extra:
        return False
    step = steps[0]
    if message.content != step.text or message.id not in (None, step.message_id):
        return False
    if type(message) is ToolMessage:
        named = message.tool_call_id == step.tool_call_id and message.name == step.name
        return named and message.status == ("success" if step.error is None else "error")
    if message.name is not None:
        return False
    if type(message) is AIMessage:
        return step.type == "message" and not message.tool_calls and not message.invalid_tool_calls
    return type(message) is HumanMessage


class Pool:
    """Distinct JSON values, each once, in the order they came."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self.values: list[Any] = []

    def add(self, value: Any) -> int:
        """The place of a value, which is kept if it is not there yet."""
        text = json.dumps(value)
        if text not in self._places:
            self._places[text] = len(self.values)
            self.values.append(value)
        return self._places[text]
