"""Conversion between LangChain's messages and the steps of a trace."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, ChatMessage, HumanMessage, SystemMessage, ToolMessage

from langgraph_coaching.recall.prompt import BLOCK
from langgraph_coaching.recall.situation import text_of
from langgraph_coaching.recall.user import SOURCE, human
from langgraph_coaching.traces.branches import Branches, is_task
from langgraph_coaching.traces.canonical import apply_exact_fields
from langgraph_coaching.traces.jsonable import to_jsonable
from langgraph_coaching.traces.reasoning import split_reasoning

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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
    thoughts, words = split_reasoning(message)
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
    before = [other for other in Branches(trace.steps).steps_before(step) if answer_key(other) != key]
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
            said = _tool_message(first, name) if first.type == "tool_result" else _ai_message(group, name)
        found.append(apply_exact_fields(said, first.exact) if first.exact else said)
    return found


def answer_key(step: Step) -> tuple[str, object]:
    """Key of a step's message: equal for the steps of one message."""
    if step.type in ("user", "tool_result"):
        return "step", step.index
    if step.call is not None:
        return "call", step.call
    return ("message", step.message_id) if step.message_id else ("step", step.index)


def _tool_message(step: Step, name: str | None) -> ToolMessage:
    status: Any = "success" if step.error is None else "error"
    return ToolMessage(step.text, tool_call_id=step.tool_call_id or "", name=step.name, id=name, status=status)


def _ai_message(group: Sequence[Step], name: str | None) -> AIMessage:
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


_MODELS_OWN = frozenset(("model_name", "model", "token_usage", "finish_reason", "stop_reason"))
"""Keys of `response_metadata` that only a model's answer has."""

_DESTINATION = "__handoff_destination"
"""Key of `response_metadata` under which langgraph-supervisor keeps the agent that a tool has handed over to."""


DELEGATE = "subagent_type"
"""Argument of a tool call that names the sub-agent it hands a task to."""

RELAYED = "relayed"
"""Name of the step of an agent's words that are put into a conversation as if a person had said them."""

_SOURCES = {"summarization": "summary"}
"""What steps are called where LangChain's own name says less."""


def steps_of(message: BaseMessage, *, known: bool, speaker: str = "") -> Iterable[dict[str, Any]]:
    """The steps of a message that is found in a conversation, not seen while a model or a tool made it.

    Args:
        message: Any message.
        known: Whether everything that models wrote is known: then an agent's message that is not among it is canned.
        speaker: Of a message in a person's place who else has put it there, such as `task`; "" where it is the user.
    """
    text = BLOCK.sub("", words_of(message)) if isinstance(message, SystemMessage) else words_of(message)
    role = getattr(message, "role", "").lower() if isinstance(message, ChatMessage) else ""
    if human(message):
        if speaker:
            return [{"type": "system", "author": "system", "name": speaker, "text": text}]
        return [{"type": "user", "author": "user", "text": text}]
    if isinstance(message, AIMessage) or role in ("assistant", "ai"):
        author = "canned" if known and not made_by_model(message) else "agent"
        return [{"author": author, **part} for part in jsonable_parts(message)]
    if isinstance(message, ToolMessage):
        target = message.response_metadata.get(_DESTINATION)
        handoffs = [handoff_step(str(target), message.tool_call_id)] if target else []
        return [result_of(message), *handoffs]
    if isinstance(message, SystemMessage):
        return [{"type": "system", "author": "system", "name": "prompt", "text": text}] if text else []
    return [{"type": "system", "author": "system", "name": role or message.type, "text": text}]


def source_of(message: BaseMessage) -> str:
    """Which part of an agent has put a message into a person's place, such as `summary`; "" where none says so."""
    source = message.additional_kwargs.get(SOURCE)
    return _SOURCES.get(str(source), str(source)) if source else ""


def handoff_step(target: str, tool_call_id: str | None = None) -> dict[str, Any]:
    """The step of going over to another agent."""
    return {"type": "handoff", "author": "agent", "name": target, "tool_call_id": tool_call_id}


def delegate_of(arguments: Any) -> str | None:
    """The sub-agent that a tool such as deepagents' `task` is called for; None where its arguments name none."""
    target = arguments.get(DELEGATE) if isinstance(arguments, dict) else None
    return target if isinstance(target, str) and target else None


def count_answered(messages: Sequence[BaseMessage]) -> int:
    """How many messages there are up to the agent's last one: of a conversation that is given, what is already over."""
    return next((index for index in range(len(messages), 0, -1) if isinstance(messages[index - 1], AIMessage)), 0)


def jsonable_parts(message: BaseMessage) -> list[dict[str, Any]]:
    """`answer_parts` as a list, the arguments of tool calls in JSON's types."""
    if calls := getattr(message, "tool_calls", None):
        message = message.model_copy(update={"tool_calls": to_jsonable(calls)})
    return list(answer_parts(message))


def result_of(message: ToolMessage) -> dict[str, Any]:
    """The step of a tool's answer."""
    text = words_of(message)
    error = {"error": text or "the tool failed"} if message.status == "error" else {}
    named = {"name": message.name, "tool_call_id": message.tool_call_id or None}
    return {"type": "tool_result", "author": "tool", "text": text, **named, **error}


def words_of(message: BaseMessage) -> str:
    """The text of a message; of one without any, the types of what is in it, such as `[image]`."""
    if (text := text_of(message)) or not isinstance(message.content, list):
        return text
    return " ".join(f"[{part.get('type', 'data')}]" for part in message.content if isinstance(part, dict))


def made_by_model(message: BaseMessage) -> bool:
    """Whether a message says of itself that a model made it, perhaps one that was called past LangChain."""
    named = (message.id or "").startswith(("run-", "lc_run-")) or not _MODELS_OWN.isdisjoint(message.response_metadata)
    return named or bool(getattr(message, "usage_metadata", None))


def call_ids(message: BaseMessage) -> list[str]:
    """The ids of the tool calls a message asks for."""
    if not isinstance(message, AIMessage):
        return []
    return [str(call["id"]) for call in (*message.tool_calls, *message.invalid_tool_calls) if call.get("id")]
