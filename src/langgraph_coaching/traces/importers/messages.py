"""Reader of conversations: messages in the form of any provider, framework or data set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, BaseMessage, ChatMessage, ToolMessage

from langgraph_coaching.traces.importers.chat_sessions import upgrade_message
from langgraph_coaching.traces.importers.content_parts import is_item, is_part
from langgraph_coaching.traces.importers.langchain import is_langchain_message, read_langchain
from langgraph_coaching.traces.importers.mixed_content import join_answers, split_message
from langgraph_coaching.traces.importers.openai import read_message
from langgraph_coaching.traces.importers.results import result_text
from langgraph_coaching.traces.importers.roles import role_called, role_name, role_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from langgraph_coaching.traces.importers.findings import Repairs

UNKNOWN = "unknown"
"""The role of what has none."""

_SAID = ("content", "parts", "value", "text", "tool_calls", "function_call", "toolInvocations", "refusal")
_WHOLES = ("messages", "conversations", "conversation", "chosen", "rejected", "completion", "observations", "steps")
"""A mapping with one of these is a row of several messages, whatever else it says."""


def is_message(value: Any) -> bool:
    """Whether it is one message, not a row of several."""
    if isinstance(value, BaseMessage) or is_pair(value):
        return True
    if not isinstance(value, Mapping) or not value.keys().isdisjoint(_WHOLES):
        return False
    if role_of(value) is not None or is_langchain_message(value) or is_item(value):
        return True
    if _unwrap(value) is not None:
        return True
    return isinstance(value.get("role"), str) and bool(value["role"].strip()) and not value.keys().isdisjoint(_SAID)


def is_pair(value: Any) -> bool:
    """Whether it is a message as LangChain takes it in short: who says it, and what."""
    short = isinstance(value, list | tuple) and len(value) == 2  # noqa: PLR2004 - a pair
    return short and all(isinstance(part, str) for part in value) and role_called(value[0]) is not None


def read_conversation(raws: Iterable[Any], repairs: Repairs) -> list[BaseMessage]:
    """The messages of a conversation.

    Args:
        raws: LangChain's messages, or values of JSON in anybody's form.
        repairs: Told what had to be mended, and what could only be kept.

    Returns:
        Messages in order. Calls and results may still lack ids. What has no role that is known is never the user's:
        under the name of a tool that was called it is its result, otherwise a `ChatMessage`.
    """
    messages: list[BaseMessage] = []
    items: list[bool] = []
    for raw in raws:
        item = is_item(raw)
        found = _read_item(raw, repairs) if item else split_message(_read_one(raw, repairs), repairs)
        messages += found
        items += [item] * len(found)
    return _resolve_roles(join_answers(messages, items), repairs)


def _read_one(raw: Any, repairs: Repairs) -> BaseMessage:
    if isinstance(raw, BaseMessage):
        return upgrade_message(raw, repairs)
    if is_pair(raw):
        return read_message({"role": raw[0], "content": raw[1]}, repairs)
    if is_langchain_message(raw):
        return upgrade_message(read_langchain(raw, repairs), repairs)
    if (inner := _unwrap(raw)) is not None:
        around = {name: part for name, part in raw.items() if name not in ("message", "type", "index")}
        return _read_one({**around, **inner}, repairs)
    if isinstance(raw, Mapping) and role_name(raw) is None and is_part(raw):
        return read_message({"role": "assistant", "content": [raw]}, repairs)  # a part that stands by itself
    return read_message(raw, repairs)


def _unwrap(value: Any) -> Mapping[str, Any] | None:
    """The message in a mapping that only wraps it."""
    inner = value.get("message") if isinstance(value, Mapping) and role_name(value) is None else None
    return inner if isinstance(inner, Mapping) and role_of(inner) is not None else None


def _read_item(raw: Mapping[str, Any], repairs: Repairs) -> list[BaseMessage]:
    kind = str(raw["type"])
    if kind == "reasoning" or kind.endswith(("_call", "_call_output")):
        found = split_message(AIMessage([dict(raw)]), repairs)
        return [
            message for message in found if message.content or not isinstance(message, AIMessage) or _has_calls(message)
        ]
    return [ChatMessage(content=result_text(raw.get("content") or dict(raw)), role=kind, additional_kwargs=dict(raw))]


def _has_calls(message: AIMessage) -> bool:
    return bool(message.tool_calls or message.invalid_tool_calls)


def _resolve_roles(messages: list[BaseMessage], repairs: Repairs) -> list[BaseMessage]:
    """Resolves messages of unknown roles: under the name of a tool that was called stands what it returned."""
    called: set[str | None] = set()
    found = []
    for message in messages:
        if isinstance(message, AIMessage):
            called.update(call["name"] for call in (*message.tool_calls, *message.invalid_tool_calls))
        elif isinstance(message, ChatMessage) and message.role in called:
            repairs.note(f"message under the name of the tool {message.role!r}: read as what it returned")
            extra = message.additional_kwargs
            number = next((str(extra[name]) for name in ("tool_call_id", "call_id") if extra.get(name)), "")
            message = ToolMessage(  # noqa: PLW2901 - the same one, settled
                message.content, name=message.role, tool_call_id=number, id=message.id, additional_kwargs=extra
            )
        elif isinstance(message, ChatMessage):
            role = None if message.role == UNKNOWN else message.role
            repairs.note(f"message of unknown role {role!r}: kept as a system event")
        found.append(message)
    return found
