"""Messages into steps and steps into messages."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from langgraph_coaching.traces.branches import Branches, is_task
from langgraph_coaching.traces.reasoning import thoughts_and_words
from langgraph_coaching.traces.seen import amended

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.traces.model import Step, Trace

EVENTS = ("system", "handoff")
"""Types of steps that are no messages."""

UNNAMED = "unnamed-"
"""Begins the `message_id` of steps whose message has no id: it only holds them together."""


def answer_parts(message: BaseMessage) -> Iterator[dict[str, Any]]:
    """The steps an agent's message is made of: its reasoning, its words, its tool calls, in this order.

    Args:
        message: An `AIMessage`.

    Yields:
        Fields of a `Step` without its place: `type`, `text` and what belongs to the type.
    """
    thoughts, words = thoughts_and_words(message)
    for thought in thoughts:
        yield {"type": "reasoning", "text": thought}
    if said := words.strip():
        yield {"type": "message", "text": said}
    for call in getattr(message, "tool_calls", ()):
        arguments = call["args"]
        yield {
            "type": "tool_call",
            "name": call["name"],
            "arguments": arguments,
            "tool_call_id": call["id"],
            "text": json.dumps(arguments, ensure_ascii=False, default=str),
        }
    for call in getattr(message, "invalid_tool_calls", ()):
        yield {
            "type": "tool_call",
            "name": call["name"],
            "tool_call_id": call["id"],
            "text": call["args"] or "",
            "error": call["error"] or "the arguments are not valid JSON",
        }


def messages_before(trace: Trace, step: Step) -> list[BaseMessage]:
    """The conversation a model saw when it made a step: everything before that answer, without system messages.

    Of a sub-agent, or of a branch that is asked something of its own, its own conversation: there whoever asks stands
    in the user's place.

    Args:
        trace: The trace of the step.
        step: One of its steps.
    """
    key = answer_key(step)
    before = [other for other in Branches(trace.steps).before(step) if answer_key(other) != key]
    return messages_of([other.model_copy(update={"type": "user"}) if is_task(other) else other for other in before])


def messages_of(steps: Sequence[Step]) -> list[BaseMessage]:
    """The messages that steps stand for; the parts of one answer become one message.

    System steps and handoffs are events, not messages, and stand for none.
    """
    found: list[BaseMessage] = []
    for _, grouped in groupby((step for step in steps if step.type not in EVENTS), key=answer_key):
        group = list(grouped)
        first = group[0]
        name = None if (first.message_id or "").startswith(UNNAMED) else first.message_id
        if first.type == "user":
            said: BaseMessage = HumanMessage(first.text, id=name)
        else:
            said = _result(first, name) if first.type == "tool_result" else _answer(group, name)
        found.append(amended(said, first.exact) if first.exact else said)
    return found


def answer_key(step: Step) -> tuple[str, object]:
    """Equal for the steps of one message."""
    if step.type in ("user", "tool_result"):
        return "step", step.index
    if step.call is not None:
        return "call", step.call
    return ("message", step.message_id) if step.message_id else ("step", step.index)


def _result(step: Step, name: str | None) -> ToolMessage:
    status: Any = "success" if step.error is None else "error"
    return ToolMessage(step.text, tool_call_id=step.tool_call_id or "", name=step.name, id=name, status=status)


def _answer(group: Sequence[Step], name: str | None) -> AIMessage:
    calls = [step for step in group if step.type == "tool_call"]
    return AIMessage(
        "\n".join(step.text for step in group if step.type == "message"),
        id=name,
        tool_calls=[
            {"name": step.name or "", "args": step.arguments or {}, "id": step.tool_call_id or f"call_{step.index}"}
            for step in calls
            if step.arguments is not None or step.error is None
        ],
        invalid_tool_calls=[
            {"name": step.name, "args": step.text, "id": step.tool_call_id, "error": step.error}
            for step in calls
            if step.arguments is None and step.error is not None
        ],
    )
