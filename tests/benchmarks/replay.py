"""How every recorded run replays: twice the same, how fast, and how many bytes it takes.

    python tests/benchmarks/replay.py --data ../shared/data

Imports all files of `trajectories`, adds a few coachings that some of the runs recall, and replays each run twice.
"""

import json
import tempfile
import time
from pathlib import Path

from data import options, trajectories

from langgraph_coaching import Action, Coach, Handoff, Reply, import_traces

COACHINGS = [
    ("a customer wants to cancel a flight that they booked", Reply("Ask for the reason of the cancellation first.")),
    ("a customer wants to exchange an item of a delivered order", Action("get_order_details")),
    ("a customer asks for a human agent", Handoff("human agent")),
    ("a customer wants to change the address of an order", Reply("Confirm the new address before changing it.")),
    ("mobile data does not work", Action("check_network_status")),
]


def bytes_in(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main():
    parser = options(__doc__, data=True)
    parser.add_argument("--most", type=int, default=None, help="runs of each file, for a quick look")
    arguments = parser.parse_args()
    total = {"runs": 0, "steps": 0, "calls": 0, "other prompts": 0, "differ": 0}
    raw = seconds = stored = 0.0
    for path in trajectories(arguments.data):
        with tempfile.TemporaryDirectory() as folder, Coach(folder) as coach:
            for intent, behavior in COACHINGS:
                coach.add(intent=intent, behavior=behavior)
            empty = bytes_in(Path(folder))
            traces = import_traces(path, format="openai")[: arguments.most]
            coach.traces.add(traces)
            stored += bytes_in(Path(folder)) - empty
            raw += path.stat().st_size if arguments.most is None else len(json.dumps([t.text for t in traces]))
            kept = [coach.traces.get(trace.id) for trace in traces]
            began = time.perf_counter()
            first = [coach.replay(trace) for trace in kept]
            seconds += time.perf_counter() - began
            second = [coach.replay(trace) for trace in kept]
            differ = sum(a.to_json() != b.to_json() for a, b in zip(first, second, strict=True))
            steps = sum(len(trace.steps) for trace in kept)
            calls = sum(len(replay.steps) for replay in first)
            other = sum(len(replay.diff().changes) for replay in first)
            print(
                f"{path.stem:32} {len(kept):5} runs {steps:7} steps {calls:6} model calls {other:5} other prompts"
                f" {differ:3} differ the second time",
                flush=True,
            )
            for name, value in zip(total, (len(kept), steps, calls, other, differ), strict=True):
                total[name] += value
    print("\n" + ", ".join(f"{value:,} {name}" for name, value in total.items()))
    print(f"{total['steps'] / seconds:,.0f} steps a second, {seconds / total['runs'] * 1000:.0f} ms a run")
    print(
        f"{stored / total['steps']:,.0f} bytes a step in the store, {raw / total['steps']:,.0f} of raw JSON:"
        f" {stored / raw:.2f} of it"
    )
    return 1 if total["differ"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
