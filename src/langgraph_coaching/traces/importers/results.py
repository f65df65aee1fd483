"""Tool results, in the form of any provider, as `ToolMessage`s."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import ToolMessage

TEXTS = ("text", "input_text", "output_text", "refusal", "summary_text", "markdown", "text-plain", "chunk")
"""Types of parts that are text."""

MEDIA = ("image", "image_url", "image_file", "audio", "video", "media", "file", "document", "document_url", "video_url")
"""Types of parts that are shown or heard."""

MEDIA_KEYS = ("image", "document", "video", "audio", "inlineData", "inline_data", "fileData", "file_data")
"""Keys of such parts without a type."""

NAMES = ("name", "toolName", "tool_name")
"""Where the name of a tool stands."""

_ANSWERED = ("functionResponse", "function_response", "toolResult", "tool_result")
"""Keys under which a part without a type holds a result."""

_GIVEN = ("output", "result", "response", "content", "value", "results", "outputs", "errorText")
"""Where a result is."""

_ANSWERS = ("tool_use_id", "toolUseId", "call_id", "toolCallId", "tool_call_id", "id")
"""Where the id of the call is that it answers."""

_VALUES = ("text", "error-text", "json", "error-json", "content")
"""Types of a result whose value stands under `value`."""

_TEXT_KEYS = frozenset(("type", "text", "annotations", "citations", "cache_control", "id", "providerOptions", "index"))


def is_result(part: Mapping[str, Any], kind: str) -> bool:
    """Whether a part of this type is what a tool returned."""
    if any(isinstance(part.get(name), Mapping) for name in _ANSWERED) or "codeExecutionResult" in part:
        return True
    if kind.endswith(("tool_result", "tool-result", "_call_output", "tool_call_response")):
        return True
    only = "toolCallId" in part and part.keys().isdisjoint(("args", "input"))
    return not kind and only and not part.keys().isdisjoint(("result", "output"))


def read_result(part: Mapping[str, Any], kind: str) -> ToolMessage:
    """The result in a part of this type."""
    inner = next((part[name] for name in _ANSWERED if isinstance(part.get(name), Mapping)), part)
    if "codeExecutionResult" in part:
        inner = {"name": "code_execution", "output": part["codeExecutionResult"]}
    given = next((inner[name] for name in _GIVEN if inner.get(name) is not None), None)
    if given is None:
        given = inner.get("error")
    number = next((inner[name] for name in _ANSWERS if inner.get(name) is not None), "")
    named = next((inner[name] for name in NAMES if inner.get(name)), None)
    if named is None and kind.endswith("_call"):
        named = kind.removesuffix("_call")
    if kind == "image_generation_call":
        given = [{"type": "image", "result": given}]
    failed = inner.get("is_error") is True or inner.get("isError") is True or inner.get("status") in ("error", "failed")
    failed = failed or inner.get("state") == "output-error" or (inner.get("error") is not None)
    if isinstance(given, Mapping):
        failed = failed or str(given.get("type", "")).startswith("error") or str(given.get("type")).endswith("_error")
    shown = given if isinstance(given, list) else [given]
    kept = {"content": given} if any(_is_media(item) for item in shown) else {}
    return ToolMessage(
        result_text(given),
        additional_kwargs=kept,
        tool_call_id=str(number),
        name=None if named is None else str(named),
        status="error" if failed else "success",
    )


def result_text(given: Any) -> str:
    """What a tool returned, as text: its texts and the types of its images where it has such parts, else JSON."""
    if given is None or isinstance(given, str):
        return given or ""
    if isinstance(given, Mapping) and "value" in given and given.get("type") in _VALUES:
        return result_text(given["value"])
    parts = given if isinstance(given, list) else [given]
    texts = [_part_text(part) for part in parts]
    if parts and None not in texts:
        return "\n".join(text for text in texts if text)
    return json.dumps(given, ensure_ascii=False, default=str)


def _part_text(part: Any) -> str | None:
    """The text of a part of a result; None of a value that is to be written as JSON."""
    if isinstance(part, str):
        return part
    if not isinstance(part, Mapping):
        return None
    if part.keys() == {"json"}:
        return result_text(part["json"])
    if _is_media(part):
        return f"[{part.get('type') or next(iter(part))}]"
    typed = part.get("type", "text") in TEXTS
    return part["text"] if typed and isinstance(part.get("text"), str) and part.keys() <= _TEXT_KEYS else None


def _is_media(part: Any) -> bool:
    """Whether it is an image, a sound or a file."""
    if not isinstance(part, Mapping):
        return False
    kind = part.get("type")
    if not isinstance(kind, str):
        return len(part) == 1 and any(isinstance(part.get(key), Mapping) for key in MEDIA_KEYS)
    placed = not part.keys().isdisjoint(("source", "image_url", "data", "base64", "url", "file_id", "file", "result"))
    return placed and kind in (*MEDIA, "input_image", "input_file", "input_audio", "computer_screenshot")
