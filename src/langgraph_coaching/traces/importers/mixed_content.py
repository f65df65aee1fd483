"""Splitting of a message with mixed content into one message a role: words and calls in order, results apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from langgraph_coaching.traces.importers.content_parts import CALLS, read_part
from langgraph_coaching.traces.importers.tool_calls import is_readable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import InvalidToolCall, ToolCall

    from langgraph_coaching.traces.importers.findings import Repairs


def split_message(message: BaseMessage, repairs: Repairs) -> list[BaseMessage]:
    """The messages that one message stands for, in their order; one without parts is itself.

    Args:
        message: Its content may hold parts of any provider.
        repairs: Told what had to be mended.
    """
    if not isinstance(message.content, list):
        return [message]
    found = _Assembly(message, repairs)
    for part in message.content:
        for read in read_part(part, repairs):
            found.add(read)
    return found.messages()


class _Assembly:
    """The messages that one stands for, while its parts are read in order.

    Args:
        message: The whole.
        repairs: Told what had to be mended.
    """

    def __init__(self, message: BaseMessage, repairs: Repairs) -> None:
        self._whole = message
        self._repairs = repairs
        self._agent = isinstance(message, AIMessage)
        self._found: list[BaseMessage] = []
        self._said: list[Any] = []
        self._calls: list[ToolCall | InvalidToolCall] = []
        self._results: list[ToolMessage] = []
        self._told: list[Any] = [*message.tool_calls, *message.invalid_tool_calls] if self._agent else []  # type: ignore[attr-defined]
        """Calls that the message names beside its content, too."""

    def add(self, part: Any) -> None:
        """Takes the next part."""
        if isinstance(part, ToolMessage):
            if not self._agent:
                self._end_message()
            self._results.append(part)
        elif isinstance(part, dict) and part.get("type") in CALLS:
            self._calls.append(self._call_beside(part))
        else:
            if self._results:
                self._end_message()
            self._said.append(part)

    def messages(self) -> list[BaseMessage]:
        """All of them."""
        self._calls += self._told
        self._told = []
        self._end_message(last=True)
        return self._found

    def _call_beside(self, call: Any) -> Any:
        """The call, or the same one as the message names it beside its content."""
        for place, other in enumerate(self._told):
            equal = (call["name"], call["args"]) == (other["name"], other["args"])
            if call["id"] == other["id"] if call["id"] and other["id"] else equal:
                return self._told.pop(place)
        return call

    def _end_message(self, *, last: bool = False) -> None:
        """Ends a message: what was said and asked, and then what tools have returned."""
        if self._said or self._calls or (last and not self._found and not self._results):
            self._found.append(self._make_message())
        for result in self._results:
            named = result.name or (self._whole.name if isinstance(self._whole, ToolMessage) else None)
            number = result.tool_call_id
            if not number and isinstance(self._whole, ToolMessage):
                number = self._whole.tool_call_id
            self._found.append(result.model_copy(update={"name": named, "tool_call_id": number}))
        self._said, self._calls, self._results = [], [], []

    def _make_message(self) -> BaseMessage:
        first = not any(type(message) is type(self._whole) for message in self._found)
        once: dict[str, Any] = {} if first else {"id": None, "additional_kwargs": {}}
        said = [part for part in self._said if part != "" and not (isinstance(part, dict) and part.get("text") == "")]
        changes: dict[str, Any] = {"content": said or "", **once}
        if isinstance(self._whole, AIMessage):
            readable = [call for call in self._calls if is_readable(call)]
            changes |= {"tool_calls": readable, "usage_metadata": self._whole.usage_metadata if first else None}
            changes["invalid_tool_calls"] = [call for call in self._calls if not is_readable(call)]
        elif self._calls:
            self._repairs.note("tool call that is not the agent's: kept beside the message")
            kept = self._whole.additional_kwargs | {"tool_calls": [dict(call) for call in self._calls]}
            changes["additional_kwargs"] = kept
        return self._whole.model_copy(update=changes)


def join_answers(messages: Sequence[BaseMessage], items: Sequence[bool]) -> list[BaseMessage]:
    """Neighbouring messages of the agent as one, where one of them was told as an item of its own.

    Args:
        messages: In order.
        items: Which of them were.
    """
    found: list[BaseMessage] = []
    loose = False
    for message, item in zip(messages, items, strict=True):
        last = found[-1] if found else None
        if isinstance(message, AIMessage) and isinstance(last, AIMessage) and (item or loose):
            found[-1] = _join_two(last, message)
            loose = True
        else:
            found.append(message)
            loose = item
    return found


def _join_two(one: AIMessage, other: AIMessage) -> AIMessage:
    contents = [c if isinstance(c, list) else [c] if c else [] for c in (one.content, other.content)]
    return one.model_copy(
        update={
            "content": [*contents[0], *contents[1]],
            "tool_calls": [*one.tool_calls, *other.tool_calls],
            "invalid_tool_calls": [*one.invalid_tool_calls, *other.invalid_tool_calls],
            "additional_kwargs": {**one.additional_kwargs, **other.additional_kwargs},
            "response_metadata": {**one.response_metadata, **other.response_metadata},
            "usage_metadata": other.usage_metadata or one.usage_metadata,
            "id": other.id if other.id and not other.tool_calls else one.id or other.id,
        }
    )
