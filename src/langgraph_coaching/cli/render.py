"""Output of the commands: tables and texts for people, JSON for machines."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Column, Table

from langgraph_coaching.recall.situation import Situation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.authoring.similar import Similar
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.recall.why import Why
    from langgraph_coaching.refining.report import Standing
    from langgraph_coaching.traces.importers.findings import Finding
    from langgraph_coaching.traces.model import Step, Trace

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

_CUT = 160
_FINDINGS = 20
"""Most findings of an import that are shown; `--json` has them all."""

_TURNS = 5
"""Turns of a conversation that are shown with a question."""

_HISTORY = ("intent", "behavior", "examples", "scope", "priority", "status", "notes", "author", "expires_at", "deleted")


def print_json(value: Any) -> None:
    """Prints a value as one JSON document."""
    readable = (sys.stdout.encoding or "").lower().startswith("utf")
    print(json.dumps(value, ensure_ascii=not readable, indent=2, default=str))  # noqa: T201 - this is the output


def as_dict(value: Any) -> dict[str, Any]:
    """A dataclass as JSON values."""
    return asdict(value)


def print_line(text: str) -> None:
    """Prints a line as it is."""
    console.print(text, markup=False, soft_wrap=True)


def print_note(text: str) -> None:
    """Says that there is nothing, where it does not get in the way of what is piped on."""
    errors.print(text, markup=False, soft_wrap=True)


def progress_bar() -> Progress:
    """A bar on the terminal, and nothing where the output is piped or kept."""
    return Progress(console=errors, transient=True, disable=not errors.is_terminal)


def short_line(text: str, limit: int = _CUT) -> str:
    """The text on one line, cut, safe for rich."""
    said = " ".join(text.split())
    return escape(said if len(said) <= limit else said[: limit - 1] + "…")


def _print_table(*columns: str | Column, rows: Iterable[Sequence[str]]) -> None:
    table = Table(*columns, header_style="bold", box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for row in rows:
        table.add_row(*row)
    console.print(table)


def print_standings(found: Sequence[Standing]) -> None:
    """How coachings are doing, a line each."""
    _print_table(
        _id_column(),
        "when",
        *(Column(name, justify="right") for name in ("looked at", "applied", "followed", "right", "missed")),
        "precision",
        "",
        rows=[
            (
                one.coaching_id,
                short_line(one.intent),
                str(one.considered),
                str(one.applied),
                str(one.followed),
                f"{one.right}/{one.judged}",
                str(one.missed),
                "-" if one.precision is None else f"{one.interval[0]:.2f}-{one.interval[1]:.2f}",
                "review" if one.needs_review else "",
            )
            for one in found
        ],
    )


def _id_column() -> Column:
    return Column("id", overflow="fold", min_width=14)  # long ones are folded, so that all of it can be copied


def _status_of(coaching: Coaching) -> str:
    return "deleted" if coaching.deleted else coaching.status


def print_coachings(found: Sequence[Coaching]) -> None:
    """A table of coachings."""
    rows = (
        (
            escape(c.id),
            _status_of(c),
            str(c.revision),
            short_line(c.intent, 90),
            f"{escape(f'[{c.behavior.type}]')} {short_line(c.behavior.render(), 90)}",
        )
        for c in found
    )
    texts = (Column(name, ratio=1, min_width=16) for name in ("when replying to", "do this"))
    _print_table(_id_column(), Column("status", min_width=8), Column("rev", min_width=3), *texts, rows=rows)


def print_coaching(history: Sequence[Coaching]) -> None:
    """One coaching, whole, and what its revisions changed."""
    found = history[-1]
    scope = ", ".join(f"{name} {value}" for name, value in found.scope if value and name != "tags")
    scope = ", ".join(filter(None, (scope, *(f"tag {tag}" for tag in found.scope.tags)))) or "everywhere"
    source = found.source and f"{found.source.trace_id} step {found.source.step}: {found.source.excerpt}"
    lines = [
        ("id", f"{found.id}, revision {found.revision}, {_status_of(found)}"),
        ("when replying to", found.intent),
        ("do this", f"[{found.behavior.type}] {found.behavior.render()}"),
        *(("also here" if e.applies else "never here", f"{e.text} ({e.origin})") for e in found.examples),
        ("scope", f"{scope}; priority {found.priority}"),
        ("expires", found.expires_at and f"{found.expires_at:%Y-%m-%d %H:%M} UTC"),
        ("source", source),
        ("notes", found.notes),
    ]
    for name, value in lines:
        if value:
            console.print(f"[bold]{name}[/bold]: {escape(value)}", soft_wrap=True)
    console.print("[bold]history[/bold]:")
    for revision, change in zip(history, ("saved", *map(_changes_between, pairwise(history))), strict=True):
        by = f" by {revision.author}" if revision.author else ""
        print_line(f"  {revision.revision:>3}  {revision.updated_at:%Y-%m-%d %H:%M} UTC  {change}{by}")


def _changes_between(pair: tuple[Coaching, Coaching]) -> str:
    before, after = pair
    if after.deleted:
        return "deleted"
    if before.deleted:
        return "restored"
    names = [name for name in _HISTORY if getattr(before, name) != getattr(after, name)]
    return ", ".join(names) or "saved again"


def print_traces(found: Sequence[Trace]) -> None:
    """A table of traces."""
    rows = (
        (
            escape(t.id),
            f"{t.started_at:%Y-%m-%d %H:%M}",
            t.origin,
            short_line(t.label or "", 20),
            str(len(t.steps)),
            str(sum(r.applied for r in t.receipts)),
            short_line(next((s.text for s in t.steps if s.type == "user"), ""), 90),
        )
        for t in found
    )
    words = Column("first words", ratio=1, min_width=16)
    names = ("origin", "label", "steps", "coached")
    _print_table(_id_column(), Column("started (UTC)", no_wrap=True), *names, words, rows=rows)


def print_trace(found: Trace) -> None:
    """One trace, step by step, with its receipts."""
    label = f", {found.label}" if found.label else ""
    head = f"{found.origin}, {found.status}{label}, thread {found.thread_id or '-'}"
    console.print(f"[bold]{escape(found.id)}[/bold]  {escape(head)}", soft_wrap=True)
    for step in found.steps:
        _print_step(step)


def _print_step(step: Step) -> None:
    mark = "*" if step.coachable else " "
    name = f" {step.name}" if step.name else ""
    said = short_line(step.error or step.text, 400)
    console.print(f"{step.index:>3}{mark} [bold]{step.type}{escape(name)}[/bold] {said}", soft_wrap=True)
    print_receipts(step.receipts, indent="       ", named=True)


def print_whys(found: Sequence[Why]) -> None:
    """The reckoning for each coaching."""
    print_line("\n\n".join(map(str, found)))


def print_advice(found: Advice, *, kept: bool = False) -> None:
    """What was looked at, with the ids of receipts that were kept, and what the model would read."""
    print_receipts(found.considered, named=kept)
    print_line(
        found.prompt or ("nothing applies" if found.considered else "nothing applies: there is no active coaching here")
    )


def print_proposals(draft: Draft) -> None:
    """The proposals of a draft, numbered from 1, and the intent they are for."""
    console.print(f"[bold]when replying to[/bold]: {escape(draft.intent)}", soft_wrap=True)
    if draft.suggestions:
        console.print(f"[bold]or in other words[/bold]: {escape(draft.suggestions[0])}", soft_wrap=True)
    for number, one in enumerate(draft.proposals, 1):
        language = f"  ({one.language})" if one.language else ""
        colour, where = ("green", "also here ") if one.applies else ("yellow", "never here")
        console.print(f"{number:>3} [{colour}]{where}[/{colour}] {escape(one.text + language)}", soft_wrap=True)


def print_receipts(found: Sequence[Receipt], indent: str = "", *, named: bool = False) -> None:
    """Receipts, one a line, with their ids where there can be a verdict on them."""
    for r in found:
        name = f"{r.coaching_id} rev {r.revision}  {r.intent}: " if r.coaching_id else ""
        colour = "green" if r.applied else "dim"
        told = escape(f"{r.outcome:<13} {r.probability:.2f}  {name}{r.reason}{f'  ({r.id})' if named else ''}")
        console.print(f"{indent}[{colour}]{told}[/{colour}]", soft_wrap=True)


def print_question(found: Receipt, coaching: Coaching | None) -> None:
    """One receipt, for a person who is to judge it: what was said, what coaching there is, what became of it."""
    print_turns(Situation.read(found.situation).turns)
    console.print(f"[bold]{escape(found.coaching_id or '')}[/bold]: {escape(found.intent)}", soft_wrap=True)
    if coaching is not None:
        console.print(f"  do this: {short_line(coaching.behavior.render())}", soft_wrap=True)
    outcome = "[green]applied[/green]" if found.applied else "[yellow]left out[/yellow]"
    console.print(f"  {outcome}: {escape(found.reason)}", soft_wrap=True)


def print_situation(found: Similar) -> None:
    """One recorded situation, for a person who is to say whether a coaching applies in it."""
    print_turns(found.turns)
    often = f", met in {found.count} runs" if found.count > 1 else ""
    print_line(f"  now at {found.probability:.2f}{often}")


def print_turns(found: Sequence[tuple[str, bool]]) -> None:
    """The end of a conversation, oldest first; `found` has the latest turn first, and who said each."""
    if len(found) > _TURNS:
        print_line(f"  … {len(found) - _TURNS} earlier")
    for text, user in reversed(found[:_TURNS]):
        console.print(f"  {'[bold]user[/bold]' if user else 'agent'}: {short_line(text, 400)}", soft_wrap=True)


def print_findings(found: Sequence[Finding]) -> None:
    """What an import had to repair or could not read, one a line."""
    for finding in found[:_FINDINGS]:
        errors.print(short_line(str(finding)), soft_wrap=True)
    if len(found) > _FINDINGS:
        print_note(f"… and {len(found) - _FINDINGS} more; --json has them all")
