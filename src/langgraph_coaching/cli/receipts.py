"""The command that lists what became of coaching in calls: `receipts`."""

from __future__ import annotations

from typing import Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.ids import coaching_id, trace_id
from langgraph_coaching.cli.options import DEFAULT_STORE, Exit, Json, Namespace, Store, describe_store, open_coach
from langgraph_coaching.cli.tables import print_receipt_rows


def receipts(
    coaching: Annotated[str | None, typer.Option(metavar="ID", help="Only of this coaching.")] = None,
    trace: Annotated[str | None, typer.Option(metavar="ID", help="Only of this recorded run.")] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="NUMBER", help="Most to show, newest first.")] = 50,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    as_json: Json = False,
) -> None:
    """List where coaching was considered, applied, followed.

    Each is one coaching at one model call, with its revision, its probability and the reason. `verdict` judges one by
    its id.

    Example: langgraph-coaching receipts --coaching c-k3v9q2m7x4ab --limit 10
    """
    with open_coach(store, namespace, "minilm") as coach:
        found = coach.receipts(
            coaching_id=None if coaching is None else coaching_id(coach, coaching),
            trace_id=None if trace is None else trace_id(coach, trace),
            limit=limit,
        )
    if as_json:
        render.print_json([render.as_dict(receipt) for receipt in found])
    elif found:
        print_receipt_rows(found)
    else:
        render.print_note(f"no receipts in {describe_store(store)} that fit; a coached call leaves them")
    raise typer.Exit(Exit.DONE if found else Exit.NOTHING)
