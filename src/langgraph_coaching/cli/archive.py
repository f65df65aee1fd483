"""Commands that silence a coaching and bring it back: `archive`, `restore`, `delete`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.behavior_options import Author, author_of
from langgraph_coaching.cli.coaching_page import print_changes
from langgraph_coaching.cli.ids import coaching_id
from langgraph_coaching.cli.options import DEFAULT_STORE, Embeddings, Exit, Json, Namespace, Store, open_coach
from langgraph_coaching.coaching.changes import changes_between
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from langgraph_coaching.coaching.model import Coaching

Name = Annotated[str, typer.Argument(metavar="ID", help="A coaching, by its id or how that begins.")]


def archive(
    name: Name,
    author: Author = None,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Make a coaching silent; `restore` brings it back.

    Example: langgraph-coaching archive c-k3v9q2m7x4ab
    """
    with open_coach(store, namespace, embeddings) as coach:
        made = coach.archive(coaching_id(coach, name), changed_by=author_of(author))
    if as_json:
        render.print_json(made.model_dump(mode="json"))
        return
    render.print_line(
        f"{made.id} is archived and silent (revision {made.revision}); `restore {made.id}` brings it back"
    )


def restore(
    name: Name,
    revision: Annotated[
        int | None,
        typer.Option(min=1, metavar="NUMBER", help="As it was at this revision; `history ID` lists them."),
    ] = None,
    author: Author = None,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Make a coaching active again, as it last was or earlier.

    After `archive` and `delete`, or to undo an edit. It becomes the next revision; none is lost. What is a draft or in
    shadow goes live by `promote`, which `rollback` takes back.

    Example: langgraph-coaching restore c-k3v9q2m7x4ab --revision 2
    """
    with open_coach(store, namespace, embeddings) as coach:
        name = coaching_id(coach, name)
        before = coach.history(name)[-1]
        made = coach.restore(name, revision=revision, changed_by=author_of(author))
    if as_json:
        render.print_json(made.model_dump(mode="json"))
        return
    print_changes(changes_between(before, made))
    stage = made.status if made.status in ("active", "canary") else f"in {made.status}"
    render.print_line(f"{made.id} is {stage} (revision {made.revision})")


def delete(
    name: Name,
    purge: Annotated[
        bool,
        typer.Option(
            "--purge", help="Erase its history too; receipts then point to nothing, and it cannot be restored."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Delete it without asking.")] = False,
    author: Author = None,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Delete a coaching; `restore` brings it back.

    It is in no list and no prompt any more; its revisions stay for the receipts that name them, and go with --purge.
    Asks before; piped, it wants --yes.

    Example: langgraph-coaching delete c-k3v9q2m7x4ab --yes
    """
    with open_coach(store, namespace, embeddings) as coach:
        name = coaching_id(coach, name)
        found = coach.history(name)[-1] if purge else coach.get(name)
        if not (yes or _confirm(found, purge=purge)):
            render.print_note("nothing was deleted")
            raise typer.Exit(Exit.NOTHING)
        coach.delete(name, purge=purge, changed_by=author_of(author))
    if as_json:
        render.print_json({"id": name, "deleted": True, "purged": purge})
        return
    left = "and its history is erased" if purge else f"; `restore {name}` brings it back"
    render.print_line(f"{name} is deleted{' ' if purge else ''}{left}")


def _confirm(found: Coaching, *, purge: bool) -> bool:
    """Asks a person; a script has to say so.

    Raises:
        InvalidCoachingError: There is nobody to ask.
    """
    if not sys.stdin.isatty():
        raise InvalidCoachingError("nobody can be asked whether to delete it; give --yes; nothing was deleted")
    rest = "with its history, for good" if purge else "(it can be restored)"
    render.errors.print(f"Delete {found.id}, {found.intent!r}, {rest}? [y/N] ", end="", markup=False, soft_wrap=True)
    try:
        return input().strip().casefold() in ("y", "yes")
    except EOFError:
        return False
