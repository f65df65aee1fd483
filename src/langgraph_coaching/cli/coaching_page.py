"""One coaching, whole, and its revisions with what each changed."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.text import Text

from langgraph_coaching.cli.render import console, print_line
from langgraph_coaching.cli.tables import status_of
from langgraph_coaching.cli.transcript import INDENT, print_wrapped
from langgraph_coaching.coaching.changes import changer_of, changes_between
from langgraph_coaching.coaching.enforcement import describe_enforcement
from langgraph_coaching.coaching.validation import quote_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from langgraph_coaching.coaching.changes import FieldChange
    from langgraph_coaching.coaching.model import Coaching


def print_coaching(history: Sequence[Coaching]) -> None:
    """One coaching, whole, and what its revisions changed."""
    found = history[-1]
    scope = ", ".join(f"{name} {value}" for name, value in found.scope if value and name != "tags")
    scope = ", ".join(filter(None, (scope, *(f"tag {tag}" for tag in found.scope.tags)))) or "everywhere"
    source = found.source and f"{found.source.trace_id} step {found.source.step}: {found.source.excerpt}"
    lines = [
        ("id", f"{found.id}, revision {found.revision}, {status_of(found)}"),
        ("when replying to", found.intent),
        ("do this", f"[{found.behavior.type}] {found.behavior.render()}"),
        ("enforcement", describe_enforcement(found.behavior)),
        *(("also here" if e.applies else "never here", f"{e.text} ({e.origin})") for e in found.examples),
        ("scope", f"{scope}; priority {found.priority}"),
        ("expires", found.expires_at and f"{found.expires_at:%Y-%m-%d %H:%M} UTC{_note_end(found)}"),
        ("source", source),
        ("notes", found.notes),
    ]
    for name, value in lines:
        if value:
            _print_field(name, value)
    console.print("[bold]history[/bold]:")
    for (revision, changes), by in zip(revisions_of(history), _changers_of(history), strict=True):
        print_line(f"  {_head_of(revision, by, ', '.join(_names_of(revision, changes)))}")


def _note_end(found: Coaching) -> str:
    return ", so that it is recalled nowhere now" if found.expired(datetime.now(UTC)) else ""


def _print_field(name: str, value: str) -> None:
    """A field, on a terminal with a hanging indent; further lines of it stand below."""
    first, *rest = [line for line in quote_text(value, len(value)).splitlines() if line.strip()] or [""]
    head = Text(f"{name}: {first}")
    head.stylize("bold", 0, len(name))
    print_wrapped(head)
    for line in rest:
        print_wrapped(Text(INDENT + line))


def revisions_of(history: Sequence[Coaching]) -> Iterator[tuple[Coaching, list[FieldChange]]]:
    """Every revision with what it changed; the first one changed everything."""
    yield history[0], changes_between(None, history[0])
    yield from ((after, changes_between(before, after)) for before, after in pairwise(history))


def print_history(history: Sequence[Coaching]) -> None:
    """Every revision: who, when, and what it changed as a difference."""
    for (revision, changes), by in zip(revisions_of(history), _changers_of(history), strict=True):
        console.print(f"[bold]{escape(_head_of(revision, by, ''))}[/bold]", soft_wrap=True)
        print_changes(changes)


def print_changes(changes: Sequence[FieldChange]) -> None:
    """What changed, what is gone with `-` and what is new with `+`."""
    for line in (line for change in changes for line in change.lines()):
        colour = {"-": "red", "+": "green"}.get(line[2:3]) if line.startswith("  ") else None
        console.print(f"  {f'[{colour}]{escape(line)}[/{colour}]' if colour else escape(line)}", soft_wrap=True)
    if not changes:
        print_line("  nothing that is said")


def as_json(history: Sequence[Coaching]) -> list[dict[str, Any]]:
    """The same for machines: each revision, with its changes."""
    return [
        revision.model_dump(mode="json")
        | {"by": by, "changes": [{"field": c.field, "removed": [*c.removed], "added": [*c.added]} for c in changes]}
        for (revision, changes), by in zip(revisions_of(history), _changers_of(history), strict=True)
    ]


def _changers_of(history: Sequence[Coaching]) -> Iterator[str | None]:
    """Who has made each revision."""
    yield changer_of(None, history[0])
    yield from (changer_of(before, after) for before, after in pairwise(history))


def _head_of(revision: Coaching, changed_by: str | None, changed: str) -> str:
    by = f" by {changed_by}" if changed_by else ""
    if (mark := revision.changed_in) is not None:
        by = f" in {mark.id}{by}"
    told = f"  {changed}{by}" if changed else by
    return f"{revision.revision:>3}  {revision.updated_at:%Y-%m-%d %H:%M} UTC{told}"


def _names_of(revision: Coaching, changes: Sequence[FieldChange]) -> list[str]:
    if revision.revision == 1:
        return ["saved"]
    states = [change.added[0] for change in changes if change.field == "state"]
    states = ["restored" if state == "active" and revision.changed_in is None else state for state in states]
    return [*states, *(change.field for change in changes if change.field != "state")] or ["saved again"]
