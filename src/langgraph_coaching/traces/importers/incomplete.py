"""Incomplete traces: notes a missing user and steps without words as findings of an import."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langgraph_coaching.traces.importers.findings import Repairs
    from langgraph_coaching.traces.model import Step, Trace

_WORDLESS = ("tool_call", "handoff")
"""Types of steps that say what they say by their name."""

_SAID = {
    "user": "a user's message without any text: kept as an empty step",
    "message": "an agent's message without any text: kept as an empty step",
    "reasoning": "reasoning without any text: kept as an empty step",
    "tool_result": "a tool's result without any text: kept as an empty step",
    "system": "a system message without any text: kept as an empty step",
}


def is_empty(step: Step) -> bool:
    """Whether a step says nothing at all."""
    return not step.text.strip() and step.type not in _WORDLESS and not step.error


def note_lacks(trace: Trace, repairs: Repairs) -> None:
    """Notes what is not in a trace although a conversation has it.

    Args:
        trace: As it was read.
        repairs: Told what is missing.
    """
    for step in trace.steps:
        if is_empty(step):
            repairs.note_lack(_SAID[step.type])
    if not any(step.type == "user" for step in trace.steps):
        repairs.note_lack("nobody in it is a user: nothing in it can say when coaching applies")
