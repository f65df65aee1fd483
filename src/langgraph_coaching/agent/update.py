"""The update: what a node returns goes into the state, so no message in it may carry coaching."""

from __future__ import annotations

import copy
from dataclasses import fields, is_dataclass
from typing import Any

from langchain_core.messages import BaseMessage
from langgraph.types import Send
from pydantic import BaseModel

from langgraph_coaching.agent.place import displaced


def without_coaching(value: Any) -> Any:
    """The same value with the block taken out of every system message in it.

    Args:
        value: What LangGraph takes from a node: a mapping, a state object, a `Command`, or lists of these.
    """
    if isinstance(value, BaseMessage):
        bare = displaced([value])
        return bare[0] if bare else []
    if type(value) in (list, tuple):
        return type(value)([without_coaching(part) for part in displaced(value)])
    if type(value) is dict:
        return {name: without_coaching(part) for name, part in value.items()}
    if isinstance(value, Send):
        return Send(value.node, without_coaching(value.arg))
    names = _fields(value)
    return with_fields(value, {name: without_coaching(getattr(value, name)) for name in names}) if names else value


def _fields(value: Any) -> list[str]:
    if isinstance(value, BaseModel):
        return list(type(value).model_fields)
    if is_dataclass(value) and not isinstance(value, type):
        return [field.name for field in fields(value) if hasattr(value, field.name)]
    return []


def with_fields(state: Any, changes: dict[str, Any]) -> Any:
    """A copy of a mapping or an object with some of its fields changed; not validated a second time."""
    if isinstance(state, dict):
        return {**state, **changes}
    twin = copy.copy(state)
    for name, value in changes.items():
        object.__setattr__(twin, name, value)  # it may be frozen
    return twin
