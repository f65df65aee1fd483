"""The command that says what became of coachings: `history`, of one or of all."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from langgraph_coaching.authoring.audit_text import csv_lines, json_lines
from langgraph_coaching.cli import coaching_page, render
from langgraph_coaching.cli.control_characters import escape_controls
from langgraph_coaching.cli.ids import coaching_id
from langgraph_coaching.cli.options import DEFAULT_STORE, Exit, Json, Namespace, Store, describe_store, open_coach
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import IO

    from langgraph_coaching.authoring.audit import Change


def history(
    name: Annotated[
        str, typer.Argument(metavar="ID", show_default=False, help="A coaching, by its id or how that begins.")
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="Of all coachings, in order of time.")] = False,
    since: Annotated[
        datetime | None, typer.Option(metavar="TIME", help="Made from then on (UTC), such as 2030-01-31.")
    ] = None,
    until: Annotated[datetime | None, typer.Option(metavar="TIME", help="Made before then (UTC).")] = None,
    author: Annotated[str | None, typer.Option(metavar="NAME", help="Made by them.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV, a row for each field that was changed.")] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it there.")] = None,
    notes: Annotated[
        bool, typer.Option("--notes", help="With --all, --csv or --out: what private notes said goes along.")
    ] = False,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    as_json: Json = False,
) -> None:
    """Show what was changed: who, when, what.

    Of one coaching, every revision: what it took away stands with -, what it brought with +. Deleted ones have a
    history too, unless they were purged. With --all, every change of every coaching, the oldest first, for an audit: as
    text, with --json an object a line, or with --csv, where nothing is a formula to a spreadsheet.

    Example: langgraph-coaching history --all --since 2030-01-31 --csv --out audit.csv
    """
    if bool(name) is every:
        raise InvalidCoachingError("name one coaching, or give --all; `langgraph-coaching list` shows their ids")
    if as_csv and as_json:
        raise InvalidCoachingError("--csv or --json, not both")
    with open_coach(store, namespace, "minilm") as coach:
        found = coaching_id(coach, name) if name else None
        if found is not None and not (as_csv or out or since or until or author):
            revisions = coach.history(found)
            if as_json:
                render.print_json(coaching_page.as_json(revisions))
            else:
                coaching_page.print_history(revisions)
            return
        changes = coach.audit(since=since, until=until, author=author, coaching_id=found, notes=notes)
        if not (as_csv or as_json or out):
            count = _print_changes(changes)
        else:
            count = _write_changes(changes, out, as_csv=as_csv)
    if not count:
        render.print_note(f"there was no such change in {describe_store(store)}")
        raise typer.Exit(Exit.NOTHING)
    if out is not None:
        render.print_note(f"{count} change{'' if count == 1 else 's'} in {out}")


def _print_changes(changes: Iterable[Change]) -> int:
    count = 0
    for count, change in enumerate(changes, 1):  # noqa: B007 - it is what is said at the end
        render.console.print(f"[bold]{escape(str(change).partition(': ')[0])}[/bold]", soft_wrap=True)
        coaching_page.print_changes(change.fields)
    return count


def _write_changes(changes: Iterable[Change], out: Path | None, *, as_csv: bool) -> int:
    with _open_file(out) as file, render.progress_bar() as progress:
        counted = progress.track(changes, description="writing changes") if out else changes
        numbers = _Counted(counted)
        file.writelines(csv_lines(numbers) if as_csv else map(escape_controls, json_lines(numbers)))
    return numbers.count


class _Counted:
    """What goes through it is counted."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self._changes, self.count = changes, 0

    def __iter__(self) -> Iterator[Change]:
        for change in self._changes:
            self.count += 1
            yield change


@contextmanager
def _open_file(out: Path | None) -> Iterator[IO[str]]:
    """The file, put in place once it is whole; or what the command prints to.

    Raises:
        InvalidCoachingError: It cannot be written.
    """
    if out is None:
        yield render.console.file
        return
    beside = out.with_name(f".{out.name}.tmp")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            yield file
        beside.replace(out)
    except OSError as error:
        raise InvalidCoachingError(f"cannot write {out}: {error.strerror or error}") from None
    finally:
        beside.unlink(missing_ok=True)
