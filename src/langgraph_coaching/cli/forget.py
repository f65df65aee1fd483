"""The command that makes traces go, and what was said in them: `forget`."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.options import DEFAULT_STORE, Exit, Json, Namespace, Store, open_coach
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from langgraph_coaching.traces.deletion import Deletion
    from langgraph_coaching.traces.which_traces import TraceFilters


def forget(
    names: Annotated[list[str] | None, typer.Argument(metavar="TRACE", help="Ids of traces.")] = None,
    thread: Annotated[str | None, typer.Option(metavar="ID", help="All runs of this thread.")] = None,
    user: Annotated[
        str | None, typer.Option(metavar="ID", help="Runs whose metadata has this `user_id`, `user` or `userId`.")
    ] = None,
    before: Annotated[
        datetime | None, typer.Option(metavar="TIME", help="Runs that began before (UTC), such as 2030-01-31.")
    ] = None,
    older_than: Annotated[
        float | None, typer.Option(metavar="DAYS", min=0, help="Runs that began longer ago than so many days.")
    ] = None,
    keep_latest: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=0, help="All but so many, the latest of those that fit.")
    ] = None,
    traces_only: Annotated[
        bool, typer.Option("--traces-only", help="Leave what coachings and receipts have taken from them.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; nothing does.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    as_json: Json = False,
) -> None:
    """Delete recorded runs, and what was said in them.

    The runs go that all of the options hold for, with the examples and excerpts that coachings have taken from them,
    in every revision, and the words of their receipts. Afterwards the words are in no file of the store. Coachings,
    receipts and verdicts stay. It shows what would go, and asks.

    Example: langgraph-coaching forget --user lee --dry-run
    """
    which: TraceFilters = {
        "thread_id": thread,
        "user": user,
        "before": before,
        "older_than": None if older_than is None else _days(older_than),
        "keep_latest": keep_latest,
    }
    with open_coach(store, namespace, "minilm") as coach:
        act = coach.traces.delete if traces_only else coach.forget
        with render.errors.status("looking for what was said"):
            found = act(names or None, dry_run=dry_run or not yes, **which)
        if found and found.dry_run and not dry_run:
            confirm_deletion(found)
            with render.errors.status(f"deleting {len(found.trace_ids):,} runs"):
                found = act(names or None, **which)
    if as_json:
        render.print_json(found.to_json())
    elif found:
        render.print_line(str(found))
    else:
        render.print_note(str(found))
    raise typer.Exit(Exit.DONE if found else Exit.NOTHING)


def _days(number: float) -> timedelta:
    try:
        return timedelta(days=number)
    except (OverflowError, ValueError):
        raise InvalidCoachingError(f"--older-than is a number of days, not {number}") from None


def confirm_deletion(found: Deletion) -> None:
    """Goes on where a person says yes.

    Raises:
        InvalidCoachingError: Nobody is there to ask, or they said no.
    """
    render.errors.print(str(found), markup=False, highlight=False, soft_wrap=True)
    if not sys.stdin.isatty():
        raise InvalidCoachingError("nothing was done: add --yes where nobody can be asked, or --dry-run to look only")
    if not typer.confirm("This cannot be undone. Go on?", default=False, err=True):
        raise InvalidCoachingError("nothing was done")
