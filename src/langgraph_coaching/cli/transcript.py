"""A trace as a conversation: turns apart, texts under each other, tool arguments one a line, what was applied."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.text import Text

from langgraph_coaching.cli.command_words import say_commands
from langgraph_coaching.cli.render import console, print_line
from langgraph_coaching.coaching.validation import quote_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.traces.model import Step, Trace

INDENT = " " * 6

_MOST = 600
"""Characters of a text that are shown; `--full` shows all."""

_NARROWEST = 20


def print_trace(found: Trace, *, full: bool = False) -> None:
    """One trace, step by step.

    Args:
        found: The trace.
        full: Whether every text is shown whole, and every receipt.
    """
    label = f", {found.label}" if found.label else ""
    head = f"{found.origin}, {found.status}{label}, thread {found.thread_id or '-'}"
    console.print(f"[bold]{escape(found.id)}[/bold]  {escape(head)}", soft_wrap=True)
    for step in found.steps:
        if step.type == "user" or step.index == 0:
            print_line("")
        _print_step(step, full=full)
    coachable = found.coachable_steps()
    if coachable:
        example = f"langgraph-coaching add --step {found.id}:{coachable[-1].index} --reply '…'"
        print_line(f"\nSteps with * can be coached: {example}")


def _print_step(step: Step, *, full: bool) -> None:
    mark = "*" if step.coachable else " "
    name = f" {step.name}" if step.name else ""
    agent = f" ({step.branch})" if step.branch else ""
    head = Text(f"{step.index:>3}{mark} ")
    head.append(f"{step.type}{name}", style="bold")
    head.append(agent)
    lines = [*_lines_of(step, full=full)]
    if step.type not in ("tool_call", "tool_result") or len(lines) == 1:
        first = lines.pop(0) if lines else ""
        head.append(f"  {first}" if first else "")
    print_wrapped(head)
    for line in lines:
        print_wrapped(Text(INDENT + line))
    _print_receipts(step.receipts, full=full)


def _lines_of(step: Step, *, full: bool) -> Iterator[str]:
    """What was said, a paragraph each; of a tool call its arguments."""
    if step.error:
        yield from _cut(f"error: {step.error}", full=full)
        return
    arguments = step.arguments if step.arguments is not None else _read_json(step.text)
    if step.type == "tool_call" and isinstance(arguments, dict):
        for name, value in arguments.items():
            said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
            yield from _cut(f"{name}: {said}", full=full)
        return
    found = _read_json(step.text) if step.type == "tool_result" else None
    if isinstance(found, dict | list) and found:
        yield from _cut(json.dumps(found, ensure_ascii=False, indent=2 if full else None), full=full)
        return
    yield from _cut(step.text, full=full)


def _cut(text: str, *, full: bool) -> Iterator[str]:
    """The lines of a text, those that are empty left out, and how much was cut."""
    text = quote_text(text, len(text))  # without what a terminal would take for a command
    shown = text if full or len(text) <= _MOST else text[:_MOST].rstrip() + "…"
    yield from (line.rstrip() for line in shown.splitlines() if line.strip())
    if shown != text:
        yield f"({len(text) - _MOST:,} more characters; --full shows them)"


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def print_wrapped(text: Text) -> None:
    """Prints a paragraph, on a terminal with a hanging indent; elsewhere a paragraph is a line."""
    width = console.width - len(INDENT)
    if not console.is_terminal or width < _NARROWEST:
        console.print(text, soft_wrap=True)
        return
    first, *rest = text.wrap(console, console.width)
    first.rstrip()
    console.print(first, soft_wrap=True)
    if rest:
        begun = text[len(first.plain) :]
        begun.plain = begun.plain.lstrip()
        for line in begun.wrap(console, width):
            console.print(Text(INDENT) + line, soft_wrap=True)


def _print_receipts(found: tuple[Receipt, ...], *, full: bool) -> None:
    """The receipts of what was applied, and how many others there are; or all of them."""
    shown = [r for r in found if full or r.applied or r.coaching_id is None]
    for r in shown:
        name = f"{r.coaching_id} rev {r.revision}, {r.intent}: " if r.coaching_id else ""
        said = f"{INDENT}[{r.outcome} {r.probability:.2f}] {name}{say_commands(r.full_reason)} ({r.id})"
        print_wrapped(Text(said, style="green" if r.applied else "dim"))
    if len(shown) < len(found):
        others = len(found) - len(shown)
        print_line(
            f"{INDENT}[{others} {'other' if shown else 'coaching'}{'s' if others > 1 else ''} considered; --full]"
        )
