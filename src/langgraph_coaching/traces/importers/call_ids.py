"""Deterministic ids for the tool calls of spans that have none: a call gets the same id in every prompt."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, ToolMessage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.traces.importers.spans import Span


def assign_call_ids(spans: Sequence[Span]) -> None:
    """Gives ids to calls and to the results that answer them, in place.

    Args:
        spans: Of one trace, in the order of time.
    """
    waiting: list[dict[str, Any]] = []
    for span in spans:
        if span.kind == "model":
            known = len(span.given)
            numbered = _number_messages([*span.given, *span.gave])
            span.given, span.gave = numbered[:known], numbered[known:]
            waiting += [call for message in span.gave for call in getattr(message, "tool_calls", ())]
        elif span.kind == "tool" and not span.tool_call_id:
            _match_tool_span(span, waiting)


def _match_tool_span(tool: Span, waiting: list[dict[str, Any]]) -> None:
    """A tool that ran answers the first call of it that waits, one with the same arguments before others."""
    same = [call for call in waiting if call["name"] == tool.name]
    call = next((call for call in same if call["args"] == tool.arguments), same[0] if same else None)
    if call is not None:
        waiting.remove(call)
        tool.tool_call_id = call["id"]


def _number_messages(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    times: Counter[str] = Counter()
    waiting: list[tuple[str, str]] = []
    found: list[BaseMessage] = []
    for message in messages:
        if isinstance(message, AIMessage) and message.tool_calls:
            calls = []
            for call in message.tool_calls:
                made = call if call["id"] else {**call, "id": _make_id(call, times)}
                calls.append(made)
                waiting.append((str(made["id"]), made["name"]))
            message = message.model_copy(update={"tool_calls": calls})  # noqa: PLW2901 - the same one
        elif isinstance(message, ToolMessage):
            given, name = message.tool_call_id, message.name
            place = next(
                (i for i, (n, tool) in enumerate(waiting) if (n == given if given else name in (None, tool))), None
            )
            if place is not None:
                answered = waiting.pop(place)
                named = {"tool_call_id": answered[0], "name": name or answered[1]}
                message = message if given else message.model_copy(update=named)  # noqa: PLW2901 - the same one
        found.append(message)
    return found


def _make_id(call: Any, times: Counter[str]) -> str:
    said = json.dumps([call["name"], call["args"]], sort_keys=True, default=str)
    name = hashlib.sha256(said.encode(errors="replace")).hexdigest()[:8]
    times[name] += 1
    return f"call_{name}_{times[name]}"
