"""Output of the commands: texts for people, JSON for machines."""

from __future__ import annotations

import json
import sys
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from langgraph_coaching.cli.command_words import say_commands
from langgraph_coaching.cli.control_characters import PlainConsole, escape_controls
from langgraph_coaching.recall.situation import Situation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.authoring.similar import Similar
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.recall.why import Why
    from langgraph_coaching.traces.importers.findings import Finding

console = PlainConsole(highlight=False)
errors = PlainConsole(stderr=True, highlight=False)

_CUT = 160
_FINDINGS = 20
"""Most findings of an import that are shown; `--json` has them all."""

_TURNS = 5
"""Turns of a conversation that are shown with a question."""


def print_json(value: Any) -> None:
    """Prints a value as one JSON document."""
    readable = (sys.stdout.encoding or "").lower().startswith("utf")
    document = json.dumps(value, ensure_ascii=not readable, indent=2, default=str)
    print(escape_controls(document))  # noqa: T201 - this is the output


def as_dict(value: Any) -> dict[str, Any]:
    """A dataclass as JSON values."""
    return asdict(value)


def print_line(text: str) -> None:
    """Prints a line as it is."""
    console.print(text, markup=False, soft_wrap=True)


def print_paragraphs(texts: Sequence[str]) -> None:
    """Prints texts, each broken between words where the terminal ends, and indented there; a long word stays whole."""
    for text in texts:
        lines = textwrap.wrap(
            text, console.width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )
        print_line("\n".join(lines))


def print_note(text: str) -> None:
    """Says that there is nothing, where it does not get in the way of what is piped on."""
    errors.print(say_commands(text), markup=False, soft_wrap=True)


def progress_bar() -> Progress:
    """A bar with counts on the terminal, and nothing where the output is piped or kept."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal)


def short_line(text: str, limit: int = _CUT) -> str:
    """The text on one line, cut, safe for rich."""
    said = " ".join(text.split())
    return escape(said if len(said) <= limit else said[: limit - 1] + "…")


def print_whys(found: Sequence[Why]) -> None:
    """The reckoning for each coaching."""
    print_line(say_commands("\n\n".join(map(str, found))))


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
        told = escape(
            f"{r.outcome:<13} {r.probability:.2f}  {name}{say_commands(r.full_reason)}{f'  ({r.id})' if named else ''}"
        )
        console.print(f"{indent}[{colour}]{told}[/{colour}]", soft_wrap=True)


def print_question(found: Receipt, coaching: Coaching | None) -> None:
    """One receipt, for a person who is to judge it: what was said, what coaching there is, what became of it."""
    print_turns(Situation.from_text(found.situation).turns)
    console.print(f"[bold]{escape(found.coaching_id or '')}[/bold]: {escape(found.intent)}", soft_wrap=True)
    if coaching is not None:
        console.print(f"  do this: {short_line(coaching.behavior.render())}", soft_wrap=True)
    outcome = "[green]applied[/green]" if found.applied else "[yellow]left out[/yellow]"
    console.print(f"  {outcome}: {escape(say_commands(found.full_reason))}", soft_wrap=True)


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
