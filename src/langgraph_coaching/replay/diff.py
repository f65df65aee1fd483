"""The difference between a recorded run and its replay, call by call: for a terminal and as JSON."""

from __future__ import annotations

import difflib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.notebook import printed_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.replay.replay import CallSide, ConsideredCoaching, Replay, ReplayedCall


class Diff:
    """The calls of a replay, and which of them differ from the recording.

    Args:
        replay: The replay.
    """

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self.steps = replay.steps
        """Every model call, the unchanged ones too."""

    def __repr__(self) -> str:
        """One line; printed, it has the changes."""
        return f"Diff({self._replay.trace_id}: {len(self.changes)} of {len(self.steps)} model calls changed)"

    def _repr_html_(self) -> str:
        return printed_html(str(self))

    @property
    def changes(self) -> list[ReplayedCall]:
        """The calls with another prompt or another answer."""
        return [step for step in self.steps if step.prompt_changed or step.outcome != "same"]

    def to_json(self) -> dict[str, Any]:
        """JSON values, the same for the same replay."""
        counts = {
            name: sum(step.outcome == name for step in self.steps) for name in ("same", "changed", "not recorded")
        }
        return {
            "trace_id": self._replay.trace_id,
            "calls": len(self.steps),
            **counts,
            "steps": [_step_json(step) for step in self.steps],
        }

    def __str__(self) -> str:
        """The changes, a paragraph each."""
        same = len(self.steps) - len(self.changes)
        calls = "1 model call" if len(self.steps) == 1 else f"{len(self.steps)} model calls"
        head = f"{self._replay.trace_id}: {calls}, {same} as recorded"
        return "\n".join((head, *(line for step in self.changes for line in _step_lines(step))))


def _step_json(step: ReplayedCall) -> dict[str, Any]:
    came, went, moved = coachings_changed(step)
    return {
        "step": step.step,
        "call": step.call,
        "node": step.node,
        "outcome": step.outcome,
        "why": step.why,
        "downstream": step.downstream,
        "prompt_changed": step.prompt_changed,
        "came": [one.coaching_id for one in came],
        "went": [one.coaching_id for one in went],
        "moved": [{"coaching_id": a.coaching_id, "from": a.revision, "to": b.revision} for a, b in moved],
        "recorded": _side_json(step.recorded),
        "replayed": _side_json(step.replayed),
    }


def _side_json(side: CallSide) -> dict[str, Any]:
    calls = [{"name": name, "arguments": arguments} for name, arguments in side.tool_calls]
    return asdict(side) | {"considered": [asdict(one) for one in side.considered], "tool_calls": calls}


def coachings_changed(
    step: ReplayedCall,
) -> tuple[list[ConsideredCoaching], list[ConsideredCoaching], list[tuple[ConsideredCoaching, ConsideredCoaching]]]:
    """The coachings that came into the prompt, that went, and that are there in another revision."""
    before = {one.coaching_id: one for one in step.recorded.considered if one.applied}
    after = {one.coaching_id: one for one in step.replayed.considered if one.applied}
    both = [(before[name], after[name]) for name in before if name in after]
    return (
        [one for name, one in after.items() if name not in before],
        [one for name, one in before.items() if name not in after],
        [pair for pair in both if pair[0].revision != pair[1].revision],
    )


def _step_lines(step: ReplayedCall) -> Iterator[str]:
    where = f" in {step.node}" if step.node else ""
    yield f"\nstep {step.step}{where}: {step.outcome} ({step.why})"
    came, went, moved = coachings_changed(step)
    for one in went:
        yield f"  - {one.coaching_id} {one.intent!r}, applied at {one.probability:.2f}{_outcome_now(step, one)}"
    for one in came:
        yield f"  + {one.coaching_id} {one.intent!r}, applied at {one.probability:.2f}"
    for old, new in moved:
        yield f"  ~ {old.coaching_id} {old.intent!r}, revision {old.revision} is now {new.revision}"
    yield from _diff_lines("prompt", step.recorded.block, step.replayed.block)
    if step.replayed.answered:
        yield from _diff_lines("answer", _answer_text(step.recorded), _answer_text(step.replayed))


def _outcome_now(step: ReplayedCall, gone: ConsideredCoaching) -> str:
    found = next((one for one in step.replayed.considered if one.coaching_id == gone.coaching_id), None)
    return f"; now {found.outcome}: {found.reason}" if found else ""


def _answer_text(side: CallSide) -> str:
    return "\n".join((side.text or "", *(f"{name}({arguments})" for name, arguments in side.tool_calls))).strip()


def _diff_lines(name: str, before: str, after: str) -> Iterator[str]:
    if before != after:
        yield f"  {name}:"
        lines = difflib.ndiff(before.splitlines(), after.splitlines())
        yield from (f"    {line.rstrip()}" for line in lines if line[:2] in ("- ", "+ "))
