"""What of other people's recordings is understood.

    python tests/benchmarks/imports.py --data ../shared/data

Imports everything in `langgraph_traces` and `trajectories` and counts, for each file, rows, traces, model calls, steps
by type, steps without any text, traces without a user, and what the import had to say about them. `--details` adds
every finding by its words, and how much is kept beside the steps.
"""

import json
from collections import Counter

from data import options, trajectories

from langgraph_coaching import import_traces

TRACES = {
    "langsmith_run_ingest.jsonl": "langsmith",
    "framework_traces.jsonl": "langfuse",
    "langgraph_platform_debug_stream.jsonl": "debug_stream",
}
COLUMNS = ("rows", "traces", "model calls", "user", "message", "reasoning", "tool_call", "tool_result", "system")
ADDED = ("empty steps", "no user", "findings", "unreadable")


def main():
    parser = options(__doc__, data=True)
    parser.add_argument("--details", action="store_true", help="print the findings as well")
    given = parser.parse_args()
    files = [(given.data / "langgraph_traces" / name, form) for name, form in TRACES.items()]
    files += [(path, "openai") for path in trajectories(given.data)]
    columns = (*COLUMNS, *ADDED)
    print("| file | " + " | ".join(columns) + " |\n|---|" + "---:|" * len(columns))
    total = Counter()
    for path, form in files:
        counts, findings, kept = counted(path, form)
        total += counts
        row(path.name, counts, columns)
        if given.details:
            print(f"    {kept:,} characters kept beside the steps")
            for words, count in findings.most_common():
                print(f"    {count} x {words}")
    row("all", total, columns)


def row(name, counts, columns):
    print(f"| {name} | " + " | ".join(f"{counts[column]:,}" for column in columns) + " |")


def counted(path, form):
    imported = import_traces(path, format=form)
    steps = [step for trace in imported for step in trace.steps]
    counts = Counter(step.type for step in steps)
    counts["rows"] = sum(1 for line in path.read_text(encoding="utf-8").split("\n") if line.strip())
    counts["traces"] = len(imported)
    counts["model calls"] = sum(
        len(trace.calls) or len({step.call for step in trace.steps if step.call is not None}) for trace in imported
    )
    counts["empty steps"] = sum(
        1 for step in steps if not step.text.strip() and step.type not in ("tool_call", "handoff")
    )
    counts["no user"] = sum(1 for trace in imported if not any(step.type == "user" for step in trace.steps))
    counts["findings"] = len(imported.findings)
    counts["unreadable"] = sum(1 for found in imported.findings if found.kind == "unreadable")
    beside = [part for trace in imported for part in (trace.metadata, *(step.extra for step in trace.steps))]
    findings = Counter(f"{found.kind}: {found.message[:150]}" for found in imported.findings)
    return counts, findings, sum(len(json.dumps(part)) for part in beside)


if __name__ == "__main__":
    main()
