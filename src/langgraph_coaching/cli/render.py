"""What people see: tables and texts; what machines see: JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.advice import Receipt
    from langgraph_coaching.traces.model import Step, Trace

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

_CUT = 160


def as_json(value: Any) -> None:
    """Prints a value as one JSON document."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))  # noqa: T201 - this is the output


def short(text: str, limit: int = _CUT) -> str:
    """The text on one line, cut, safe for rich."""
    line = " ".join(text.split())
    return escape(line if len(line) <= limit else line[: limit - 1] + "…")


def _table(*columns: str, rows: Iterable[Sequence[str]]) -> None:
    table = Table(*columns, header_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*row)
    console.print(table)


def coachings(found: Sequence[Coaching]) -> None:
    """A table of coachings."""
    rows = (
        (c.id, c.status, str(c.revision), c.behavior.type, short(c.intent, 60), short(c.behavior.render(), 70))
        for c in found
    )
    _table("id", "status", "rev", "behavior", "when replying to", "do this", rows=rows)


def coaching(found: Coaching, history: Sequence[Coaching]) -> None:
    """One coaching, whole."""
    scope = ", ".join(filter(None, (found.scope.agent, found.scope.node, *found.scope.tags))) or "everywhere"
    lines = [
        ("id", f"{found.id}, revision {found.revision} of {len(history)}, {found.status}"),
        ("when replying to", found.intent),
        ("do this", f"[{found.behavior.type}] {found.behavior.render()}"),
        *(("also here" if e.applies else "never here", f"{e.text} ({e.origin})") for e in found.examples),
        ("scope", f"{scope}; priority {found.priority}"),
        *([("source", f"{found.source.trace_id} step {found.source.step}")] if found.source else []),
        *([("notes", found.notes)] if found.notes else []),
        ("saved", f"{found.updated_at:%Y-%m-%d %H:%M} {found.author or ''}".rstrip()),
    ]
    for name, value in lines:
        console.print(f"[bold]{name}[/bold]: {escape(value)}")


def traces(found: Sequence[Trace]) -> None:
    """A table of traces."""
    rows = (
        (
            t.id,
            f"{t.started_at:%Y-%m-%d %H:%M}",
            t.origin,
            t.label or "",
            str(len(t.steps)),
            str(sum(r.applied for r in t.receipts)),
            short(next((s.text for s in t.steps if s.type == "user"), ""), 70),
        )
        for t in found
    )
    _table("id", "started (UTC)", "origin", "label", "steps", "coached", "first words", rows=rows)


def trace(found: Trace) -> None:
    """One trace, step by step, with its receipts."""
    console.print(f"[bold]{escape(found.id)}[/bold]  {found.origin}, {found.status}, thread {found.thread_id or '-'}")
    for step in found.steps:
        _step(step)


def _step(step: Step) -> None:
    mark = "*" if step.coachable else " "
    name = f" {step.name}" if step.name else ""
    console.print(f"{step.index:>3}{mark} [bold]{step.type}{escape(name)}[/bold] {short(step.error or step.text, 400)}")
    receipts(step.receipts, indent="       ")


def receipts(found: Sequence[Receipt], indent: str = "") -> None:
    """Receipts, one a line."""
    for r in found:
        name = f"{r.coaching_id} rev {r.revision}" if r.coaching_id else "-"
        colour = "green" if r.applied else "dim"
        console.print(f"{indent}[{colour}]{r.outcome:<12} {r.probability:.2f}  {name}  {short(r.reason)}[/{colour}]")
