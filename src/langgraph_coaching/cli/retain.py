"""The command that keeps recorded runs to a rule, once or from then on: `retain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.forget import confirm_deletion
from langgraph_coaching.cli.options import DEFAULT_STORE, Exit, Json, Namespace, Store, open_coach
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from langgraph_coaching.authoring.retention import Retention
    from langgraph_coaching.coach import Coach


def retain(
    days: Annotated[float | None, typer.Option(metavar="DAYS", min=0, help="How old a run may become.")] = None,
    traces: Annotated[int | None, typer.Option(metavar="NUMBER", min=0, help="How many runs there may be.")] = None,
    always: Annotated[
        bool, typer.Option("--always", help="Store the rule: from now on it is kept by itself, hourly.")
    ] = False,
    off: Annotated[bool, typer.Option("--off", help="End the stored rule.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; nothing does.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    as_json: Json = False,
) -> None:
    """Delete recorded runs that are older, or more, than a rule allows; without a rule, show the stored one.

    A run that a coaching was written from stays; receipts stay and count. `forget` erases the words as well. With
    --always every process that records runs in this namespace sees to the rule. It shows what would go, and asks.

    Example: langgraph-coaching retain --days 90 --always
    """
    if off and (always or days is not None or traces is not None):
        raise InvalidCoachingError("--off ends the stored rule; give nothing else with it")
    with open_coach(store, namespace, "minilm") as coach:
        if off:
            found = coach.retention()
            coach.retain(always=False)
            render.print_note("no rule is stored" if found is None else "ended; runs stay until somebody deletes them")
            raise typer.Exit(Exit.NOTHING if found is None else Exit.DONE)
        if days is None and traces is None and not always:
            raise typer.Exit(_show(coach.retention(), as_json=as_json))
        raise typer.Exit(_retain(coach, days, traces, always=always, dry_run=dry_run, yes=yes, as_json=as_json))


def _show(found: Retention | None, *, as_json: bool) -> Exit:
    if as_json:
        render.print_json(None if found is None else found.to_json())
    elif found is None:
        render.print_note("no rule is stored: runs stay. `langgraph-coaching retain --days 90 --always` stores one")
    else:
        render.print_line(str(found))
    return Exit.NOTHING if found is None else Exit.DONE


def _retain(
    coach: Coach, days: float | None, traces: int | None, *, always: bool, dry_run: bool, yes: bool, as_json: bool
) -> Exit:
    done = coach.retain(days=days, traces=traces, dry_run=dry_run or not yes, always=always or None)
    if not (dry_run or yes):
        if done:
            confirm_deletion(done)
        if done or always:
            done = coach.retain(days=days, traces=traces, always=always or None)
    if as_json:
        render.print_json(done.to_json())
    elif done:
        render.print_line(str(done))
    else:
        render.print_note("all is within the rule")
    if always and not dry_run and not as_json:
        render.print_note(str(coach.retention()))
    return Exit.DONE if done or always else Exit.NOTHING
