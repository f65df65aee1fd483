"""Coaching on real recordings: import 116 runs of an airline agent, coach a failed one, see where it would be recalled.

    python examples/coach_recorded_runs.py [RUNS.jsonl] [--task 45] [--trial 1]

The runs are gpt-4o's on the airline tasks of tau-bench, four trials a task, with the reward each got; every task is
another customer. The decisive step of a failed run is found by comparing the calls that change something with those
the task expects: the first unexpected one, or else the last thing the agent said. A person then says what to do
instead. Recalled in the other trials of that task: wanted. Recalled in other tasks: unwanted, unless the customer there
asks for the same thing.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from pathlib import Path

from langgraph_coaching import Coach, Step, Trace, import_traces
from langgraph_coaching.traces.conversation import messages_before

RUNS = Path(__file__).resolve().parents[1].parent / "shared/data/trajectories/tau1_airline_gpt4o.jsonl"
CHANGING = ("book_", "cancel_", "update_", "send_", "transfer_")

INSTEAD = {
    "45": "Verify the flight status and the reservation first. Offer a certificate of $50 per passenger for a delay only "
    "after the customer has asked for compensation and the reservation was changed or cancelled.",
}
ANYWAY = "Check the policy for exactly this request, and do what it allows before anything else is changed."


def changing(step: Step) -> bool:
    """Whether a step changes something in the world."""
    return step.type == "tool_call" and (step.name or "").startswith(CHANGING)


def decisive(trace: Trace) -> Step:
    """The step at which a run was decided."""
    expected = [(call["name"], call["arguments"]) for call in trace.metadata["meta"]["expected_actions"]]
    made = [step for step in trace.steps if changing(step)]
    wrong = [step for step in made if (step.name, step.arguments) not in expected]
    if wrong:
        return wrong[0]
    return made[0] if made else [step for step in trace.coachable_steps() if step.type == "message"][-1]


def answers(trace: Trace) -> list[Step]:
    """The first step of every model call."""
    return list({step.call: step for step in reversed(trace.steps) if step.call is not None}.values())[::-1]


def main() -> None:
    """Runs the example."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("runs", nargs="?", type=Path, default=RUNS)
    asked.add_argument("--task", default="45")
    asked.add_argument("--trial", type=int, default=None, help="a failed trial; the first one by default")
    given = asked.parse_args()
    if not given.runs.exists():
        print(f"{given.runs} is not there; give a .jsonl file of runs in OpenAI's message format")
        return

    with tempfile.TemporaryDirectory() as folder, Coach(folder) as coach:
        imported = import_traces(given.runs, format="openai", origin="simulated")
        print(imported)
        coach.traces.add(imported)

        of_task = defaultdict(list)
        for trace in imported:
            of_task[str(trace.metadata["task_id"])].append(trace)
        failed = [t for t in of_task[given.task] if t.label == "failure" and given.trial in (None, t.metadata["trial"])]
        source = failed[0]
        step = decisive(source)
        print(f"\ntask {given.task}: {source.metadata['meta']['instruction'][:300]} …")
        print(f"failed run {source.id}; decisive step {step.index}: {step.type} {step.name or ''} {step.text[:120]}")

        draft = coach.draft(step)
        print(f"suggested intent: {draft.intent}")
        coaching = coach.save(draft.reply(INSTEAD.get(given.task, ANYWAY)))
        print(f"saved {coaching.id}: when replying to {coaching.intent!r}\n")

        calls = [(trace, one) for trace in imported for one in answers(trace)]
        advice = coach.advise_batch([messages_before(trace, one) for trace, one in calls])
        recalled = defaultdict(dict)
        for (trace, one), found in zip(calls, advice, strict=True):
            if found.applied:
                recalled[trace.id][one.index] = found.applied[0].probability

        same = [trace for trace in of_task[given.task] if trace.id != source.id]
        others = [trace for trace in imported if str(trace.metadata["task_id"]) != given.task]
        print("the other trials of the task:")
        for trace in same:
            at = decisive(trace)
            hit = "recalled at its decisive step" if at.index in recalled[trace.id] or at.index in _call(trace, at) & recalled[trace.id].keys() else "NOT recalled at its decisive step"
            print(f"  {trace.id} ({trace.label}): {hit} {at.index}; {_places(recalled[trace.id])}")
        print("other tasks in which it would have been recalled:")
        for task, runs in sorted(of_task.items(), key=lambda pair: int(pair[0])):
            hits = [trace for trace in runs if recalled[trace.id]]
            if hits and task != given.task:
                print(f"  task {task}: {len(hits)} of {len(runs)} runs, {_places(recalled[hits[0].id])}: "
                      f"{hits[0].metadata['meta']['instruction'][:110]} …")
        wanted = sum(bool(recalled[trace.id]) for trace in same)
        unwanted = sum(bool(recalled[trace.id]) for trace in others)
        steps = sum(len(recalled[trace.id]) for trace in others)
        total = sum(len(answers(trace)) for trace in others)
        print(f"\nrecalled in {wanted} of {len(same)} other trials of the task, in {unwanted} of {len(others)} runs of other "
              f"tasks ({steps} of their {total} model calls)")


def _call(trace: Trace, step: Step) -> set[int]:
    return {other.index for other in trace.steps if other.call == step.call}


def _places(found: dict[int, float]) -> str:
    if not found:
        return "nowhere"
    shown = ", ".join(f"{index} ({probability:.2f})" for index, probability in list(found.items())[:6])
    return f"steps {shown}{' …' if len(found) > 6 else ''}"


if __name__ == "__main__":
    main()
