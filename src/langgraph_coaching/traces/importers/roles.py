"""Roles: the names that others give to the user, the agent, a tool and the system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Role = Literal["user", "assistant", "tool", "system", "call"]

ROLES: dict[Role, tuple[str, ...]] = {
    "user": ("user", "human", "customer", "end_user", "prompter"),
    "assistant": ("assistant", "ai", "agent", "bot", "model", "gpt", "chatgpt", "chatbot", "bing", "bard", "llm"),
    "tool": (
        *("tool", "function", "observation", "tool_response", "tool_result", "tool_output", "function_response"),
        *("function_result", "function_call_output", "ipython"),
    ),
    "system": ("system", "developer"),
    "call": ("function_call", "tool_call", "tool_calls"),
}
"""What is said of a `call` is the agent's: its text is a tool call."""

_NAMED_IN = ("role", "from", "sender", "author", "speaker")
"""Fields that say who said it."""

_TYPES: dict[str, Role] = {"human": "user", "ai": "assistant", "system": "system", "tool": "tool", "function": "tool"}
"""LangChain's types of messages."""


def role_name(raw: Any) -> str | None:
    """The role as it was written, or None where there is none."""
    if not isinstance(raw, Mapping):
        return None
    for name in _NAMED_IN:
        said = raw.get(name)
        if isinstance(said, Mapping):
            said = said.get("role")
        if isinstance(said, str) and said.strip():
            return said.strip()
    return None


def role_of(raw: Any) -> Role | None:
    """The role of what may be a message, or None where it has none that is known."""
    said = role_name(raw)
    return None if said is None else role_called(said)


def role_called(said: str) -> Role | None:
    """The role of this name, in any case, perhaps that of a class of LangChain, or None."""
    name = said.strip().lower().replace("-", "_").replace(" ", "_")
    found: Role | None = next((role for role, names in ROLES.items() if name in names), None)
    return found or _TYPES.get(langchain_type(said) or "")


def langchain_type(said: str) -> str | None:
    """LangChain's type of a message, such as `human`, by its name or that of its class; None where it is another."""
    kind = said.removesuffix("Chunk").removesuffix("Message").lower()
    return kind if kind in (*_TYPES, "chat") else None
