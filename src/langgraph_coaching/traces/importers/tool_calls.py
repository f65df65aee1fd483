"""Tool calls of an imported message: name, arguments and id, in the form of any provider."""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, InvalidToolCall, ToolCall, ToolMessage

from langgraph_coaching.traces.importers.source import to_plain_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage, HumanMessage

    from langgraph_coaching.traces.importers.findings import Repairs


def _parse_python(text: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a backslash that Python does not know is no concern of whoever imports
        return ast.literal_eval(text)  # reads literals only and runs nothing


_READERS = ((json.loads, None), (_parse_python, "arguments written as Python instead of JSON: read"))

_ARGUMENTS = ("arguments", "args", "input", "parameters")
_NAMES = ("name", "toolName", "tool_name")
_IDS = ("call_id", "toolCallId", "tool_call_id", "toolUseId", "id")
"""Where an id of a call stands; one of OpenAI's items has an `id` of its own beside it."""

_KNOWN = frozenset(
    ("type", "index", "function", "custom", "tool_call", "error", "state", "step", *_NAMES, *_IDS, *_ARGUMENTS)
)


def read_calls(fields: dict[str, Any], repairs: Repairs) -> tuple[list[ToolCall], list[InvalidToolCall]]:
    """Takes the tool calls out of an assistant's message.

    Args:
        fields: The message's fields, without nulls; `tool_calls`, `toolInvocations` and the older `function_call` are
            taken out. What they hold beyond name, arguments and id stays in.
        repairs: Told what had to be mended.

    Returns:
        The calls, and those whose arguments cannot be read; either may lack an id.
    """
    given = fields.pop("tool_calls", [])
    if isinstance(given, str):
        given = parse_literal(given, repairs)
    calls = given if isinstance(given, list) else [given]
    unread = fields.pop("invalid_tool_calls", [])
    legacy = fields.pop("function_call", None)
    readable: list[ToolCall] = []
    unreadable: list[InvalidToolCall] = []
    kept = False
    for call in [*calls, *(unread if isinstance(unread, list) else ()), *([legacy] if legacy else [])]:
        if not isinstance(call, Mapping):
            repairs.note("tool call that is no object: kept beside the message")
            kept = True
            continue
        kept = kept or not call.keys() <= _KNOWN
        made = read_call(call, repairs)
        if is_readable(made):
            readable.append(made)  # type: ignore[arg-type]
        else:
            unreadable.append(made)  # type: ignore[arg-type]
    if kept:
        fields["tool_calls"] = given
    return readable, unreadable


def is_readable(call: ToolCall | InvalidToolCall) -> bool:
    """Whether the arguments of a call could be read."""
    return call.get("type") == "tool_call"


def read_call(call: Mapping[str, Any], repairs: Repairs) -> ToolCall | InvalidToolCall:
    """One tool call, in the form of any provider.

    Args:
        call: A mapping with a name, arguments and perhaps an id, itself or one level down.
        repairs: Told what had to be mended.
    """
    name, raw, number = _parts(call)
    arguments = read_arguments(raw, repairs)
    if arguments is not None:
        return ToolCall(type="tool_call", name=name, args=arguments, id=number)
    repairs.note("arguments that cannot be read: kept as text")
    text = raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False)
    error = call.get("error") if call.get("type") == "invalid_tool_call" else None
    said = error if isinstance(error, str) else "the arguments are not a JSON object"
    return InvalidToolCall(type="invalid_tool_call", name=name, args=text, id=number, error=said)


def _parts(call: Mapping[str, Any]) -> tuple[str, Any, str | None]:
    inner = call.get("tool_call")
    if isinstance(inner, Mapping):  # OpenInference nests it one deeper
        call = inner
    function: Any = call.get("function") or call.get("custom") or call
    if isinstance(function, str):
        function = {**call, "name": function}
    if not isinstance(function, Mapping):
        function = call
    raw = next((function[name] for name in _ARGUMENTS if name in function), None)
    if str(call.get("type")).startswith("custom") and isinstance(raw, str):
        raw = {"input": raw}  # a custom tool takes free text
    number = next((call[name] for name in _IDS if call.get(name) is not None), None)
    named = next((function[name] for name in _NAMES if function.get(name)), "")
    return str(named), raw, None if number is None else str(number)


def read_arguments(raw: Any, repairs: Repairs) -> dict[str, Any] | None:
    """The arguments as a mapping.

    Args:
        raw: JSON text as providers send it, Python text as `str(dict)` leaves it, or the mapping itself.
        repairs: Told what had to be mended.

    Returns:
        The mapping, or None where it cannot be read as one.
    """
    if isinstance(raw, dict):
        return raw
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        repairs.note("tool call without arguments: taken as none")
        return {}
    value = parse_literal(raw, repairs) if isinstance(raw, str) else raw
    if isinstance(value, str) and value != raw:
        if (inner := read_arguments(value, repairs)) is not None:
            repairs.note("arguments encoded twice: read")
        return inner
    return value if isinstance(value, dict) else None


def parse_literal(text: str, repairs: Repairs) -> Any:
    """The value that a text of JSON or of Python stands for; a text that is neither as it is."""
    for read, repair in _READERS:
        try:
            value = read(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
        if repair and isinstance(value, dict | list):
            repairs.note(repair)
        return to_plain_value(value, repairs)
    return text


class ToolCallPairs:
    """Gives ids to calls that have none, and finds for each result the call it answers.

    Args:
        messages: The conversation; ids that occur in it are not given again.
        repairs: Told what had to be mended.
    """

    def __init__(self, messages: Sequence[BaseMessage], repairs: Repairs) -> None:
        self._repairs = repairs
        self._open: list[tuple[str, str]] = []
        taken: set[str | None] = set()
        for message in messages:
            if isinstance(message, AIMessage):
                taken.update(call["id"] for call in (*message.tool_calls, *message.invalid_tool_calls))
            elif isinstance(message, ToolMessage):
                taken.add(message.tool_call_id)
        self._free = (free for n in count(1) if (free := f"call_{n}") not in taken)

    def add_call(self, name: str | None, number: str | None) -> str:
        """Adds a call of a tool.

        Args:
            name: The tool.
            number: The call's id, or None.

        Returns:
            Its id, a new one where it had none.
        """
        if not number:
            number = next(self._free)
            self._repairs.note("tool call without an id: given one")
        self._open.append((number, name or ""))
        return number

    def add_user_calls(self, message: HumanMessage) -> None:
        """A user called tools of their own, as simulated users do; the results that follow answer them."""
        calls = message.additional_kwargs.get("tool_calls")
        for call in calls if isinstance(calls, list) else ():
            if isinstance(call, dict):
                function = call.get("function")
                name = function.get("name") if isinstance(function, dict) else call.get("name")
                self._open.append((str(call.get("id") or ""), str(name or "")))

    def match_result(self, message: ToolMessage) -> tuple[str | None, str | None]:
        """Finds the call that a tool has answered.

        Args:
            message: The result; without an id it answers the oldest open call, of the same tool where it names one.

        Returns:
            Id and tool of the call; the message's own where no call is open for it.
        """
        number, name = message.tool_call_id, message.name
        for place, (asked, tool) in enumerate(self._open):
            if asked == number if number else name in (None, tool):
                del self._open[place]
                if not number:
                    self._repairs.note("tool result without tool_call_id: paired with its call")
                return asked or None, name or tool or None
        self._repairs.note("tool result that answers no open call: kept by itself")
        return number or None, name
