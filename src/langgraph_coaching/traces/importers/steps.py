"""Steps of an imported conversation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from langgraph_coaching.traces.importers.source import to_plain_value
from langgraph_coaching.traces.importers.tool_calls import ToolCallPairs
from langgraph_coaching.traces.messages import answer_parts, words_of
from langgraph_coaching.traces.model import Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from langgraph_coaching.traces.importers.findings import Repairs

SOURCE = "lc_source"
"""Key of `additional_kwargs` that names who else than the user has put a message into their place."""

SOURCES = {"summarization": "summary"}
"""What the steps of such messages are called, where the name says less."""

TIMES = ("timestamp", "created_at", "created")
"""Fields of a row or a message that say when it was."""

_EARLIEST = 1e8
"""A number of seconds below this, the year 1973, is a duration rather than a time."""

_MILLISECONDS = 1e11
"""A number of seconds this large is the year 5138, so it counts milliseconds."""


def steps_of(trace_id: str, messages: Sequence[BaseMessage], repairs: Repairs) -> tuple[Step, ...]:
    """The steps a recorded conversation is made of; every assistant's message is one model call.

    Args:
        trace_id: The trace they belong to.
        messages: In order; tool calls may lack ids, tool results may lack the call they answer.
        repairs: Told what had to be mended.
    """
    pairing = ToolCallPairs(messages, repairs)
    steps: list[Step] = []
    calls = 0
    for message in messages:
        shared: dict[str, Any] = {
            "trace_id": trace_id,
            "message_id": message.id,
            "at": timestamp_of(message.additional_kwargs, TIMES),
        }
        if isinstance(message, AIMessage):
            shared |= {"call": calls, "author": "agent", "model": message.response_metadata.get("model_name")}
            calls += 1
        once: dict[str, Any] = {"extra": _extra(message), "usage": _usage(message)}
        for part in _parts(message, pairing):
            # LangChain messages may hold what a store cannot: half characters, objects of any class.
            steps.append(Step(index=len(steps), **shared, **to_plain_value({**once, **part}, repairs)))
            once = {}
    return tuple(steps)


def _parts(message: BaseMessage, pairing: ToolCallPairs) -> Iterator[dict[str, Any]]:
    text = words_of(message)
    if isinstance(message, AIMessage):
        yield from _answer_parts(message, text, pairing)
    elif isinstance(message, ToolMessage):
        number, name = pairing.match_result(message)
        error = {"error": text or "the tool failed"} if message.status == "error" else {}
        yield {"type": "tool_result", "author": "tool", "text": text, "tool_call_id": number, "name": name, **error}
    elif isinstance(message, HumanMessage):
        pairing.add_user_calls(message)
        if source := message.additional_kwargs.get(SOURCE):
            yield {"type": "system", "author": "system", "text": text, "name": SOURCES.get(str(source), str(source))}
        else:
            yield {"type": "user", "author": "user", "text": text}
    else:
        name = "prompt" if isinstance(message, SystemMessage) else getattr(message, "role", message.type)
        yield {"type": "system", "author": "system", "text": text, "name": name}


def _answer_parts(message: AIMessage, text: str, pairing: ToolCallPairs) -> Iterator[dict[str, Any]]:
    empty = True
    for part in answer_parts(message):
        empty = False
        if part["type"] == "message" and part["text"] == text.strip():
            part["text"] = text
        if part["type"] == "tool_call":
            part["tool_call_id"] = pairing.add_call(part["name"], part["tool_call_id"])
        yield part
    if empty:
        yield {"type": "message", "text": text}


def _extra(message: BaseMessage) -> dict[str, Any]:
    extra = dict(message.additional_kwargs)
    if isinstance(message, AIMessage) and isinstance(extra.get("reasoning_content"), str):
        del extra["reasoning_content"]  # it is a step of its own
    if rest := {name: value for name, value in message.response_metadata.items() if name != "model_name"}:
        extra["response_metadata"] = rest
    return extra


def _usage(message: BaseMessage) -> dict[str, int] | None:
    usage = getattr(message, "usage_metadata", None)
    return {name: count for name, count in usage.items() if isinstance(count, int)} if usage else None


def timestamp_of(fields: dict[str, Any], names: Sequence[str]) -> datetime | None:
    """The first of these fields that is a time.

    Args:
        fields: Of a row or a message.
        names: Where to look; ISO 8601 (UTC where no zone is said), or seconds or milliseconds since 1970.
    """
    for name in names:
        value = fields.get(name)
        try:
            if isinstance(value, str):
                found = datetime.fromisoformat(value)
                return found if found.tzinfo else found.replace(tzinfo=UTC)
            if isinstance(value, int | float) and value > _EARLIEST:
                return datetime.fromtimestamp(value / 1000 if value > _MILLISECONDS else value, UTC)
        except (ValueError, OverflowError, OSError):
            continue
    return None
