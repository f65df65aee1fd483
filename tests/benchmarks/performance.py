"""What recall costs beside its peers: latency, throughput, memory, start-up, capture and prompt tokens, in one run.

    python tests/benchmarks/performance.py [--sizes 100 1000 10000 100000] [--queries 200] [--json FILE] [--plot FILE]

Every contender answers new texts with the same embedder, interleaved query by query, so that a busy machine slows them
alike; what counts are the ratios to the embedding alone, and the CPU time beside the clock's. `--patience` bounds the
seconds of each contender in each part. A peer that is not installed (`pip install langmem mem0ai qdrant-client`) is
named and left out. A million: `--sizes 1000000 --peers "embedding alone" coach.advise numpy LanceDB`.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from advise import situations
from data import options
from peers import CONTENDERS, Contender, Embedding, KnownTexts, Ours
from rich.console import Console
from rich.table import Table
from startup import CASES, run

from langgraph_coaching.recall.prompt import count_tokens

REAL = 500
"""Texts whose vectors are real ones; the others are beside them."""

CALLERS = 8

ROUNDS = 3

LEAST = 3
"""Queries that a contender answers, whatever its patience."""

console = Console(width=150)


def resident() -> float:
    """Megabytes of this process."""
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    line = next(one for one in status.read_text().splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def figures(milliseconds: list[float], seconds: float | None = None) -> dict[str, float]:
    """Percentiles and throughput."""
    found = {f"p{n}": float(np.percentile(milliseconds, n)) for n in (50, 95, 99)}
    taken = sum(milliseconds) / 1_000 if seconds is None else seconds
    return found | {"calls": len(milliseconds), "per_second": len(milliseconds) / taken}


class Queries:
    """Texts that nobody has asked yet."""

    def __init__(self, size: int) -> None:
        self._next = size

    def take(self, count: int) -> list[str]:
        """So many of them."""
        self._next += count
        return situations(count, offset=self._next - count)


def one_caller(contenders: list[Contender], queries: Queries, count: int, patience: float, loop: Any) -> dict[str, Any]:
    """Sync and async calls of one caller, interleaved."""
    taken: dict[tuple[str, str], list[float]] = {(c.name, style): [] for c in contenders for style in ("sync", "async")}
    cpu: dict[str, list[float]] = {c.name: [] for c in contenders}
    for _ in range(count):
        for contender in contenders:
            for style in ("sync", "async"):
                spent = taken[contender.name, style]
                if len(spent) >= LEAST and sum(spent) / 1_000 > patience:
                    continue
                (query,) = queries.take(1)
                used, started = time.process_time(), time.perf_counter()
                contender.ask(query) if style == "sync" else loop.run_until_complete(contender.aask(query))
                spent.append((time.perf_counter() - started) * 1_000)
                if style == "sync":
                    cpu[contender.name].append((time.process_time() - used) * 1_000)
    return {
        name: {style: figures(taken[name, style]) for style in ("sync", "async")}
        | {"cpu_ms": float(np.median(cpu[name]))}
        for name in cpu
    }


async def ask_together(contender: Contender, asked: list[str]) -> list[float]:
    """Milliseconds of each query, asked by eight tasks at once."""
    times = []

    async def caller(mine: list[str]) -> None:
        for query in mine:
            started = time.perf_counter()
            await contender.aask(query)
            times.append((time.perf_counter() - started) * 1_000)

    await asyncio.gather(*(caller(asked[n::CALLERS]) for n in range(CALLERS)))
    return times


def ask_in_threads(contender: Contender, asked: list[str], threads: ThreadPoolExecutor) -> list[float]:
    """Milliseconds of each query, asked by eight threads at once."""

    def timed(query: str) -> float:
        started = time.perf_counter()
        contender.ask(query)
        return (time.perf_counter() - started) * 1_000

    return [*threads.map(timed, asked)]


def affordable(taken: list[float], seconds: float, each: int, patience: float) -> int:
    """How many queries the next round of a contender has: as many as its patience allows."""
    if not taken:
        return CALLERS
    return max(CALLERS, min(each, int(patience / ROUNDS * len(taken) / seconds)))


def many_callers(contenders: list[Contender], queries: Queries, count: int, patience: float, loop: Any) -> dict:
    """Sync calls from eight threads, and async ones from eight tasks, in rounds of a contender each."""
    taken: dict[tuple[str, str], list[float]] = {(c.name, style): [] for c in contenders for style in ("sync", "async")}
    seconds = dict.fromkeys(taken, 0.0)
    with ThreadPoolExecutor(CALLERS) as threads:
        for _, style, contender in itertools.product(range(ROUNDS), ("sync", "async"), contenders):
            key = contender.name, style
            if seconds[key] > patience:
                continue
            asked = queries.take(affordable(taken[key], seconds[key], count // ROUNDS, patience))
            started = time.perf_counter()
            if style == "sync":
                taken[key] += ask_in_threads(contender, asked, threads)
            else:
                taken[key] += loop.run_until_complete(ask_together(contender, asked))
            seconds[key] += time.perf_counter() - started
    return {
        c.name: {style: figures(taken[c.name, style], seconds[c.name, style]) for style in ("sync", "async")}
        for c in contenders
    }


def tokens_added(ours: Ours, known: list[str], queries: Queries) -> dict[str, float]:
    """Tokens of the prompt where something applies, and how often it does for texts nobody has coached."""
    applied = [advice for advice in (ours.coach.advise(text) for text in known) if advice.prompt]
    others = [ours.coach.advise(text) for text in queries.take(len(known))]
    return {
        "tokens_where_it_applies": float(np.mean([count_tokens(one.prompt) for one in applied])) if applied else 0.0,
        "coachings_where_it_applies": float(np.mean([len(one.applied) for one in applied])) if applied else 0.0,
        "tokens_of_any_other_call": float(np.mean([count_tokens(one.prompt) for one in others])),
    }


def measure(size: int, kinds: list[type[Contender]], given: Any, known: KnownTexts) -> dict[str, Any]:
    """Everything at one number of coachings."""
    texts, queries = situations(size), Queries(size)
    found: dict[str, Any] = {"coachings": size, "filled": {}, "absent": {}}
    contenders: list[Contender] = []
    loop = asyncio.new_event_loop()
    with tempfile.TemporaryDirectory() as folder:
        for kind in kinds:
            if size > kind.most:
                found["absent"][kind.name] = f"asked up to {kind.most:,}"
                continue
            gc.collect()
            before, started = resident(), time.perf_counter()
            try:
                contenders.append(kind(texts, known, Path(folder)))
            except ImportError as error:
                if kind is Ours:
                    raise
                found["absent"][kind.name] = str(error)
                continue
            took = {"seconds": time.perf_counter() - started, "megabytes": resident() - before}
            found["filled"][kind.name] = took
            contenders[-1].ask("hello")
        one = one_caller(contenders, queries, given.queries, given.patience, loop)
        many = many_callers(contenders, queries, given.queries, given.patience, loop)
        found["calls"] = {c.name: {"1": one[c.name], str(CALLERS): many[c.name]} for c in contenders}
        ours = next((one for one in contenders if isinstance(one, Ours)), None)
        if ours is not None:
            found["prompt"] = tokens_added(ours, texts[:25], queries)
        for contender in contenders:
            contender.close()
        if ours is not None:
            code = (
                "from langgraph_coaching import Coach, Limits; Coach(folder, limits=Limits(deadline=600)).advise('hi')"
            )
            seconds, megabytes = run(code, str(ours.folder))
            found["first_advice"] = {"seconds": seconds, "megabytes": megabytes}
    loop.close()
    return found


def judge(row: dict[str, Any]) -> dict[str, Any]:
    """Ratios to the embedding alone, and whether the aims are met."""
    calls = row["calls"]
    alone = calls[Embedding.name]["1"]["sync"]["p50"]
    over = {name: told["1"]["sync"]["p50"] / alone for name, told in calls.items()}
    ours = over.get(Ours.name)
    peers = {name: value for name, value in over.items() if name not in (Ours.name, Embedding.name, "numpy")}
    result: dict[str, Any] = {"over_embedding": over}
    if ours is not None:
        result["ahead_of_every_peer"] = all(ours <= value for value in peers.values())
        result["behind"] = sorted(name for name, value in peers.items() if value < ours)
        if row["coachings"] == 10_000:
            result["aim: at most twice the embedding"] = ours <= 2
        if row["coachings"] == 1_000_000:
            result["aim: 15 ms"] = calls[Ours.name]["1"]["sync"]["p50"] <= 15
    return result


def slopes(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Of the milliseconds beyond the embedding over the number of coachings, in a log-log plot: 1 is linear, 0 flat."""
    found = {}
    for name in {name for row in rows for name in row["calls"]} - {Embedding.name}:
        points = [
            (
                row["coachings"],
                row["calls"][name]["1"]["sync"]["p50"] - row["calls"][Embedding.name]["1"]["sync"]["p50"],
            )
            for row in rows
            if name in row["calls"]
        ]
        good = [(size, beyond) for size, beyond in points if beyond > 0]
        if len(good) > 1:
            x, y = np.log10(np.array(good)).T
            found[name] = float(np.polyfit(x, y, 1)[0])
    return found


def plot(rows: list[dict[str, Any]], found: dict[str, float], path: Path) -> None:
    """The cost curve: p50 of one caller by the number of coachings, with each slope."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 5.5))
    for name in dict.fromkeys(name for row in rows for name in row["calls"]):
        points = [(row["coachings"], row["calls"][name]["1"]["sync"]["p50"]) for row in rows if name in row["calls"]]
        slope = f", slope {found[name]:.2f}" if name in found else ""
        wide = 2.5 if name == Ours.name else 1.2
        axes.plot(*zip(*points, strict=True), marker="o", linewidth=wide, label=f"{name}{slope}")
    axes.set(xscale="log", yscale="log", xlabel="coachings", ylabel="milliseconds a call, p50, one caller")
    axes.set_title("Recall beside its peers (slope: of what is beyond the embedding)")
    axes.grid(visible=True, which="both", alpha=0.25)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=130)


def capture(folder: Path) -> Any:
    """What capturing costs, by its own benchmark, shortly."""
    script, told = Path(__file__).with_name("capture.py"), folder / "capture.json"
    small = ["--runs", "10", "--messages", "400", "--turns", "3", "--calls", "50", "--json", str(told)]
    subprocess.run([sys.executable, str(script), *small], check=True, capture_output=True)
    return json.loads(told.read_text())


def show(row: dict[str, Any]) -> None:
    """One size as a table."""
    table = Table(
        "contender", "p50 / p95 / p99 ms", "CPU ms", "of the embedding", "async p50", f"{CALLERS} threads: p95, per s",
        f"{CALLERS} tasks: p95, per s", "filled: s, MB", title=f"{row['coachings']:,} coachings",
    )  # fmt: skip
    for name, told in row["calls"].items():
        one, many, filled = told["1"], told[str(CALLERS)], row["filled"][name]
        table.add_row(
            name,
            " / ".join(f"{one['sync'][p]:.2f}" for p in ("p50", "p95", "p99")),
            f"{one['cpu_ms']:.2f}",
            f"{row['over_embedding'][name]:.2f}",
            f"{one['async']['p50']:.2f}",
            *(f"{many[style]['p95']:.1f}, {many[style]['per_second']:.0f}" for style in ("sync", "async")),
            f"{filled['seconds']:.1f}, {filled['megabytes']:.0f}",
        )
    console.print(table)
    for name, why in row["absent"].items():
        console.print(f"absent: {name} ({why})")
    told = {name: row[name] for name in row if name not in ("calls", "filled", "absent", "coachings", "over_embedding")}
    console.print(told)


def main() -> None:
    """Measures, prints, and writes down."""
    asked = options(__doc__)
    asked.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000, 10_000, 100_000])
    asked.add_argument("--queries", type=int, default=200)
    asked.add_argument("--patience", type=float, default=6.0, help="seconds of a contender in each part")
    asked.add_argument("--peers", nargs="+", default=[kind.name for kind in CONTENDERS], help="who takes part")
    asked.add_argument("--recall-only", action="store_true", help="without start-up and capture")
    asked.add_argument("--json", type=Path)
    asked.add_argument("--plot", type=Path)
    given = asked.parse_args()
    kinds = [kind for kind in CONTENDERS if kind is Embedding or kind.name in given.peers]
    known, rows, found = KnownTexts(situations(REAL)), [], {}
    for size in given.sizes:
        row = measure(size, kinds, given, known)
        rows.append(row | judge(row))
        show(rows[-1])
        found = {"sizes": rows, "slopes": slopes(rows)}
        if given.json:
            given.json.write_text(json.dumps(found, indent=2))
        if given.plot:
            plot(rows, found["slopes"], given.plot)
    console.print({"slopes": found["slopes"]})
    if not given.recall_only:
        with tempfile.TemporaryDirectory() as folder:
            found["start_up"] = {
                name: dict(zip(("seconds", "megabytes"), run(code, folder), strict=True))
                for name, code in list(CASES.items())[:-1]
            }
            found["capture"] = capture(Path(folder))
        console.print({name: found[name] for name in ("start_up", "capture")})
    if given.json:
        given.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
