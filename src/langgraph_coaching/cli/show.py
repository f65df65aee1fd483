"""The command that shows one thing whole: `show`."""

from __future__ import annotations

from typing import Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.coaching_page import print_coaching
from langgraph_coaching.cli.ids import find_kind
from langgraph_coaching.cli.options import DEFAULT_STORE, Json, Namespace, Store, describe_store, open_coach
from langgraph_coaching.cli.transcript import print_trace
from langgraph_coaching.errors import NotFoundError


def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="A trace or a coaching, by its id or how that begins.")],
    full: Annotated[bool, typer.Option("--full", help="Every text whole, and what was considered too.")] = False,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    as_json: Json = False,
) -> None:
    """Show a recorded run as a conversation, or one coaching.

    Steps marked * can be coached: `add --step TRACE:NUMBER`. Under a step stands what coaching was applied there. A
    coaching is shown with its history.

    Example: langgraph-coaching show t-9f2c41d07be3 --full
    """
    with open_coach(store, namespace, "minilm") as coach:
        found = find_kind(coach, name.rpartition(":")[0] or name) if ":" in name else None
        found = find_kind(coach, name) or found
        kind, whole = found or (None, name)
        if kind is None:
            raise NotFoundError(
                f"no trace and no coaching {name!r} in {describe_store(store)}; see `traces` and `list`"
            )
        history = coach.history(whole) if kind == "coaching" else []
        trace = None if kind == "coaching" else coach.traces.get(whole)
    if trace is None:
        if as_json:
            render.print_json([revision.model_dump(mode="json") for revision in history])
        else:
            print_coaching(history)
    elif as_json:
        render.print_json(trace.model_dump(mode="json"))
    else:
        print_trace(trace, full=full)
