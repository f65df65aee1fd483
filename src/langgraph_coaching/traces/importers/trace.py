"""Trace of one row: its conversation as steps, its other fields as metadata."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage, ChatMessage

from langgraph_coaching.traces.importers.findings import Repairs
from langgraph_coaching.traces.importers.messages import read_conversation
from langgraph_coaching.traces.importers.rows import conversation_of
from langgraph_coaching.traces.importers.source import to_plain_value
from langgraph_coaching.traces.importers.steps import TIMES, steps_of, timestamp_of
from langgraph_coaching.traces.model import Trace

if TYPE_CHECKING:
    from datetime import datetime

    from langgraph_coaching.traces.model import Origin, Step

_OUTCOMES = ((1, "success"), (0, "failure"))
"""What a reward says; one between them says neither."""


def read_trace(value: Any, repairs: Repairs, *, origin: Origin, namespace: str, no_later_than: datetime) -> Trace:
    """Reads a row.

    Args:
        value: A mapping with a list of messages, or the list itself.
        repairs: Told what had to be mended.
        origin: Of the trace.
        namespace: Of the trace.
        no_later_than: When it started, where neither the row nor a message says so.

    Raises:
        ValueError: There is no conversation in it.
        RecursionError: It is nested too deeply.
    """
    fields = to_plain_value(value if isinstance(value, Mapping) else {"messages": value}, repairs)
    number = _number(fields)
    messages = read_conversation(conversation_of(fields), repairs)
    if all(isinstance(message, ChatMessage) for message in messages):
        raise ValueError("none of its messages has a role that is known; roles are system, user, assistant and tool")
    steps = steps_of(number, messages, repairs)
    times = [step.at for step in steps if step.at]
    return Trace(
        id=number,
        namespace=namespace,
        origin=origin,
        name=_take_text(fields, "name"),
        thread_id=_take_text(fields, "thread_id"),
        label=_label(fields),
        models=_models(fields, steps),
        started_at=timestamp_of(fields, ("started_at", "start_time", *TIMES)) or min(times, default=no_later_than),
        ended_at=timestamp_of(fields, ("ended_at", "end_time")) or max(times, default=None),
        steps=steps,
        metadata=fields,
    )


def _number(fields: dict[str, Any]) -> str:
    number = fields.get("id")
    if isinstance(number, str | int) and not isinstance(number, bool) and str(number).strip():
        return str(fields.pop("id"))
    # The same recording gets the same id, so that importing it again adds nothing.
    said = json.dumps(fields, sort_keys=True, default=_dump_message)
    return "t-" + hashlib.sha256(said.encode()).hexdigest()[:12]


def _dump_message(message: BaseMessage) -> Any:
    return to_plain_value(message.model_dump(), Repairs(0))


def _take_text(fields: dict[str, Any], name: str) -> str | None:
    return fields.pop(name) if isinstance(fields.get(name), str) else None


def _label(fields: dict[str, Any]) -> str | None:
    return _take_text(fields, "label") or next(
        (name for reward, name in _OUTCOMES if fields.get("reward") == reward), None
    )


def _models(fields: dict[str, Any], steps: tuple[Step, ...]) -> tuple[str, ...]:
    told = [_take_text(fields, name) for name in ("agent_model", "model")]
    return tuple(dict.fromkeys(model for model in (*told, *(step.model for step in steps)) if model))
