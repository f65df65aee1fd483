"""What captured runs leave on disk, and how fast they are stored.

    python tests/benchmarks/disk.py [--runs 10000] [--steps 8] [--together 1] [--processes 1] [--json FILE]

Runs of two messages, one coaching considered in each, are captured and flushed one by one (`--together` of them at
once), by one process or by many that end in between. Printed are, at some numbers of runs, the JSON of the messages
and of what is stored of them, the bytes and files on disk as they are and after the process has ended, and the largest
it ever was. Aim: after upkeep, which happens by itself, at most ten times the JSON of the messages.

Then the same runs without a flush: how many are stored in a second, and that none is lost at the end of a process.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import data
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, messages_to_dict
from langchain_core.outputs import ChatGeneration, ChatResult
from langgraph.graph import START, MessagesState, StateGraph
from rich.console import Console
from rich.table import Table

from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.storage.writer import Writer

AIM, AIM_PER_SECOND = 10.0, 200.0

WORDS = (
    "please",
    "tell",
    "me",
    "more",
    "about",
    "the",
    "delivery",
    "of",
    "an",
    "order",
    "that",
    "I",
    "placed",
    "refund",
)


class Model(BaseChatModel):
    """Answers at once."""

    @property
    def _llm_type(self) -> str:
        return "prompt"

    def _generate(self, messages, stop=None, run_manager=None, **kwargs) -> ChatResult:
        said = f"Thank you for asking about {messages[-1].text} I have looked it up, and it is on its way."
        return ChatResult(generations=[ChatGeneration(message=AIMessage(said))])


def asked(number: int) -> str:
    """What the user says in a run."""
    return f"order {number}: {' '.join(WORDS[(number * k + k) % len(WORDS)] for k in range(1, 16))}?"


def graph_of(coach: Coach):
    """A node that is coached, and whose model answers at once."""
    model = Model()

    def agent(state):
        return {"messages": [model.invoke(state["messages"])]}

    builder = StateGraph(MessagesState).add_node("agent", coach.node(agent)).add_edge(START, "agent")
    return builder.compile()


def run(folder: Path, start: int, count: int, together: int) -> int:
    """Captures runs; returns the bytes of their messages as JSON."""
    raw = 0
    with Coach(folder, limits=Limits(deadline=30)) as coach:
        if not coach.list():
            coach.add(intent="a customer asks about a delivery", behavior=Reply("Name the day."), examples=[asked(1)])
        graph = graph_of(coach)
        for number in range(start, start + count):
            config = {"callbacks": [coach.callback()]}
            state = graph.invoke({"messages": [("user", asked(number))]}, config)
            raw += len(json.dumps(messages_to_dict(state["messages"]), ensure_ascii=False).encode())
            if number % together == 0:
                coach.flush()
    return raw


def on_disk(folder: Path) -> tuple[int, int]:
    """Bytes and files of a store; what goes while it is counted is not counted."""
    sizes = []
    for path in folder.rglob("*"):
        try:
            sizes += [path.stat().st_size] if path.is_file() else []
        except FileNotFoundError:
            continue
    return sum(sizes), len(sizes)


def stored(folder: Path) -> tuple[int, int]:
    """How many traces are stored, and the bytes of their JSON and that of their receipts' records."""
    with Coach(folder) as coach:
        traces = coach.traces.list(limit=None)
        size = sum(len(trace.model_dump_json(exclude_defaults=True).encode()) for trace in traces)
    return len(traces), size


def marks(runs: int, steps: int) -> list[int]:
    """At which numbers of runs the disk is looked at: each half of the next."""
    return sorted({max(1, runs >> place) for place in range(steps)})


def curve(runs: int, steps: int, together: int, processes: int) -> list[dict]:
    """The disk as runs come in."""
    found, raw, done, began = [], 0, 0, time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "store"
        for mark in marks(runs, steps):
            parts = max(1, processes * (mark - done) // runs) if processes > 1 else 1
            bounds = [done + (mark - done) * part // parts for part in range(parts + 1)]
            largest = 0
            for start, end in pairwise(bounds):
                command = [sys.executable, __file__, "--part", str(folder), str(start), str(end - start), str(together)]
                child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
                while child.poll() is None:
                    largest = max(largest, on_disk(folder)[0])
                    time.sleep(0.2)
                raw += int(child.communicate()[0])
            done = mark
            size, files = on_disk(folder)
            count, as_json = stored(folder)
            assert count == done, f"{done - count} runs were lost"
            row = {"runs": done, "messages": raw, "stored_json": as_json, "bytes": size, "files": files}
            found.append(row | {"largest": largest, "times": size / raw, "seconds": time.perf_counter() - began})
    return found


BURST = """
import sys, time
sys.path.insert(0, {here!r})
from disk import asked, graph_of
from langgraph_coaching import Coach, Limits, Reply
coach = Coach({folder!r}, limits=Limits(deadline=30))
coach.add(intent="a customer asks about a delivery", behavior=Reply("Name the day."), examples=[asked(1)])
graph, config = graph_of(coach), {{"callbacks": [coach.callback()]}}
began = time.perf_counter()
for number in range({runs}):
    graph.invoke({{"messages": [("user", asked(number))]}}, config)
ran = time.perf_counter() - began
print(ran, time.time(), flush=True)
"""


def burst(runs: int) -> dict:
    """Runs that nobody flushes: the process ends behind the last one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "store"
        script = BURST.format(here=str(Path(__file__).parent), folder=str(folder), runs=runs)
        done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
        ended = time.time()
        ran, last = map(float, done.stdout.split())
        count, _ = stored(folder)
        receipts = Coach(folder).receipts()
        return {
            "runs": runs,
            "ran_per_second": runs / ran,
            "stored": count,
            "linked": sum(receipt.trace_id is not None for receipt in receipts),
            "after_the_last_s": ended - last,
            "stored_per_second": runs / (ran + ended - last),
        }


def storing(runs: int) -> dict:
    """How fast what waits is stored, alone: assembled, redacted and written."""
    from langgraph_coaching.traces.capture import recorder  # noqa: F401 - loaded before the clock runs

    with tempfile.TemporaryDirectory() as name, Coach(Path(name) / "store", limits=Limits(deadline=30)) as coach:
        coach.add(intent="a customer asks about a delivery", behavior=Reply("Name the day."), examples=[asked(1)])
        coach.advise("warm")
        coach.flush()
        graph, config, waiting = graph_of(coach), {"callbacks": [coach.callback()]}, []
        put, Writer.put = Writer.put, lambda *given: waiting.append(given)
        for number in range(runs):
            graph.invoke({"messages": [("user", asked(number))]}, config)
        Writer.put = put
        began, cpu = time.perf_counter(), time.process_time()
        for given in waiting:
            put(*given)
        coach.flush()
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        assert len(coach.traces.list(limit=None)) == runs, "a run was lost"
    return {"runs": runs, "seconds": took, "per_second": runs / took, "per_second_of_cpu": runs / cpu}


def main() -> None:
    """Prints the tables."""
    options = data.options(__doc__)
    options.add_argument("--runs", type=int, default=10_000)
    options.add_argument("--steps", type=int, default=8)
    options.add_argument("--together", type=int, default=1)
    options.add_argument("--processes", type=int, default=1)
    options.add_argument("--burst", type=int, default=1_000)
    options.add_argument("--json", type=Path)
    options.add_argument("--part", nargs=4, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.part:
        folder, start, count, together = given.part
        print(run(Path(folder), int(start), int(count), int(together)))
        return
    console = Console(width=130)
    results: dict = {"storing": storing(given.burst), "burst": burst(given.burst)}
    for title in ("storing", "burst"):
        console.print(f"{title}: " + ", ".join(f"{name} {value:.4g}" for name, value in results[title].items()))
    quick = results["storing"]["per_second"] >= AIM_PER_SECOND
    console.print(f"aim {AIM_PER_SECOND:.0f} runs a second: {'yes' if quick else 'no'}")
    results["curve"] = curve(given.runs, given.steps, given.together, given.processes)
    table = Table(
        "runs", "messages, KB", "stored, KB of JSON", "on disk, KB", "files", "at most, KB", "times the messages"
    )
    for row in results["curve"]:
        sizes = [f"{row[name] / 1_000:.0f}" for name in ("messages", "stored_json", "bytes")]
        table.add_row(
            str(row["runs"]), *sizes, str(row["files"]), f"{row['largest'] / 1_000:.0f}", f"{row['times']:.1f}"
        )
    console.print(table)
    console.print(f"aim: at most {AIM:.0f} times the messages' JSON")
    if given.json:
        given.json.write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
