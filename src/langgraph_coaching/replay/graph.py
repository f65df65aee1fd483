"""Replay of a graph: it runs on from the first call that sees other coaching, each call beside the recorded one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langgraph_coaching.replay.fork import run_fork, task_id
from langgraph_coaching.replay.replay import CallSide, ReplayedCall, compare_call
from langgraph_coaching.replay.rerun import mark_downstream, recorded_side
from langgraph_coaching.traces.recorded_calls import calls_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.recall.adviser import Adviser
    from langgraph_coaching.recall.snapshot import Snapshot
    from langgraph_coaching.traces.model import Trace
    from langgraph_coaching.traces.recorded_calls import RecordedCall


def replay_graph(
    graph: Any,
    trace: Trace,
    calls: Sequence[RecordedCall],
    steps: tuple[ReplayedCall, ...],
    adviser: Adviser,
    snapshot: Snapshot,
    now: datetime,
) -> tuple[ReplayedCall, ...]:
    """The steps of a replay, those from the first other prompt on as the graph has made them.

    Args:
        graph: The compiled graph.
        trace: The recorded run.
        calls: Its model calls.
        steps: Their replay, unanswered where the prompt is another one.
        adviser: Who recalls.
        snapshot: From which coachings.
        now: For expiry.
    """
    first = next((index for index, step in enumerate(steps) if step.prompt_changed), None)
    if first is None:
        return steps

    def advise(messages: Any, labels: Labels) -> Advice:
        # The copy of the thread has a name of its own; a canary goes by the thread that was recorded.
        return adviser.advise_batch([messages], replace(labels, thread_id=trace.thread_id), snapshot=snapshot, now=now)[
            0
        ]

    fork = run_fork(graph, trace, calls[first].step, advise)
    again = [task_id(call.step) in fork.tasks for call in calls]
    kept = [step for step, anew in zip(steps, again, strict=True) if not anew]
    old = [call for call, anew in zip(calls, again, strict=True) if anew]
    return mark_downstream([*kept, *(_compare_pair(*pair) for pair in pair_calls(old, calls_of(fork.trace)))])


def _compare_pair(old: RecordedCall | None, new: RecordedCall | None) -> ReplayedCall:
    before = recorded_side(old) if old else CallSide()
    after = recorded_side(new) if new else CallSide()
    both = compare_call(old or new, before, after, downstream=False)
    if not old or not new:
        gone = "the graph does not get here any more" if old else "the graph did not get here before"
        return replace(both, replayed=after, outcome="changed", why=gone)
    if before.answered and not after.answered:
        return replace(both, replayed=after, outcome="changed", why="this time the call failed")
    return both


def pair_calls(
    recorded: Sequence[RecordedCall], made: Sequence[RecordedCall]
) -> list[tuple[RecordedCall | None, RecordedCall | None]]:
    """Pairs each call with its counterpart from the same node: the one with the same prompt, or else the next.

    Args:
        recorded: Calls of the recorded run, in order; their order is kept.
        made: Those of the new one; what is left of them comes last.
    """
    left: dict[str, list[RecordedCall]] = defaultdict(list)
    for new in made:
        left[new.node_path].append(new)
    found: dict[int, RecordedCall] = {}
    for exact in (True, False):
        for index, old in enumerate(recorded):
            alike = (new for new in left[old.node_path] if not exact or _prompt_contents(old) == _prompt_contents(new))
            if index not in found and (match := next(alike, None)) is not None:
                found[index] = match
                left[old.node_path] = [new for new in left[old.node_path] if new is not match]
    rest = [new for new in made if any(new is other for other in left[new.node_path])]
    return [*((old, found.get(index)) for index, old in enumerate(recorded)), *((None, new) for new in rest)]


def _prompt_contents(call: RecordedCall) -> list[tuple[str, Any]]:
    return [(message.type, message.content) for message in call.prompt]
