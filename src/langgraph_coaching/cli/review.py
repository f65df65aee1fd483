"""The command that asks a person what coaching did: `review`."""

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

    from langgraph_coaching.recall.receipt import Receipt

AskLimit = Annotated[int, typer.Option(min=1, metavar="NUMBER", help="Most to ask about, the most telling first.")]

_APPLIED = {"r": "right", "w": "wrong"}
_LEFT_OUT = {"r": "right", "f": "should have fired"}


def review(
    limit: AskLimit = 20,
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
