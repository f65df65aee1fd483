"""The kill switch: `pause`, `resume`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.behavior_options import Author, author_of
from langgraph_coaching.cli.options import DEFAULT_STORE, Exit, Json, Namespace, Store, open_coach


def pause(
    reason: Annotated[str, typer.Option(metavar="WORDS", help="Why; every receipt says it.")] = "",
    author: Author = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    as_json: Json = False,
) -> None:
    """Take all coaching of a namespace out of prompts, at once.

    Every process that has the store open sees it at its next call. Nothing else changes: `resume` brings all of it
    back. Asks before, on a terminal.

    Example: langgraph-coaching pause --reason "prices went out wrong" --yes
    """
    with open_coach(store, namespace, "minilm") as coach:
        if not yes and sys.stdin.isatty():
            count = len([one for one in coach.list() if one.status in ("active", "canary")])
            asked = f"Take all coaching ({count}) of the namespace {namespace!r} out of every prompt?"
            if not typer.confirm(asked, default=False, err=True):
                render.print_note("nothing was paused")
                raise typer.Exit(Exit.NOTHING)
        made = coach.pause(reason=reason, author=author_of(author))
    if as_json:
        render.print_json(render.as_dict(made))
    else:
        render.print_line(f"all coaching is {made}\n`resume` brings it back")


def resume(
    author: Author = None, store: Store = DEFAULT_STORE, namespace: Namespace = "default", as_json: Json = False
) -> None:
    """End a pause: coaching is in the prompts again.

    Example: langgraph-coaching resume
    """
    with open_coach(store, namespace, "minilm") as coach:
        before = coach.current_pause()
        coach.resume(author=author_of(author))
    if before is None:
        render.print_note("nothing was paused")
        raise typer.Exit(Exit.NOTHING)
    if as_json:
        render.print_json(render.as_dict(before))
    else:
        render.print_line(f"coaching is in the prompts again; it was {before}")
