"""Messages into steps and steps into messages."""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from langgraph_coaching.recall.situation import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.traces.model import Step, Trace

_THINK = re.compile(r"<think>(.*?)</think>\s*", re.DOTALL)


def answer_parts(message: BaseMessage) -> Iterator[dict[str, Any]]:
    """The steps an agent's message is made of: its reasoning, its words, its tool calls, in this order.

    Args:
        message: An `AIMessage`.

    Yields:
        Fields of a `Step` without its place: `type`, `text` and what belongs to the type.
    """
    text = text_of(message)
    for thought in (*_reasoning(message), *_THINK.findall(text)):
        if thought.strip():
            yield {"type": "reasoning", "text": thought.strip()}
    if said := _THINK.sub("", text).strip():
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


def _reasoning(message: BaseMessage) -> Iterator[str]:
    for block in message.content if isinstance(message.content, list) else ():
        if isinstance(block, dict) and block.get("type") in ("reasoning", "thinking"):
            summary = " ".join(part.get("text", "") for part in block.get("summary") or () if isinstance(part, dict))
            yield str(block.get("reasoning") or block.get("thinking") or summary)
    if isinstance(extra := message.additional_kwargs.get("reasoning_content"), str):
        yield extra


def messages_before(trace: Trace, step: Step) -> list[BaseMessage]:
    """The conversation a model saw when it made a step: everything before that answer, without system messages.

    Args:
        trace: The trace of the step.
        step: One of its steps.
    """
    return messages_of([other for other in trace.steps[: step.index] if _answer_key(other) != _answer_key(step)])


def messages_of(steps: Sequence[Step]) -> list[BaseMessage]:
    """The messages that steps stand for; the parts of one answer become one message.

    System steps and handoffs are events, not messages, and stand for none.
    """
    found: list[BaseMessage] = []
    for _, grouped in groupby((step for step in steps if step.type not in ("system", "handoff")), key=_answer_key):
        group = list(grouped)
        first = group[0]
        if first.type == "user":
            found.append(HumanMessage(first.text))
        elif first.type == "tool_result":
            found.append(ToolMessage(first.text, tool_call_id=first.tool_call_id or "", name=first.name))
        else:
            found.append(_answer(group))
    return found


def _answer_key(step: Step) -> tuple[str, object]:
    if step.type in ("user", "tool_result"):
        return "step", step.index
    if step.call is not None:
        return "call", step.call
    return ("message", step.message_id) if step.message_id else ("step", step.index)


def _answer(group: Sequence[Step]) -> AIMessage:
    calls = [
        {"name": step.name or "", "args": step.arguments or {}, "id": step.tool_call_id or f"call_{step.index}"}
        for step in group
        if step.type == "tool_call"
    ]
    return AIMessage("\n".join(step.text for step in group if step.type == "message"), tool_calls=calls)
