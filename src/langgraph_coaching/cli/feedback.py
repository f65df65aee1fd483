"""The command that prints receipts and verdicts for tracers: `feedback`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.ids import trace_id
from langgraph_coaching.cli.options import DEFAULT_STORE, Exit, Namespace, Store, describe_store, open_coach


def feedback(
    format_: Annotated[
        str,
        typer.Option("--format", metavar="NAME", help="langsmith, langfuse, openinference or otel."),
    ],
    trace: Annotated[str | None, typer.Option(metavar="ID", help="Only of this trace.")] = None,
    since: Annotated[
        datetime | None, typer.Option(metavar="TIME", help="Only of runs from then on (UTC), such as 2030-01-31.")
    ] = None,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
) -> None:
    """Print receipts and verdicts as feedback for a tracer.

    One JSON row a line, with the ids of the tracer's runs; sending a row again changes nothing there.

    Example: langgraph-coaching feedback --format langsmith --since 2030-01-31
    """
    with open_coach(store, namespace, "minilm") as coach:
        named = None if trace is None else trace_id(coach, trace)
        rows = coach.feedback(format_, trace_id=named, since=since)
    for row in rows:
        print(json.dumps(row))  # noqa: T201 - this is the output
    if not rows:
        render.print_note(f"no receipts in {describe_store(store)} that belong to a captured run")
        raise typer.Exit(Exit.NOTHING)
