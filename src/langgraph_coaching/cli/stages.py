"""Commands that bring coachings from one stage to the next together, and back: `promote`, `rollback`, `changes`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.behavior_options import Author, author_of
from langgraph_coaching.cli.edit import read_expiry
from langgraph_coaching.cli.ids import coaching_id, full_id
from langgraph_coaching.cli.options import DEFAULT_STORE, Embeddings, Exit, Json, Namespace, Store, open_coach
from langgraph_coaching.cli.table import Column, print_table
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langgraph_coaching.authoring.change_set import ChangeSet

Note = Annotated[str, typer.Option(metavar="WORDS", help="Why; `changes` shows it.")]


class To(StrEnum):
    """The stage that coachings are promoted to."""

    SHADOW = "shadow"
    CANARY = "canary"
    ACTIVE = "active"


def promote(
    names: Annotated[list[str], typer.Argument(metavar="ID", help="Coachings, by their ids or how these begin.")],
    to: Annotated[To, typer.Option(help="In no prompt, with receipts; in a share of the threads; or everywhere.")],
    share: Annotated[
        float | None, typer.Option(metavar="NUMBER", help="Of a canary: its share of the threads, such as 0.1.")
    ] = None,
    replaces: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="With --to active: archive this one for them; may be given several times."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="When they end (UTC), such as 2030-01-31T12:00.")
    ] = None,
    note: Note = "",
    author: Author = None,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Bring coachings to another stage, all at once or none.

    In shadow they are looked at and leave receipts, but are in no prompt. As a canary they are in the prompts of a
    share of the threads, always the same ones. Active is for everybody. `rollback` takes it back with one id.

    Example: langgraph-coaching promote c-k3v9 c-7fq2 --to canary --share 0.1 --note "new returns policy"
    """
    ends = None if until is None else read_expiry(until)
    if until is not None and ends is None:
        raise InvalidCoachingError("--until is a time; `edit ID --expires never` takes the end away")
    with open_coach(store, namespace, embeddings) as coach:
        made = coach.promote(
            [coaching_id(coach, name) for name in names],
            to=to.value,
            share=share,
            replaces=[coaching_id(coach, name) for name in replaces or []],
            until=ends,
            note=note,
            author=author_of(author),
        )
    _print_made(made, as_json=as_json)


def rollback(
    name: Annotated[
        str, typer.Argument(metavar="ID", help="A change set, by its id or how that begins; see `changes`.")
    ],
    note: Note = "",
    author: Author = None,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Take a change set back, all of it at once or none.

    Each has the stage it had before. Where somebody has changed one of them since, nothing happens, and it is said
    which. What verdicts have taught stays. It is a change set as well, and can be taken back.

    Example: langgraph-coaching rollback s-61ec --note "refunds doubled"
    """
    with open_coach(store, namespace, embeddings) as coach:
        made = coach.rollback(full_id(coach, name, "change_set"), note=note, author=author_of(author))
    _print_made(made, as_json=as_json)


def changes(
    limit: Annotated[int, typer.Option(min=1, metavar="NUMBER", help="Most to show, newest first.")] = 20,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    as_json: Json = False,
) -> None:
    """List what was promoted and taken back, newest first.

    Piped, a row is a coaching of a set.

    Example: langgraph-coaching changes --limit 5
    """
    with open_coach(store, namespace, "minilm") as coach:
        found = coach.change_sets(limit=limit)
    if as_json:
        render.print_json([one.to_json() for one in found])
    elif not found:
        render.print_note("nothing was promoted yet; `langgraph-coaching promote ID --to shadow` begins")
    elif render.console.is_terminal:
        render.print_line("\n\n".join(map(str, found)))
    else:
        _print_rows(found)
    raise typer.Exit(Exit.DONE if found else Exit.NOTHING)


def _print_made(made: ChangeSet, *, as_json: bool) -> None:
    if as_json:
        render.print_json(made.to_json())
        return
    render.print_line(str(made))
    render.print_line(f"`rollback {made.id}` takes it back")


def _print_rows(found: Sequence[ChangeSet]) -> None:
    names = ("set", "at (UTC)", "author", "id", "before", "after", "share", "replaced by", "taken back by", "note")
    rows = [
        (
            one.id,
            f"{one.at:%Y-%m-%d %H:%M}",
            one.author or "",
            change.coaching_id,
            change.before,
            change.after,
            "" if change.share is None else f"{change.share:g}",
            ",".join(change.replaced_by),
            one.undone_by or "",
            one.note,
        )
        for one in found
        for change in one.changes
    ]
    print_table(render.console, tuple(Column(name) for name in names), rows)
