"""The command that looks at how coachings are kept: `doctor`, for when something is the matter, and for a monitor."""

from __future__ import annotations

from typing import Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.command_words import say_commands
from langgraph_coaching.cli.options import DEFAULT_STORE, Embeddings, Exit, Json, Store, open_coach

PROBLEMS = 1
"""The exit code where something has to be done."""


def doctor(
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", show_default=False, help="The store, as for --store.")
    ] = "",
    repair: Annotated[
        bool, typer.Option("--repair", help="Do what is safe; the rest is left to you, with what to do.")
    ] = False,
    store: Store = DEFAULT_STORE,
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Find what is the matter with a store, and repair it.

    Whether its folder, each table and each record can be read; rows that are there twice, vectors of another embedder
    or none, receipts of coaching that is gone, many small files, locks that are held, what a loss of power has left,
    namespaces that are paused, the space on the disk, the versions of packages. All namespaces are looked at. `check`
    looks at what the coachings say.

    Exit codes: 1 something has to be done still; 0 nothing has.

    Example: langgraph-coaching doctor ./coaching --repair
    """
    with open_coach(folder or store, "default", embeddings) as coach:
        found = coach.doctor(repair=repair)
    if as_json:
        render.print_json(found.to_json())
    else:
        render.print_line(say_commands(str(found)))
    raise typer.Exit(Exit.DONE if found.healthy else PROBLEMS)
