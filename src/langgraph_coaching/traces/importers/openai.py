"""Messages in OpenAI's form (chat completions), as they are found in files, read as LangChain messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, BaseMessage, ChatMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata

from langgraph_coaching.traces.importers.calls import read_calls

if TYPE_CHECKING:
    from langgraph_coaching.traces.importers.report import Repairs

_ROLES = {
    "user": ("user", "human", "customer"),
    "assistant": ("assistant", "ai", "agent", "bot", "model"),
    "tool": ("tool", "function"),
    "system": ("system", "developer"),
}

_PARTS = (
    *("text", "input_text", "output_text", "refusal"),
    *("image", "image_url", "input_image", "audio", "input_audio", "file", "input_file"),
    *("reasoning", "thinking", "redacted_thinking", "tool_use", "tool_result"),
)
"""Types of content parts; a list of anything else is data that a tool returned."""

_THOUGHTS = ("reasoning_content", "reasoning", "thinking")
"""Where providers put the text that a reasoning model thought."""

_USAGE = (("input", "prompt"), ("output", "completion"))
"""What counts of tokens are called: here, and in chat completions."""


def role_of(raw: Any) -> str | None:
    """The role of what may be a message in OpenAI's form: `user`, `assistant`, `tool`, `system`, or None."""
    if not isinstance(raw, Mapping):
        return None
    said = str(raw.get("role", "")).strip().lower()
    return next((role for role, names in _ROLES.items() if said in names), None)


def read_message(raw: Any, repairs: Repairs) -> BaseMessage:
    """One message; what has no place in a LangChain message is kept in its `additional_kwargs`.

    Args:
        raw: Values of JSON.
        repairs: Told what had to be mended.

    Returns:
        A message, its tool calls or tool result perhaps still without ids. What is no message becomes a `ChatMessage`
        of its own role.
    """
    # A null says no more than a missing field; providers write many.
    fields = {name: value for name, value in raw.items() if value is not None} if isinstance(raw, Mapping) else {}
    if role_of(fields) is None and (role := _guessed(fields)):
        repairs.note(f"message without a role: read as the {role}'s")
        fields["role"] = role
    match role_of(fields):
        case "user":
            return HumanMessage(**_common(fields, repairs))
        case "system":
            return SystemMessage(**_common(fields, repairs))
        case "assistant":
            return _assistant(fields, repairs)
        case "tool":
            return _tool(fields, repairs)
    return _unknown(raw, fields, repairs)


def _guessed(fields: dict[str, Any]) -> str | None:
    if "role" in fields:
        return None
    return "tool" if "tool_call_id" in fields else "assistant" if "tool_calls" in fields else None


def _common(fields: dict[str, Any], repairs: Repairs) -> dict[str, Any]:
    if fields["role"] in _ROLES:
        del fields["role"]  # any other name of a role is kept
    number = fields.pop("id", None)
    content = _content(fields, repairs)
    return {"id": None if number is None else str(number), "content": content, "additional_kwargs": fields}


def _assistant(fields: dict[str, Any], repairs: Repairs) -> AIMessage:
    calls, unread = read_calls(fields, repairs)
    for name in _THOUGHTS:
        if isinstance(fields.get(name), str):
            fields["reasoning_content"] = fields.pop(name)
            break
    metadata = {"model_name": fields.pop("model")} if isinstance(fields.get("model"), str) else {}
    usage = _usage(fields)
    return AIMessage(
        **_common(fields, repairs),
        tool_calls=calls,
        invalid_tool_calls=unread,
        response_metadata=metadata,
        usage_metadata=usage,
    )


def _tool(fields: dict[str, Any], repairs: Repairs) -> ToolMessage:
    failed = True in (fields.get("error"), fields.get("is_error")) or fields.get("status") == "error"
    answers, name = fields.pop("tool_call_id", ""), fields.pop("name", None)
    return ToolMessage(
        **_common(fields, repairs),
        tool_call_id=str(answers),
        name=None if name is None else str(name),
        status="error" if failed else "success",
    )


def _unknown(raw: Any, fields: dict[str, Any], repairs: Repairs) -> ChatMessage:
    repairs.note(f"message of unknown role {fields.get('role')!r}: kept as a system event")
    said = raw if isinstance(raw, str) else fields.pop("content", None)
    text = said if isinstance(said, str) else _json(raw)
    return ChatMessage(content=text, role=str(fields.pop("role", "unknown")), additional_kwargs=fields)


def _content(fields: dict[str, Any], repairs: Repairs) -> str | list[str | dict[Any, Any]]:
    content = fields.pop("content", None)
    if content is None:
        refusal = fields.get("refusal")
        return refusal if isinstance(refusal, str) else ""
    if isinstance(content, str):
        return content
    if isinstance(content, list) and all(isinstance(part, str) or _is_part(part) for part in content):
        if any(isinstance(part, dict) and not part.keys() <= {"type", "text"} for part in content):
            fields["content"] = content
        return [
            {"type": "text", "text": part["refusal"]} if isinstance(part, dict) and "refusal" in part else part
            for part in content
        ]
    repairs.note("content that is no text: written as JSON")
    return _json(content)


def _is_part(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") in _PARTS


def _usage(fields: dict[str, Any]) -> UsageMetadata | None:
    usage = fields.get("usage")
    if not isinstance(usage, dict):
        return None
    read, written = (usage.get(f"{ours}_tokens", usage.get(f"{theirs}_tokens")) for ours, theirs in _USAGE)
    if not isinstance(read, int) or not isinstance(written, int):
        return None
    total = usage.get("total_tokens")
    return UsageMetadata(
        input_tokens=read, output_tokens=written, total_tokens=total if isinstance(total, int) else read + written
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
