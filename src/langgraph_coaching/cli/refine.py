"""Commands that refine: `verdict`, `calibrate`."""

from __future__ import annotations

from typing import Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.ids import receipt_id
from langgraph_coaching.cli.options import (
    DEFAULT_STORE,
    Embeddings,
    Json,
    Namespace,
    Store,
    open_coach,
)


def verdict(
    receipt: Annotated[
        str, typer.Argument(metavar="RECEIPT", help="Id of a receipt; `receipts` and `show TRACE --full` have them.")
    ],
    correct: Annotated[
        bool, typer.Option("--correct/--wrong", help="Whether applying it, or leaving it out, was right.")
    ],
    comment: Annotated[str, typer.Option(metavar="TEXT", help="Why.")] = "",
    author: Annotated[str | None, typer.Option(metavar="NAME", help="Who says so.")] = None,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
) -> None:
    """Say whether a receipt's outcome was right.

    The coaching learns from it where to fire; its intent stays, and no other one moves. The last verdict counts.

    Example: langgraph-coaching verdict r-5d1c0b7e92aa --wrong --comment "jackets ship free"
    """
    with open_coach(store, namespace, embeddings) as coach:
        said = coach.verdict(receipt_id(coach, receipt), correct=correct, comment=comment, author=author)
        latest = coach.get(said.coaching_id)
    taught = "it applies in that situation" if said.applies else "it never applies in that situation"
    render.print_line(f"{latest.id} knows now that {taught} (revision {latest.revision})")


def calibrate(
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Fit every coaching anew, with recorded runs.

    What agents are told besides is noted as they run; this does it for runs that were imported, or captured before
    there was any coaching. Also says how far probabilities and verdicts disagree.

    Example: langgraph-coaching calibrate
    """
    with open_coach(store, namespace, embeddings) as coach, render.errors.status("embedding what was said"):
        found = coach.calibrate()
    if as_json:
        render.print_json(render.as_dict(found))
        return
    render.print_line(f"{found.coachings} coachings fitted, held against {found.situations} recorded situations")
    if found.reserve:
        render.print_line(f"verdicts make the store more reserved: {found.reserve:.2f} is taken from every logit")
    if found.error is not None:
        many = "1 verdict" if found.verdicts == 1 else f"{found.verdicts} verdicts"
        render.print_line(f"probabilities and {many} disagree by {found.error:.2f} on average")
