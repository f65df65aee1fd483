"""Recorded runs brought in, as `import` does where it is given no coachings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.options import DEFAULT_STORE, Json, Namespace, Store, open_coach

_BATCH = 32
"""Traces written at once."""


def import_recordings(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of recorded runs, or a folder of such files.")],
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="NAME",
            help="openai (messages of any provider), langsmith, langfuse, openinference, otel or debug_stream.",
        ),
    ] = "openai",
    simulated: Annotated[bool, typer.Option("--simulated", help="The users in it were simulated.")] = False,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    as_json: Json = False,
) -> None:
    """Bring in recorded runs as traces.

    FILE is one JSON document, JSON rows as lines, or documents one after another, perhaps with gzip. What can be
    repaired is repaired, what cannot be read or is missing is reported by row. Importing a file again adds nothing.
    `langgraph-coaching calibrate` then tells coachings apart from what else is said in them.

    Example: langgraph-coaching import runs.jsonl
    """
    from langgraph_coaching.traces.importers.reader import import_traces

    with render.errors.status("reading"):
        imported = import_traces(file, format=format_, origin="simulated" if simulated else "imported")
    with open_coach(store, namespace, "minilm") as coach, render.progress_bar() as progress:
        task = progress.add_task("writing traces", total=len(imported))
        for start in range(0, len(imported), _BATCH):
            progress.advance(task, len(coach.traces.add(imported[start : start + _BATCH])))
    if as_json:
        findings = [
            {"row": f.row, "kind": f.kind, "message": f.message, **({"file": f.file} if f.file else {})}
            for f in imported.findings
        ]
        render.print_json({"traces": [trace.id for trace in imported], "findings": findings})
    else:
        render.print_findings(imported.findings)
        render.print_line(str(imported).splitlines()[0])
