"""Filters of traces that no column of their table answers: the agent, a model, a tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langgraph_coaching.traces.model import Trace


def fits(trace: Trace, *, agent: str | None = None, model: str | None = None, tool: str | None = None) -> bool:
    """Whether all that is asked holds for a trace.

    Args:
        trace: One that was read.
        agent: One of `agents_of`.
        model: One of its model calls was answered by it.
        tool: It was called in this run, not in what was said before.
    """
    own = [step for step in trace.steps if not step.history]
    if agent is not None and agent not in agents_of(trace):
        return False
    if model is not None and model not in trace.models and all(step.model != model for step in own):
        return False
    return tool is None or any(step.type == "tool_call" and step.name == tool for step in own)


def agents_of(trace: Trace) -> set[str]:
    """What a person may call the agents of a run.

    Its name; what the run's metadata call the agent or the graph; the labels of its calls; the nodes in which a model
    was called; and whom it was handed over to.
    """
    own = [step for step in trace.steps if not step.history]
    said = [trace.metadata.get(name) for name in ("lc_agent_name", "graph_id")]
    names = {
        trace.name,
        *(name for name in said if isinstance(name, str)),
        *(receipt.agent for receipt in trace.receipts),
        *(step.node for step in own if step.call is not None),
        *(step.name for step in own if step.type == "handoff"),
    }
    return {name for name in names if name}
