"""Commands that ask a person: `review` and `similar`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.ask import ask_each
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

if TYPE_CHECKING:
    from collections.abc import Mapping

    from langgraph_coaching.authoring.similar import Similar
    from langgraph_coaching.recall.receipt import Receipt

_Limit = Annotated[int, typer.Option(min=1, metavar="NUMBER", help="Most to ask about, the most telling first.")]

_APPLIED = {"r": "right", "w": "wrong"}
_LEFT_OUT = {"r": "right", "f": "should have fired"}
_SIMILAR = {"y": "yes", "n": "no"}


def review(
    limit: _Limit = 20,
    author: Annotated[str | None, typer.Option(metavar="NAME", help="Who says so.")] = None,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Judge what coaching did, where it teaches most, one key each.

    Undecided outcomes in situations that are often met, applied and left out ones. Right, wrong or should have fired;
    skip, undo the last, quit. Each answer teaches its coaching, like `verdict`; what was answered is kept, also after
    Ctrl-C. With piped input, a line each.

    Example: langgraph-coaching review
    """
    with open_coach(store, namespace, embeddings) as coach:
        with render.errors.status("looking at receipts"):
            found = coach.review(limit=limit)
        if as_json:
            render.print_json([render.as_dict(receipt) for receipt in found])
        elif found:
            known, count = {coaching.id: coaching for coaching in coach.list()}, 0
            show = lambda one: render.print_question(one, known.get(one.coaching_id or ""))  # noqa: E731
            for receipt, key in ask_each(found, show, _options_for):
                coach.verdict(receipt.id, correct=key == "r", author=author)
                count += 1
            render.print_line(f"\n{count} of {len(found)} judged")
        else:
            where = describe_store(store)
            render.print_note(f"nothing in {where} to judge: no call left anything undecided that is not answered")
    raise typer.Exit(Exit.DONE if found else Exit.NOTHING)


def _options_for(receipt: Receipt) -> Mapping[str, str]:
    return _APPLIED if receipt.applied else _LEFT_OUT


def similar(
    name: Annotated[str, typer.Argument(metavar="ID", help="A coaching.")],
    limit: _Limit = 10,
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
