"""How the memory of a process grows that runs a coached graph and captures it, run after run.

    python tests/benchmarks/memory.py [--seconds 300] [--rate 5] [--json FILE]

Every run is another conversation, one coaching is considered in each, and what is captured is written in the
background, so that there are several commits a second. Printed are runs, memory (of the process alone: what it shares
with others is left out) and blocks of Python, ten times in each half; then the slope of the second half. What grows at
first and then no longer: LanceDB's caches (16 MB of metadata), 2,000 situations that were met, 4,096 receipts whose
trace may still come. Aim: the slope of the second half is under 0.05 MB a second (`--rate 0`: as fast as it goes).
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import data
import numpy as np
from disk import asked, graph_of
from rich.console import Console
from rich.table import Table

from langgraph_coaching import Coach, Limits, Reply

AIM = 0.05
LOOKS = 10
TOGETHER = 20


def own_memory() -> float:
    """MB of this process alone."""
    said = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    return int(said.split("Anonymous:")[1].split()[0]) / 1_024


def run(seconds: float, rate: float) -> list[dict]:
    """Runs the graph, and looks at the memory ten times in each half."""
    rows = []
    with tempfile.TemporaryDirectory() as name, Coach(Path(name) / "store", limits=Limits(deadline=30)) as coach:
        coach.add(intent="a customer asks about a delivery", behavior=Reply("Name the day."), examples=[asked(1)])
        graph, config = graph_of(coach), {"callbacks": [coach.callback()]}
        began, number = time.perf_counter(), 0
        while (passed := time.perf_counter() - began) < seconds:
            number += 1
            graph.invoke({"messages": [("user", asked(number))]}, config)
            if not rate and number % TOGETHER == 0:  # else what waits to be written grows, up to 50,000 records
                coach.flush()
            if passed >= len(rows) * seconds / (2 * LOOKS):
                rows.append({"seconds": passed, "runs": number, "mb": own_memory(), "blocks": sys.getallocatedblocks()})
            if rate:
                time.sleep(max(0.0, began + number / rate - time.perf_counter()))
    return rows


def slope(rows: list[dict]) -> float:
    """MB a second over the second half."""
    half = rows[len(rows) // 2 :]
    return float(np.polyfit([row["seconds"] for row in half], [row["mb"] for row in half], 1)[0])


def main() -> None:
    """Prints the table."""
    options = data.options(__doc__)
    options.add_argument("--seconds", type=float, default=300)
    options.add_argument("--rate", type=float, default=5)
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    rows = run(given.seconds, given.rate)
    console, table = Console(width=100), Table("seconds", "runs", "MB", "blocks")
    for row in rows:
        table.add_row(f"{row['seconds']:.0f}", str(row["runs"]), f"{row['mb']:.0f}", str(row["blocks"]))
    console.print(table)
    grows = slope(rows)
    console.print(f"second half: {grows:.3f} MB a second (aim {AIM}: {'yes' if grows <= AIM else 'no'})")
    if given.json:
        given.json.write_text(json.dumps({"rows": rows, "slope": grows}, indent=2))


if __name__ == "__main__":
    main()
