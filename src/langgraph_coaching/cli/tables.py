"""The tables of the commands: coachings, traces, receipts, and how coachings are doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.cli.command_words import say_commands
from langgraph_coaching.cli.render import console
from langgraph_coaching.cli.table import Column, print_table
from langgraph_coaching.recall.receipt import NOT_SEEN
from langgraph_coaching.refining.report_text import difference_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.refining.report import Standing
    from langgraph_coaching.traces.model import Trace


def print_report_rows(found: Sequence[Standing]) -> None:
    """How coachings are doing, a line each; more of it where the terminal is wide, and all of it where it is piped."""
    wide = console.width >= _WIDE
    names = (
        "considered",
        "applied",
        "followed",
        "right",
        "missed",
        "precision",
        "trend",
        *(("tokens",) if wide else ()),
    )
    if not console.is_terminal:
        names = (*names[:6], "needs")
    columns = [Column("id"), *(Column(name, right=name not in ("trend", "needs")) for name in names)]
    rows = [(one.coaching_id, *(_figure(one, name) for name in names), one.intent) for one in found]
    columns.append(Column("when replying to", words=True))
    if not console.is_terminal:  # what has come later stands behind, so that a script finds the others where they were
        columns += [Column(name) for name in _LATER]
        rows = [(*row, *(_figure(one, name) for name in _LATER)) for row, one in zip(rows, found, strict=True)]
    print_table(console, columns, rows)


_WIDE = 100
"""Columns of the terminal from which there is room for more."""

_LATER = ("trend", "decided", "not seen", "over limit", "over budget", "shadow", "held back", "tokens", "difference")


def _figure(one: Standing, name: str) -> str:
    texts = {
        "right": f"{one.right}/{one.judged}",
        "precision": "-" if one.precision is None else f"{one.interval[0]:.2f}-{one.interval[1]:.2f}",
        "needs": "review" if one.needs_review else "",
        "trend": "-" if one.applied_trend.difference is None else one.applied_trend.word,
        "tokens": "-" if one.tokens is None else str(one.tokens),
        "difference": difference_text(one.outcomes[0]) if one.outcomes else "-",
    }
    if name == "trend" and one.applied_trend.word == "too few to say":
        return "-"
    return texts.get(name) or ("" if name in texts else str(getattr(one, name.replace(" ", "_"))))


def status_of(coaching: Coaching) -> str:
    """Its status, or that it was deleted."""
    return "deleted" if coaching.deleted else coaching.status


def print_coachings(found: Sequence[Coaching]) -> None:
    """Coachings, a line each."""
    rows = [
        (c.id, status_of(c), str(c.revision), c.intent, f"[{c.behavior.type}] {c.behavior.render()}") for c in found
    ]
    words = (Column(name, words=True) for name in ("when replying to", "do this"))
    print_table(console, (Column("id"), Column("status"), Column("rev", right=True), *words), rows)


def print_traces(found: Sequence[Trace]) -> None:
    """Traces, a line each."""
    rows = [
        (
            t.id,
            f"{t.started_at:%Y-%m-%d %H:%M}",
            t.origin,
            str(len(t.steps)),
            str(sum(r.applied for r in t.receipts)),
            t.label or "",
            next((s.text for s in t.steps if s.type == "user"), ""),
        )
        for t in found
    ]
    numbers = (Column("steps", right=True), Column("coached", right=True))
    names = (Column("id"), Column("started (UTC)"), Column("origin"))
    print_table(console, (*names, *numbers, Column("label"), Column("first words", words=True)), rows)


def print_receipt_rows(found: Sequence[Receipt]) -> None:
    """Receipts, a line each, with the step where each was found."""
    names = (Column("receipt"), Column("at (UTC)"), Column("coaching"), Column("rev", right=True), Column("outcome"))
    columns = (*names, Column("p", right=True), Column("step", words=True, whole=True), Column("reason", words=True))
    if console.is_terminal:
        print_table(console, columns, [(*_receipt_values(r), _step_of(r), _reason_of(r)) for r in found])
        return
    piped = (*columns[:-1], Column("followed"), columns[-1])
    rows = [(*_receipt_values(r), _step_of(r), r.followed if r.applied else "", say_commands(r.reason)) for r in found]
    print_table(console, piped, rows)


def _receipt_values(r: Receipt) -> tuple[str, ...]:
    revision = "-" if r.revision is None else str(r.revision)
    outcome = "not seen" if r.outcome == NOT_SEEN and console.is_terminal else r.outcome
    return r.id, f"{r.at:%Y-%m-%d %H:%M}", r.coaching_id or "-", revision, outcome, f"{r.probability:.2f}"


def _step_of(r: Receipt) -> str:
    return "" if r.trace_id is None else r.trace_id + ("" if r.step is None else f":{r.step}")


def _reason_of(r: Receipt) -> str:
    return f"{f'followed: {r.followed}; ' if r.applied else ''}{say_commands(r.reason)}"
