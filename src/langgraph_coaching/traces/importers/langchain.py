"""Serialised messages of LangChain: its own serialised form, typed mappings, messages of any class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage, messages_from_dict

from langgraph_coaching.traces.importers.roles import langchain_type

if TYPE_CHECKING:
    from langgraph_coaching.traces.importers.findings import Repairs

_NOT_A_FIELD = ("type", "example", "lc_attributes")


def is_langchain_message(value: Any) -> bool:
    """Whether a mapping is a message as LangChain writes it down."""
    return _kind(value) is not None


def read_langchain(value: Mapping[str, Any], repairs: Repairs) -> BaseMessage:
    """The message; no class that is named in it is loaded.

    Args:
        value: One that `written_by_langchain` knows.
        repairs: Told what had to be mended.
    """
    kind, data = _kind(value) or ("chat", value)
    fields = {name: part for name, part in data.items() if part is not None and name not in _NOT_A_FIELD}
    content = fields.setdefault("content", "")
    if isinstance(content, Mapping):
        fields["content"] = [content]
    elif not isinstance(content, str | list):
        fields["content"] = str(content)
    if kind in ("tool", "function"):
        kind = "tool"
        fields.setdefault("tool_call_id", "")
    if kind == "chat":
        fields.setdefault("role", "unknown")
    try:
        return messages_from_dict([{"type": kind, "data": fields}])[0]
    except (ValueError, TypeError):
        repairs.note("fields of a message that LangChain does not accept: left out")
        names = ("content", "id", "name", "tool_call_id", "role")
        kept = {name: str(fields[name]) for name in names if name in fields}
        if isinstance(fields["content"], list):
            kept["content"] = [part for part in fields["content"] if isinstance(part, str | dict)]  # type: ignore[assignment]
        return messages_from_dict([{"type": kind, "data": kept}])[0]


def _kind(value: Any) -> tuple[str, Mapping[str, Any]] | None:
    """LangChain's type of the message in a mapping, and its fields; None where it is no such message."""
    if not isinstance(value, Mapping) or "role" in value:
        return None
    inner = value.get("kwargs")
    if value.get("lc") and isinstance(inner, Mapping):  # as LangChain writes its objects down
        named = value.get("id")
        kind = langchain_type(str(named[-1])) if isinstance(named, list) and named else None
        kind = kind or (langchain_type(str(inner.get("type"))) if "type" in inner else None)
        return (kind, inner) if kind else None
    said = value.get("type")
    kind = langchain_type(said) if isinstance(said, str) else None
    if kind is None:
        return None
    inner = value.get("data")
    if isinstance(inner, Mapping) and "content" in inner:
        return kind, inner
    return (kind, value) if "content" in value or "tool_calls" in value else None
