"""Messages with a role and a content (OpenAI's chat completions and those after them) as LangChain messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, BaseMessage, ChatMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata

from langgraph_coaching.traces.importers.content_parts import CALLS, is_part, read_json_calls
from langgraph_coaching.traces.importers.roles import ROLES, role_called, role_name, role_of
from langgraph_coaching.traces.importers.tool_calls import is_readable, read_calls

if TYPE_CHECKING:
    from langgraph_coaching.traces.importers.findings import Repairs

__all__ = ["read_message", "role_of"]

_THOUGHTS = ("reasoning_content", "reasoning", "thinking")
"""Where providers put the text that a reasoning model thought."""

_USAGE = (("input", "prompt"), ("output", "completion"))
"""What counts of tokens are called: here, and in chat completions."""

_CONTENTS = ("parts", "content", "value", "text", "message")
"""Where the content of a message stands."""

_ANSWERS = ("tool_call_id", "toolCallId", "call_id", "tool_use_id")

_WHOLLY_READ = frozenset(
    ("type", "text", "value", "id", "name", "input", "tool_use_id", "toolCallId", "toolName", "args", "arguments")
) | {"function", "call_id"}
"""Keys of parts that have a place in a step, each of them."""


def read_message(raw: Any, repairs: Repairs) -> BaseMessage:
    """One message; what has no place in a LangChain message is kept in its `additional_kwargs`.

    Args:
        raw: Values of JSON.
        repairs: Told what had to be mended.

    Returns:
        A message, its tool calls or tool result perhaps still without ids, its content perhaps in the parts of a
        provider. What is no message, or of a role that nobody knows, becomes a `ChatMessage` of its own role.
    """
    # A null says no more than a missing field; providers write many.
    fields = {name: value for name, value in raw.items() if value is not None} if isinstance(raw, Mapping) else {}
    _lift_fields(fields)
    role = role_of(fields)
    if role is None and role_name(fields) is None and (role := _guess_role(fields)):
        repairs.note(f"message without a role: read as the {role}'s")
    match role:
        case "user":
            return HumanMessage(**_common_fields(fields, repairs))
        case "system":
            return SystemMessage(**_common_fields(fields, repairs))
        case "assistant":
            return _assistant_message(fields, repairs)
        case "tool":
            return _tool_message(fields, repairs)
        case "call":
            return _call_message(fields, repairs)
    return _chat_message(raw, fields)


def _lift_fields(fields: dict[str, Any]) -> None:
    """Brings up what LangChain keeps one level down."""
    inner = fields.get("additional_kwargs")
    if isinstance(inner, Mapping):
        del fields["additional_kwargs"]
        for name, value in inner.items():
            if value is not None:
                fields.setdefault(str(name), value)
    if "toolInvocations" in fields and "parts" not in fields and isinstance(fields["toolInvocations"], list):
        said = fields.pop("content", "")
        fields["parts"] = [*fields.pop("toolInvocations"), *([said] if said else [])]


def _guess_role(fields: dict[str, Any]) -> Any:
    if not fields.keys().isdisjoint(_ANSWERS):
        return "tool"
    return "assistant" if "tool_calls" in fields else None


def _common_fields(fields: dict[str, Any], repairs: Repairs) -> dict[str, Any]:
    _without_role(fields)
    number = fields.pop("id", None)
    content = _content(fields, repairs, data=False)
    return {"id": None if number is None else str(number), "content": content, "additional_kwargs": fields}


def _without_role(fields: dict[str, Any]) -> None:
    """Takes the role out; a name of it that is not the usual one is kept."""
    if fields.get("role") in ROLES:
        del fields["role"]
    elif "role" not in fields:
        for name in ("from", "sender", "author", "speaker"):
            if isinstance(fields.get(name), str) and role_called(fields[name]):
                del fields[name]
                return


def _assistant_message(fields: dict[str, Any], repairs: Repairs) -> AIMessage:
    calls, unread = read_calls(fields, repairs)
    for name in _THOUGHTS:
        if isinstance(fields.get(name), str):
            fields["reasoning_content"] = fields.pop(name)
            break
    metadata = fields.pop("response_metadata", None)
    metadata = dict(metadata) if isinstance(metadata, Mapping) else {}
    if isinstance(fields.get("model"), str):
        metadata["model_name"] = fields.pop("model")
    usage = _usage(fields)
    return AIMessage(
        **_common_fields(fields, repairs),
        tool_calls=calls,
        invalid_tool_calls=unread,
        response_metadata=metadata,
        usage_metadata=usage,
    )


def _call_message(fields: dict[str, Any], repairs: Repairs) -> AIMessage:
    common = _common_fields(fields, repairs)
    content = common["content"]
    parts: list[Any] = list(read_json_calls(content, repairs)) if isinstance(content, str) else content
    calls: list[Any] = [part for part in parts if isinstance(part, dict) and part.get("type") in CALLS]
    return AIMessage(
        **common | {"content": [part for part in parts if part not in calls]},
        tool_calls=[call for call in calls if is_readable(call)],
        invalid_tool_calls=[call for call in calls if not is_readable(call)],
    )


def _tool_message(fields: dict[str, Any], repairs: Repairs) -> ToolMessage:
    _without_role(fields)
    failed = True in (fields.get("error"), fields.get("is_error"), fields.get("isError"))
    failed = failed or fields.get("status") == "error"
    answers = next((fields.pop(name) for name in _ANSWERS if name in fields), "")
    name = next((fields.pop(name) for name in ("name", "tool_name", "toolName") if name in fields), None)
    number = fields.pop("id", None)
    return ToolMessage(
        _content(fields, repairs, data=True),
        id=None if number is None else str(number),
        additional_kwargs=fields,
        tool_call_id=str(answers),
        name=None if name is None else str(name),
        status="error" if failed else "success",
    )


def _chat_message(raw: Any, fields: dict[str, Any]) -> ChatMessage:
    name = next((name for name in _CONTENTS if isinstance(fields.get(name), str)), None)
    said = raw if isinstance(raw, str) else fields.pop(name) if name else None
    if isinstance(said, str):
        text = said
    else:
        content = fields.get("content")
        texts = [part.get("text") for part in content if isinstance(part, Mapping)] if isinstance(content, list) else []
        text = "\n".join(text for text in texts if isinstance(text, str)) or _json(raw)
    role = role_name(fields) or str(fields.get("role", "unknown"))
    fields.pop("role", None)
    return ChatMessage(content=text, role=role, additional_kwargs=fields)


def _content(fields: dict[str, Any], repairs: Repairs, *, data: bool) -> str | list[str | dict[Any, Any]]:
    place = next((name for name in _CONTENTS if name in fields and (name != "parts" or fields[name])), None)
    content = None if place is None else fields.pop(place)
    if isinstance(content, Mapping):
        inner = content.get("parts")
        content = inner if isinstance(inner, list) else [content] if is_part(content) else content
    if content is None:
        return _refusal_or_speech(fields)
    if isinstance(content, str):
        return content
    if isinstance(content, list) and _are_parts(content, every=data):
        if not all(isinstance(part, str) or (is_part(part) and part.keys() <= _WHOLLY_READ) for part in content):
            fields["content"] = content
        other = [part for part in content if not isinstance(part, str | dict)]
        if other:
            repairs.note(f"content part that is a {type(other[0]).__name__}: kept beside the message")
        return [part for part in content if isinstance(part, str | dict)]
    repairs.note("content that is no text: written as JSON")
    return _json(content)


def _are_parts(content: list[Any], *, every: bool) -> bool:
    """Whether a list is the parts of a message, not data: every one of what a tool returned, any of what others say."""
    if every:
        return all(isinstance(part, str) or is_part(part) for part in content)
    texts = ("text", "value", "content")
    found = (
        isinstance(part, str)
        or is_part(part)
        or (isinstance(part, Mapping) and any(isinstance(part.get(name), str) for name in texts))
        for part in content
    )
    return not content or any(found)


def _refusal_or_speech(fields: dict[str, Any]) -> str:
    """What is said where there is no content: why the model refused, or what it spoke."""
    if isinstance(fields.get("refusal"), str):
        return str(fields["refusal"])
    audio = fields.get("audio")
    said = audio.get("transcript") if isinstance(audio, Mapping) else None
    return said if isinstance(said, str) else ""


def _usage(fields: dict[str, Any]) -> UsageMetadata | None:
    usage = fields.get("usage_metadata", fields.get("usage"))
    if not isinstance(usage, Mapping):
        return None
    read, told = (usage.get(f"{ours}_tokens", usage.get(f"{theirs}_tokens")) for ours, theirs in _USAGE)
    if not isinstance(read, int) or not isinstance(told, int):
        return None
    total = usage.get("total_tokens")
    return UsageMetadata(
        input_tokens=read, output_tokens=told, total_tokens=total if isinstance(total, int) else read + told
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
