"""Filters of traces that no column of their table answers: the agent, a model, a tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langgraph_coaching.traces.model import Trace


def fits(trace: Trace, *, agent: str | None = None, model: str | None = None, tool: str | None = None) -> bool:
    """Whether all that is asked holds for a trace.

    Args:
        trace: One that was read.
        agent: The trace bears this name, one of its calls this label, or it was handed over to this agent.
        model: One of its model calls was answered by it.
        tool: It was called in this run, not in what was said before.
    """
    own = [step for step in trace.steps if not step.history]
    if agent is not None and agent != trace.name:
        labels = {receipt.agent for receipt in trace.receipts} | {s.name for s in own if s.type == "handoff"}
        if agent not in labels:
            return False
    if model is not None and model not in trace.models and all(step.model != model for step in own):
        return False
    return tool is None or any(step.type == "tool_call" and step.name == tool for step in own)
