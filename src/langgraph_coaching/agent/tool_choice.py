"""Tool choice: which tools a model call is offered, and how it is made to choose one, in its provider's own form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from langchain_core.runnables import RunnableBinding

CHOICES = ("tool_choice", "tool_config", "toolConfig", "function_call")
"""Under which names providers are told which tool to choose."""

_OPEN_CHOICES = (None, "auto", {"type": "auto"}, {"mode": "auto"})
"""What leaves the choice to the model, as saying nothing does."""


def offered_tools(kwargs: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the tools that a model call is offered.

    Args:
        kwargs: Of the call, as `bind_tools` made them for any provider.
    """
    tools = kwargs.get("tools")
    found = (name for tool in tools for name in _names_of(tool)) if isinstance(tools, list | tuple) else ()
    return tuple(dict.fromkeys(found))


def _names_of(tool: Any) -> list[str]:
    if not isinstance(tool, Mapping):
        name = getattr(tool, "name", None) or getattr(tool, "__name__", None)
        declared = getattr(tool, "function_declarations", None)
        return [str(one.name) for one in declared] if declared else [name] if isinstance(name, str) else []
    if isinstance(declared := tool.get("function_declarations"), list | tuple):
        return [name for one in declared for name in _names_of(one)]
    named = next((tool[key] for key in ("function", "toolSpec") if isinstance(tool.get(key), Mapping)), tool)
    return [named["name"]] if isinstance(named.get("name"), str) else []


def choice_obstacle(model: Any, kwargs: Mapping[str, Any]) -> str:
    """Why no tool can be chosen for a call; "" where one can.

    Args:
        model: That is called.
        kwargs: Of the call.
    """
    settings = getattr(model, "model_kwargs", None)
    for given in (kwargs, settings if isinstance(settings, Mapping) else {}):
        if own := next((name for name in CHOICES if given.get(name) not in _OPEN_CHOICES), None):
            return f"the call has a {own} of its own, which stays"
    thinking = kwargs.get("thinking", getattr(model, "thinking", None))
    if isinstance(thinking, Mapping) and thinking.get("type") not in (None, "disabled"):
        return "a model that thinks before it answers takes no tool choice"
    return ""


def choose_tool(model: Any, kwargs: Mapping[str, Any], tool: str) -> dict[str, Any] | None:
    """What a call needs besides what it has, so that the model has to choose a tool; None where it takes no choice.

    Args:
        model: That is called.
        kwargs: Of the call, with its tools.
        tool: One of them.
    """
    try:
        bound = model.bind_tools(list(kwargs["tools"]), tool_choice=tool)
    except Exception:  # noqa: BLE001 - whatever it is, this model cannot be told
        return None
    made = bound.kwargs if isinstance(bound, RunnableBinding) else {}
    choice = {key: value for key, value in made.items() if key in CHOICES}
    # Some take a `tool_choice` and do nothing with it.
    return choice if f'"{tool}"' in json.dumps([*choice.values()], default=_plain_value) else None


def _plain_value(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    return dump(mode="json") if callable(dump) else str(value)
