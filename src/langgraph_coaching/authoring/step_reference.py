"""A step by name: `t-9f2c41d07be3:7` is step 7 of that trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from langgraph_coaching.traces.archive import Archive
    from langgraph_coaching.traces.model import Step


def split_reference(reference: str) -> tuple[str, str]:
    """The trace's id and the step's number, as they are written.

    Raises:
        InvalidCoachingError: It names no trace.
    """
    trace_id, _, number = reference.strip().rpartition(":")
    if not trace_id:
        raise InvalidCoachingError(f"a step is named TRACE:NUMBER, such as t-9f2c41d07be3:7, not {reference!r}")
    return trace_id, number


def step_named(traces: Archive, reference: str) -> Step:
    """The recorded step of that name.

    Args:
        traces: Where it is looked up.
        reference: `TRACE:NUMBER`.

    Raises:
        InvalidCoachingError: It names no step; the message says which there are.
        NotFoundError: There is no such trace.
    """
    trace_id, number = split_reference(reference)
    steps = traces.get(trace_id).steps
    found = next((step for step in steps if str(step.index) == number), None)
    if found is None:
        there = f"the steps 0 to {len(steps) - 1}; write {trace_id}:NUMBER" if steps else "no steps"
        raise InvalidCoachingError(f"{trace_id} has {there}")
    return found
