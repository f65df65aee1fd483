"""Time and memory of importing the package, opening a store and giving the first advice, each in a new process.

    python tests/benchmarks/startup.py [--runs 5] [--json FILE]

The bare interpreter and `import langgraph.graph` stand beside them: whoever uses this package has paid for those.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from data import options
from rich.console import Console
from rich.table import Table

REPORT = """
seconds = time.perf_counter() - started
with open("/proc/self/status") as status:  # not getrusage, whose peak is inherited from this process
    print(seconds, next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024)
"""

CASES = {
    "the interpreter": "pass",
    "import langgraph.graph": "import langgraph.graph",
    "import langgraph_coaching": "import langgraph_coaching",
    "… and open a coach": "from langgraph_coaching import Coach; Coach(folder)",
    "… and advise on an empty store": "from langgraph_coaching import Coach; Coach(folder + '/none').advise('hello')",
    "… and advise on 100 coachings": "from langgraph_coaching import Coach; Coach(folder).advise('hello')",
    "the first advice by itself, on 100": (
        "from langgraph_coaching import Coach; coach = Coach(folder); coach.node(); started = time.perf_counter(); "
        "coach.advise('hello')"
    ),
    "… where the graph was built 4 s ago": (
        "from langgraph_coaching import Coach; coach = Coach(folder); coach.node(); time.sleep(4); "
        "started = time.perf_counter(); coach.advise('hello')"
    ),
}


def run(code: str, folder: str) -> tuple[float, float]:
    """Seconds and megabytes of one new process."""
    program = f"import time; started = time.perf_counter(); folder = {folder!r}\n{code}\n{REPORT}"
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    seconds, megabytes = map(float, output.split()[-2:])
    return seconds, megabytes


def main() -> None:
    """Prints the table."""
    asked = options(__doc__)
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--json", type=Path)
    given = asked.parse_args()
    from langgraph_coaching import Coach, Reply

    found = {}
    with tempfile.TemporaryDirectory() as folder:
        with Coach(folder) as coach:
            coach.add_many(
                {"intent": f"a customer asks about case {n}", "behavior": Reply(f"Answer {n}.")} for n in range(100)
            )
        for name, code in CASES.items():
            figures = [run(code, folder) for _ in range(given.runs + 1)][1:]
            found[name] = {
                "seconds": statistics.median(seconds for seconds, _ in figures),
                "megabytes": statistics.median(megabytes for _, megabytes in figures),
            }
    table = Table("a new process", "seconds (median)", "peak memory, MB")
    for name, row in found.items():
        table.add_row(name, f"{row['seconds']:.2f}", f"{row['megabytes']:.0f}")
    Console(width=100).print(table)
    if given.json:
        given.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
