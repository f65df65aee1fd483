"""The command that asks where a coaching applies too: `similar`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.ask import ask_each
from langgraph_coaching.cli.ids import coaching_id
from langgraph_coaching.cli.options import (
    DEFAULT_STORE,
    Embeddings,
    Exit,
    Json,
    Namespace,
    Store,
    describe_store,
    open_coach,
)
from langgraph_coaching.cli.review import AskLimit

if TYPE_CHECKING:
    from langgraph_coaching.authoring.similar import Similar


_SIMILAR = {"y": "yes", "n": "no"}


def similar(
    name: Annotated[str, typer.Argument(metavar="ID", help="A coaching.")],
    limit: AskLimit = 10,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Say yes or no where a coaching may apply, one key each.

    Recorded situations that would teach it most: near, undecided, often met, unlike each other. Yes makes it apply
    there too, no keeps it silent there; skip, undo the last, quit. What was answered is saved at the end as one
    revision, also after Ctrl-C. With piped input, a line each.

    Example: langgraph-coaching similar c-k3v9q2m7x4ab
    """
    with open_coach(store, namespace, embeddings) as coach:
        name = coaching_id(coach, name)
        with render.errors.status("looking at what was recorded"):
            found = coach.similar(name, limit=limit)
        if as_json:
            render.print_json([render.as_dict(one) for one in found])
        elif found:
            coaching = coach.get(name)
            said: dict[str, list[Similar]] = {key: [] for key in _SIMILAR}
            render.print_line(f"{coaching.id}: {coaching.intent}\nDoes it apply here too?")
            try:
                for one, key in ask_each(found, render.print_situation, lambda _: _SIMILAR):
                    said[key].append(one)
            finally:
                if any(said.values()):
                    learned = coach.edit(name, add_examples=said["y"], add_never=said["n"])
                    told = f"{len(said['y'])} yes and {len(said['n'])} no"
                    render.print_line(f"\n{name} has learned from {told} (revision {learned.revision})")
        else:
            render.print_note(f"nothing recorded in {describe_store(store)} is near to {name} and undecided")
    raise typer.Exit(Exit.DONE if found else Exit.NOTHING)
