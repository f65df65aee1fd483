"""What of other people's recordings is understood.

    python tests/benchmarks/imports.py --data ../shared/data

Imports every sample of `langgraph_traces` and counts traces, steps by type, model calls, and what could not be read.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

from langgraph_coaching import import_traces

FILES = {
    "langsmith_run_ingest.jsonl": "langsmith",
    "framework_traces.jsonl": "langfuse",
    "langgraph_platform_debug_stream.jsonl": "debug_stream",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with `langgraph_traces` in it")
    folder = parser.parse_args().data / "langgraph_traces"
    for name, form in FILES.items():
        rows = sum(1 for line in (folder / name).read_text(encoding="utf-8").splitlines() if line.strip())
        imported = import_traces(folder / name, format=form)
        kinds = Counter(step.type for trace in imported for step in trace.steps)
        calls = sum(len(trace.calls) for trace in imported)
        failures = [found for found in imported.findings if found.kind == "unreadable"]
        beside = [part for trace in imported for part in (trace.metadata, *(step.extra for step in trace.steps))]
        kept = sum(len(json.dumps(part)) for part in beside)
        print(
            f"{name} ({form}): {rows} rows, {len(imported)} traces, {sum(kinds.values())} steps, {calls} model calls,"
            f" {len(failures)} unreadable, {len(imported.findings) - len(failures)} repaired"
        )
        print(
            "  "
            + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
            + f"; {kept:,} characters kept beside"
        )


if __name__ == "__main__":
    main()
