"""Many processes on one store for minutes, killed at random: nothing acknowledged is lost, nothing is there twice.

    python tests/benchmarks/soak.py [--seconds 600] [--processes 8] [--kill-every 12] [--durable] [--json FILE]

Each process adds, edits, asks for advice, captures runs of a graph, judges, reports and tidies up, in a random order.
All but two are killed with `kill -9` in the middle of whatever they do, and started anew. What a call has acknowledged
is written into a file of the process, and compared with the store at the end:

- lost: a revision, a verdict, a captured run or its receipts that were acknowledged and are not there as they were;
- twice: a key that two rows of a table have, or a run with two traces;
- failed: calls that raised anything;
- memory: of the two that are never killed, MB a minute over the second half (aim: under 3);
- drift: how much longer an advice takes in the last quarter than in the second, on average, measured against a fixed
  piece of work in the same process just before each, so that a busy machine does not count (aim: under 10 %).

The last two are judged from `JUDGED` seconds on; before that caches still fill.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

import data
import numpy as np
from disk import asked, graph_of, on_disk
from memory import own_memory
from rich.console import Console

from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.storage.database import Database

JUDGED = 300
AIM_MEMORY, AIM_DRIFT = 3.0, 10.0
ALIVE = 12
"""Coachings that a process keeps: it deletes the oldest beyond, so that what is looked at stays the same."""
SPARED = 2
SHARED = "shared"

WORK = {"advise": 40, "capture": 25, "edit": 8, "share": 4, "add": 6, "verdict": 6, "report": 2, "tidy": 1}


class Process:
    """What one process does until its time is up.

    Args:
        folder: Of the store.
        name: Of the process: its number, and how often it was started.
        durable: Whether its writes shall survive a loss of power.
        said: Where it writes down what was acknowledged.
    """

    def __init__(self, folder: Path, name: str, said: Path, *, durable: bool) -> None:
        self.coach = Coach(folder, limits=Limits(deadline=60), durable=durable)
        self.name = name
        self.random = random.Random(name)  # noqa: S311 - to draw, not to hide
        self.file = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.count = itertools.count(1)
        # Those of its predecessor too, which was killed: what is looked at stays the same, however many are.
        same = f"{name.split('x', maxsplit=1)[0]}x"
        self.alive = [one.id for one in self.coach.list() if one.id.startswith(same)]
        self.pending: list[str] = []
        self.judged: set[str] = set()
        self.graph = graph_of(self.coach)

    def say(self, **what) -> None:
        """Writes down what was acknowledged; this much survives `kill -9`."""
        os.write(self.file, (json.dumps({"at": time.time(), **what}) + "\n").encode())

    def add(self) -> None:
        name = f"{self.name}-{next(self.count)}"
        made = self.coach.add(id=name, intent=f"a customer asks about case {name}", behavior=Reply("Name the day."))
        self.say(op="revision", id=name, revision=made.revision, notes=made.notes)
        self.alive.append(name)
        while len(self.alive) > ALIVE:
            self.coach.delete(self.alive.pop(0))

    def edit(self) -> None:
        self._edit(self.random.choice(self.alive) if self.alive else SHARED)

    def share(self) -> None:
        self._edit(SHARED)

    def _edit(self, name: str) -> None:
        note = f"{self.name} {next(self.count)}"
        made = self.coach.edit(name, notes=note)
        self.say(op="revision", id=name, revision=made.revision, notes=note)

    def advise(self) -> None:
        began = time.perf_counter()
        hashlib.sha256(_FIXED)
        between = time.perf_counter()
        self.coach.advise(asked(self.random.randrange(50)))
        self.say(op="advise", fixed=between - began, took=time.perf_counter() - between)

    def capture(self) -> None:
        thread = f"{self.name}-t{next(self.count)}"
        config = {"callbacks": [self.coach.callback()], "configurable": {"thread_id": thread}}
        self.graph.invoke({"messages": [("user", asked(self.random.randrange(50)))]}, config)
        self.pending.append(thread)
        if len(self.pending) >= 8:
            self.flush()

    def flush(self) -> None:
        self.coach.flush()
        if self.pending:
            self.say(op="captured", threads=self.pending)
        self.pending = []

    def verdict(self) -> None:
        self.flush()
        found = [one for one in self.coach.receipts(coaching_id=SHARED, limit=40) if one.id not in self.judged]
        if found:
            receipt, correct = self.random.choice(found), self.random.random() < 0.5
            self.judged.add(receipt.id)
            self.say(op="judging", id=receipt.id, correct=correct)
            self.coach.verdict(receipt, correct=correct, author=self.name)
            self.say(op="verdict", id=receipt.id, correct=correct)

    def report(self) -> None:
        self.coach.report()

    def tidy(self) -> None:
        self.flush()
        vars(self.coach)["_database"]._compaction.finish()

    def run(self, until: float) -> None:
        """Works until then."""
        kinds, weights = zip(*WORK.items(), strict=True)
        while time.time() < until:
            kind = self.random.choices(kinds, weights)[0]
            try:
                getattr(self, kind)()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
                self.say(op="failed", kind=kind, said=f"{type(error).__name__}: {error}"[:400])
            if next(self.count) % 20 == 0:
                self.say(op="memory", mb=own_memory())
        self.flush()
        self.coach.close()


_FIXED = bytes(4_000_000)
"""What is hashed takes some milliseconds of one thread: equations would be solved by several, which wait for others."""


def soak(folder: Path, given) -> list[dict]:
    """Runs the processes, kills them, and returns what was acknowledged."""
    store, said = folder / "store", folder / "said"
    said.mkdir()
    with Coach(store, limits=Limits(deadline=60)) as coach:
        coach.add(id=SHARED, intent="a customer asks about a delivery", behavior=Reply("Name it."), examples=[asked(1)])
    until = time.time() + given.seconds
    started: Counter[int] = Counter()
    running: dict[int, subprocess.Popen] = {}
    chance = random.Random(7)  # noqa: S311

    def start(number: int) -> None:
        started[number] += 1
        name = f"{number}x{started[number]}"
        command = [sys.executable, __file__, "--worker", str(store), name, str(said / name), str(until)]
        errors = (folder / f"{name}.err").open("w")
        running[number] = subprocess.Popen([*command, *["--durable"][: given.durable]], stderr=errors)

    for number in range(given.processes):
        start(number)
    while time.time() < until:
        time.sleep(min(chance.expovariate(1 / given.kill_every) + 0.2, max(0.1, until - time.time())))
        if given.processes > SPARED and time.time() < until - 5:
            number = chance.randrange(SPARED, given.processes)
            running[number].send_signal(signal.SIGKILL)
            running[number].wait()
            start(number)
    for process in running.values():
        process.wait(timeout=600)
    print(f"{sum(started.values()) - given.processes} killed", flush=True)
    ended = [process.returncode for process in running.values()]
    assert not any(ended), f"ended with {ended}: " + "".join(path.read_text()[-2_000:] for path in folder.glob("*.err"))
    lines = [json.loads(line) | {"by": path.name} for path in said.iterdir() for line in _whole_lines(path)]
    return sorted(lines, key=lambda line: line["at"])


def _whole_lines(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]


def lost_and_twice(store: Path, lines: list[dict]) -> tuple[list[str], list[str]]:
    """What was acknowledged and is not there; what is there twice."""
    lost, twice = [], []
    database = Database(store)
    with Coach(store, limits=Limits(deadline=60)) as coach:
        for name, group in _grouped(lines, "revision", "id").items():
            there = {one.revision: one.notes for one in coach.history(name)}
            numbers = [one.revision for one in coach.history(name)]
            twice += [f"revision {name} {number}" for number, times in Counter(numbers).items() if times > 1]
            lost += [f"{name} {one['revision']}" for one in group if there.get(one["revision"]) != one["notes"]]
        table = database.table("traces")
        traces = [] if table is None else table.search().select(["id", "thread_id"]).limit(None).to_list()
        by_thread = defaultdict(set)
        for row in traces:
            by_thread[row["thread_id"]].add(row["id"])
        twice += [f"trace of {thread}" for thread, ids in by_thread.items() if thread and len(ids) > 1]
        threads = [thread for line in lines if line["op"] == "captured" for thread in line["threads"]]
        lost += [f"trace of {thread}" for thread in threads if thread not in by_thread]
        linked = {one.trace_id for one in coach.receipts()}
        lost += [f"receipts of {thread}" for thread in threads if not by_thread[thread] & linked]
        verdicts = {one.receipt_id: one.correct for one in coach.verdicts()}
        # Of two who judge the same, the last counts, and a verdict that was going on may have been the last.
        for name, group in _grouped(lines, "verdict", "id").items():
            may_be = {line["correct"] for line in lines if line["op"] == "judging" and line["id"] == name}
            if verdicts.get(name) not in may_be if len(may_be) > 1 else verdicts.get(name) != group[-1]["correct"]:
                lost.append(f"verdict on {name}")
        for path in store.glob("*.lance"):
            key = {"backgrounds": "embedder", "retention": "namespace"}.get(path.stem, "key")
            table = database.table(path.stem)
            if table is not None and key in table.schema.names:
                keys = Counter(table.search().select([key]).limit(None).to_arrow()[key].to_pylist())
                twice += [f"{path.stem}: {name}" for name, times in keys.items() if times > 1]
    return lost, twice


def _grouped(lines: list[dict], op: str, by: str) -> dict[str, list[dict]]:
    found = defaultdict(list)
    for line in lines:
        if line["op"] == op:
            found[line[by]].append(line)
    return found


def memory_slope(lines: list[dict]) -> float:
    """MB a minute over the second half, of the process that grows most."""
    slopes = [0.0]
    for looks in _grouped(lines, "memory", "by").values():
        half = looks[len(looks) // 2 :]
        if looks[0]["by"].split("x")[0] in map(str, range(SPARED)) and len(half) > 3:
            slopes.append(float(np.polyfit([one["at"] / 60 for one in half], [one["mb"] for one in half], 1)[0]))
    return max(slopes)


def drift(lines: list[dict]) -> float:
    """How much longer an advice takes in the last quarter than in the second, in per cent of the second."""
    found = [line for line in lines if line["op"] == "advise"]
    if len(found) < 20:
        return 0.0
    first, last = found[0]["at"], found[-1]["at"]
    quarters = defaultdict(list)
    for line in found:
        quarters[min(3, int(4 * (line["at"] - first) / (last - first)))].append((line["took"], line["fixed"]))
    # Not of the medians: after a change, which is before every other advice, it takes ten times as long.
    took, fixed = (np.mean(quarters[3], axis=0) / np.mean(quarters[1], axis=0)).tolist()
    return 100 * (took / fixed - 1)


def main() -> int:
    """Prints what was found; 1 where it is not as it should be."""
    options = data.options(__doc__)
    options.add_argument("--seconds", type=float, default=600)
    options.add_argument("--processes", type=int, default=8)
    options.add_argument("--kill-every", type=float, default=12)
    options.add_argument("--durable", action="store_true")
    options.add_argument("--json", type=Path)
    options.add_argument("--worker", nargs=4)
    given = options.parse_args()
    if given.worker:
        folder, name, said, until = given.worker
        Process(Path(folder), name, Path(said), durable=given.durable).run(float(until))
        return 0
    console = Console(width=120)
    with tempfile.TemporaryDirectory() as name:
        lines = soak(Path(name), given)
        lost, twice = lost_and_twice(Path(name) / "store", lines)
        size, files = on_disk(Path(name) / "store")
    failed = [line for line in lines if line["op"] == "failed"]
    done = Counter(line["op"] for line in lines)
    found = {"lost": lost, "twice": twice, "failed": [f"{one['kind']}: {one['said']}" for one in failed]}
    grows, slower = memory_slope(lines), drift(lines)
    console.print(f"{dict(done)}; {size / 1e6:.1f} MB in {files} files")
    for title, which in found.items():
        console.print(f"{title}: {len(which)} {which[:5] if which else ''}")
    console.print(f"memory: {grows:+.2f} MB a minute (aim {AIM_MEMORY}); drift: {slower:+.1f} % (aim {AIM_DRIFT})")
    if given.json:
        given.json.write_text(json.dumps(found | {"done": done, "memory": grows, "drift": slower}, indent=2))
    steady = given.seconds < JUDGED or (grows <= AIM_MEMORY and slower <= AIM_DRIFT)
    return int(bool(lost or twice or failed) or not steady)


if __name__ == "__main__":
    sys.exit(main())
