"""Content parts of a message, in the form of any provider: text, reasoning, tool calls and results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from langgraph_coaching.traces.importers.results import (
    MEDIA,
    MEDIA_KEYS,
    NAMES,
    TEXTS,
    is_result,
    read_result,
    result_text,
)
from langgraph_coaching.traces.importers.tool_calls import parse_literal, read_call

if TYPE_CHECKING:
    from langchain_core.messages import InvalidToolCall, ToolCall, ToolMessage

    from langgraph_coaching.traces.importers.findings import Repairs

    Part = str | dict[str, Any] | ToolCall | InvalidToolCall | ToolMessage

CALLS = ("tool_call", "invalid_tool_call")
"""Types of the parts that are calls, once they are read."""

_BOUNDARIES = ("step-start", "cachePoint", "cache_point")
"""Parts that only separate others."""

_THOUGHTS = ("reasoning", "thinking", "redacted_thinking", "reasoning_content", "redacted-reasoning")
"""Types of parts that are what a model thought."""

_CALLED = ("functionCall", "function_call", "toolUse", "tool_use", "toolInvocation")
"""Keys under which a part without a type holds a call."""

_NO_ARGUMENTS = frozenset(
    ("id", "call_id", "type", "status", "name", "output", "outputs", "result", "results", "server_label", "agent")
)
"""Keys of a call that are not what the tool was asked."""

_WRAPPED = ("guardContent", "citationsContent", "reasoningContent")
"""Keys of parts without a type that hold a text one level down."""

_WORDS = ("text", "value", "content", "refusal")
"""Keys that hold the text of a part."""


def is_part(value: Any) -> bool:
    """Whether a mapping is a part of a message, not data that a tool returned."""
    if not isinstance(value, Mapping):
        return False
    kind = value.get("type")
    if isinstance(kind, str):
        known = kind in (*TEXTS, *_THOUGHTS, *_BOUNDARIES, *MEDIA) or kind.startswith(("input_", "tool-", "source-"))
        return known or is_item(value) or _is_call(value, kind) or is_result(value, kind)
    if _is_call(value, "") or is_result(value, ""):
        return True
    return any(isinstance(value.get(name), Mapping) for name in (*MEDIA_KEYS, *_WRAPPED)) or (
        isinstance(value.get("text"), str) and value.keys() <= {"text", "thought", "thoughtSignature"}
    )


def is_item(value: Any) -> bool:
    """Whether it is one of OpenAI's items that stand between messages: a call, its output, a piece of reasoning."""
    if not isinstance(value, Mapping) or not isinstance(kind := value.get("type"), str) or "role" in value:
        return False
    if kind == "reasoning":
        return "summary" in value or "encrypted_content" in value
    named = ("call_id" in value or "id" in value) and kind.endswith(("_call", "_call_output"))
    return (named and kind != "tool_call") or kind in (
        *("mcp_list_tools", "mcp_approval_request", "mcp_approval_response", "item_reference", "compaction"),
    )


def read_part(part: Any, repairs: Repairs) -> Iterator[Part]:
    """What one part stands for.

    Args:
        part: Of the content of a message, or one of OpenAI's items.
        repairs: Told of what is left beside the message because nothing is known of it.

    Yields:
        Texts and blocks of LangChain's content; calls, perhaps without an id; results.
    """
    if isinstance(part, str):
        yield part
        return
    if not isinstance(part, Mapping):
        repairs.note(f"content part that is a {type(part).__name__}: kept beside the message")
        return
    kind = str(part.get("type") or "")
    if kind in _BOUNDARIES or part.keys() & set(_BOUNDARIES):
        return
    if kind == "non_standard" and isinstance(part.get("value"), Mapping):
        yield from read_part(part["value"], repairs)
    elif is_result(part, kind):
        yield read_result(part, kind)
    elif _is_call(part, kind):
        yield from _call(part, kind, repairs)
    else:
        yield from _block(part, kind, repairs)


# ── calls ───────────────────────────────────────────────────────────────────────────────────


def _is_call(part: Mapping[str, Any], kind: str) -> bool:
    if any(isinstance(part.get(name), Mapping) for name in _CALLED) or "executableCode" in part:
        return True
    if kind.endswith("_call"):
        return True
    if kind.endswith(("tool_use", "tool-call", "dynamic-tool")):
        return _has_name(part)
    if kind == "function":
        return isinstance(part.get("function"), Mapping)
    return "toolCallId" in part and (kind.startswith("tool-") or (not kind and _has_name(part)))


def _has_name(part: Mapping[str, Any]) -> bool:
    return any(isinstance(part.get(name), str) for name in NAMES)


def _call(part: Mapping[str, Any], kind: str, repairs: Repairs) -> Iterator[Part]:
    inner = next((part[name] for name in _CALLED if isinstance(part.get(name), Mapping)), None)
    if inner is None:
        inner = part
        if kind.startswith("tool-") and kind != "tool-call":
            inner = {"name": kind.removeprefix("tool-"), **part}
        elif "executableCode" in part:
            inner = {"name": "code_execution", "args": part["executableCode"]}
        elif kind.endswith("_call") and not _has_name(part) and "function" not in part:
            inner = _hosted(part, kind)
    given: dict[str, Any] = {"args": {}} if inner.keys().isdisjoint(("arguments", "args", "input", "function")) else {}
    yield read_call({**given, **inner}, repairs)
    if _has_result(inner, kind):
        yield read_result(inner, kind)


def _hosted(item: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """A call of a tool that the provider runs itself: it is named by its type, its arguments stand in fields."""
    told = item.get("action")
    arguments = told if isinstance(told, Mapping) else {k: v for k, v in item.items() if k not in _NO_ARGUMENTS}
    arguments = {name: value for name, value in arguments.items() if value is not None}
    number = item.get("call_id") or item.get("id")
    return {**item, "name": kind.removesuffix("_call"), "input": arguments, "id": number}


def _has_result(call: Mapping[str, Any], kind: str) -> bool:
    if call.get("state") in ("result", "output-available", "output-error"):
        return True
    return kind.endswith("_call") and any(
        call.get(name) for name in ("output", "outputs", "result", "results", "error")
    )


# ── what is said, thought or shown ──────────────────────────────────────────────────────────


def _block(part: Mapping[str, Any], kind: str, repairs: Repairs) -> Iterator[Part]:
    if _is_thought(part, kind):
        yield from _thought(part, kind, repairs)
        return
    if kind in MEDIA or (kind.startswith("input_") and kind not in TEXTS) or any(key in part for key in MEDIA_KEYS):
        named = next((key for key in MEDIA_KEYS if key in part), "data")
        yield {"type": kind or named, **part}
        return
    words = _words(part)
    if words is not None and (kind in TEXTS or not kind):
        yield {**part, "type": kind or "text"} if part.get("text") == words else {"type": "text", "text": words}
    elif words:
        repairs.note(f"content part of unknown type {kind!r}: read as its text")
        yield {"type": "text", "text": words}
    else:
        repairs.note(f"content part of unknown type {kind or sorted(part)!r}: kept beside the message")


def _is_thought(part: Mapping[str, Any], kind: str) -> bool:
    named = any(word in kind.lower() for word in ("reasoning", "thinking"))  # .NET writes the names of its classes
    return named or part.get("thought") is True or "reasoningContent" in part


def _words(part: Mapping[str, Any]) -> str | None:
    for name in _WORDS:
        said = part.get(name)
        if isinstance(said, Mapping):
            said = said.get("value", said.get("text"))
        if isinstance(said, str):
            return said
    inner = next((part[name] for name in _WRAPPED if isinstance(part.get(name), Mapping)), None)
    if isinstance(inner, Mapping):
        told = inner.get("content") or inner.get("text")
        return result_text(told if isinstance(told, list) else [told])
    return None


def _thought(part: Mapping[str, Any], kind: str, repairs: Repairs) -> Iterator[Part]:
    inner = part.get("reasoningContent")
    if isinstance(inner, Mapping):
        told = inner.get("reasoningText")
        if isinstance(told, Mapping):
            yield {"type": "reasoning", "reasoning": str(told.get("text") or "")}
        else:
            yield {"type": "redacted_thinking"}
        return
    known = ("reasoning", "thinking", "reasoning_content", "text", "summary", "content")
    if any(part.get(name) for name in known):
        yield dict(part) if kind in _THOUGHTS else {"type": "reasoning", "reasoning": str(part.get("text") or "")}
    elif "redacted" in kind or part.get("encrypted_content") or part.get("protectedData"):
        yield {"type": "redacted_thinking"}
    else:
        repairs.note("reasoning without any text: left out")


def read_json_calls(text: str, repairs: Repairs) -> Iterator[Part]:
    """The calls that a text of JSON stands for, such as `{"name": "find", "arguments": {}}`; otherwise the text."""
    found = parse_literal(text, repairs)
    calls = found if isinstance(found, list) else [found]
    if calls and all(isinstance(call, Mapping) and (call.get("name") or call.get("function")) for call in calls):
        for call in calls:
            yield read_call(call, repairs)
    else:
        repairs.note("a tool call that cannot be read: kept as text")
        yield text
