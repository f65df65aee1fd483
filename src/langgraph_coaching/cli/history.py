"""The command that says what became of a coaching: `history`."""

from __future__ import annotations

from typing import Annotated

import typer

from langgraph_coaching.cli import coaching_page, render
from langgraph_coaching.cli.ids import coaching_id
from langgraph_coaching.cli.options import DEFAULT_STORE, Json, Namespace, Store, open_coach


def history(
    name: Annotated[str, typer.Argument(metavar="ID", help="A coaching, by its id or how that begins.")],
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    as_json: Json = False,
) -> None:
    """Show a coaching's revisions: who, when, what changed.

    What a revision took away stands with -, what it brought with +. Deleted ones have a history too, unless they were
    purged.

    Example: langgraph-coaching history c-k3v9q2m7x4ab
    """
    with open_coach(store, namespace, "minilm") as coach:
        found = coach.history(coaching_id(coach, name))
    if as_json:
        render.print_json(coaching_page.as_json(found))
    else:
        coaching_page.print_history(found)
