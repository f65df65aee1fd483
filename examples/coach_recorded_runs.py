"""Coaching on real recordings: 116 runs of an airline agent, three failed ones coached, and where that is recalled.

    python examples/coach_recorded_runs.py [RUNS.jsonl]

The runs are gpt-4o's on the airline tasks of tau-bench, four trials a task, with the reward each got. A person has
looked at three failed runs, found the step that decided each, and said when and what instead. `calibrate` then holds
that against everything else these customers say, unlabelled. Then every model call of all runs is asked what would
have been recalled there. In the other trials of the same task it is wanted, before anything is changed. In other tasks
it is not, unless the customer there is in the same situation.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from langgraph_coaching import Coach, Step, Trace, import_traces
from langgraph_coaching.traces.messages import messages_before

RUNS = Path(__file__).resolve().parents[2] / "shared/data/trajectories/tau1_airline_gpt4o.jsonl"
FEW = 5
CHANGING = ("book_", "cancel_", "update_", "send_", "transfer_")


@dataclass(frozen=True)
class Correction:
    """What a person said about one failed run."""

    task: str
    trial: int
    step: int
    when: str
    instead: str


CORRECTIONS = [
    Correction(
        "2",
        0,
        12,
        "a customer wants all of their business class flights downgraded to economy",
        "Look up every reservation in the customer's profile before you say which ones are in business class; do not "
        "stop after the first few.",
    ),
    Correction(
        "45",
        2,
        14,
        "a customer is frustrated about a delayed flight and looks for compensation",
        "Take the number of passengers from the reservation, not from the customer, and offer the certificate the "
        "policy gives for it. A disagreement about that number is no reason to transfer them.",
    ),
    Correction(
        "47",
        0,
        14,
        "a customer asks to cancel a reservation because their plans have changed",
        "Check fare, insurance and time of booking against the policy first. If it does not allow the cancellation, "
        "say so and do not cancel, even if they say that somebody approved it.",
    ),
]


def calls(trace: Trace) -> list[Step]:
    """The first step of every model call."""
    return list({step.call: step for step in reversed(trace.steps) if step.call is not None}.values())[::-1]


def in_time(trace: Trace) -> int:
    """Index of the first step that changes something; the end of the run where none does."""
    return next(
        (s.index for s in trace.steps if s.type == "tool_call" and (s.name or "").startswith(CHANGING)),
        len(trace.steps),
    )


def places(found: dict[int, float]) -> str:
    """Steps and probabilities, the first few."""
    shown = [f"{index} ({probability:.2f})" for index, probability in found.items()]
    return f"step {', '.join(shown[:FEW])}{' …' if shown[FEW:] else ''}" if found else "nowhere"


def main() -> None:
    """Runs the example."""
    runs = Path(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    if not runs.exists():
        print(f"{runs} is not there; give a .jsonl file of the airline runs in OpenAI's message format")
        return
    with tempfile.TemporaryDirectory() as folder, Coach(folder) as coach:
        imported = import_traces(runs, format="openai", origin="simulated")
        print(imported)
        coach.traces.add(imported)
        by_task = defaultdict(list)
        for trace in imported:
            by_task[str(trace.metadata["task_id"])].append(trace)

        of_coaching = {}
        for correction in CORRECTIONS:
            source = next(t for t in by_task[correction.task] if int(t.metadata["trial"]) == correction.trial)
            step = source.steps[correction.step]
            draft = coach.draft(step)
            coaching = coach.save(draft.when(correction.when).reply(correction.instead))
            of_coaching[coaching.id] = (correction, source)
            print(f"\nfailed run {source.id}, step {step.index}: {step.type} {step.name or ''} {step.text[:90]!r}")
            print(f"  suggested intent: {draft.intent}")
            print(f"  when replying to: {coaching.intent}\n  do this: {coaching.behavior.render()}")

        print(f"\n{coach.calibrate()}")
        asked = [(trace, step) for trace in imported for step in calls(trace)]
        advice = coach.advise_batch([messages_before(trace, step) for trace, step in asked])
        recalled: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
        for (trace, step), found in zip(asked, advice, strict=True):
            for receipt in found.applied:
                recalled[receipt.coaching_id, trace.id][step.index] = receipt.probability

        for coaching_id, (correction, source) in of_coaching.items():
            print(f"\n== when replying to: {correction.when}")
            hits = {trace.id: recalled[coaching_id, trace.id] for trace in imported}
            same = [trace for trace in by_task[correction.task] if trace.id != source.id]
            for trace in same:
                timely = {index: p for index, p in hits[trace.id].items() if index <= in_time(trace)}
                said = f"{'in time' if timely else 'NOT in time'}; {places(hits[trace.id])}"
                print(f"  {trace.id} ({trace.label}), first change at step {in_time(trace)}: {said}")
            others = [trace for trace in imported if str(trace.metadata["task_id"]) != correction.task]
            for task in sorted({str(t.metadata["task_id"]) for t in others if hits[t.id]}, key=int):
                fired = [trace for trace in by_task[task] if hits[trace.id]]
                wish = " ".join(fired[0].metadata["meta"]["instruction"].split())[:150]
                where = f"task {task}, {len(fired)} of {len(by_task[task])} runs, {places(hits[fired[0].id])}"
                print(f"  elsewhere, {where}: {wish}…")
            timely_runs = sum(any(index <= in_time(t) for index in hits[t.id]) for t in same)
            wrong = [t for t in others if hits[t.id]]
            steps, total = sum(len(hits[t.id]) for t in others), sum(len(calls(t)) for t in others)
            print(f"  recalled in time in {timely_runs} of {len(same)} other trials of the task;")
            print(f"  in {len(wrong)} of {len(others)} runs of other tasks, at {steps} of their {total} model calls")


if __name__ == "__main__":
    main()
