"""Terminal output of the scenario, in 80 columns."""

from __future__ import annotations

import textwrap
from functools import partial
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from langgraph_coaching.demo.agent import MODEL
from langgraph_coaching.demo.setup import replay_scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rich.console import Console

    from langgraph_coaching.demo.scenario import Correction, HeldConversation, ScenarioResult
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.traces.model import Trace

    Print = Callable[..., None]

_WIDTH = 80

_MARGIN = 13
"""Columns on the left, for who speaks and what is called."""


def run_demo(console: Console, store: str | None) -> None:
    """Runs the scenario from its recording and prints it.

    Args:
        console: Where to.
        store: A new or empty folder to keep the store in; None for one that is gone afterwards.

    Raises:
        InvalidCoachingError: The folder is not new or empty.
        MissingExtraError: The extra `demo` is not installed.
        RecordingError: The recording does not fit this version of the package.
    """
    with console.status("a support agent is at work …"):
        result = replay_scenario(store)
    print_scenario(console, result, store)


def print_scenario(console: Console, result: ScenarioResult, store: str | None) -> None:
    """Prints a run of the scenario.

    Args:
        console: Where to.
        result: Of the run.
        store: The folder it is kept in, for the commands at the end; None where there is none.
    """
    say = partial(console.print, width=min(_WIDTH, console.width), markup=False)
    say(
        f"A LangGraph support agent with a checkpointer, and coach.node() before its model. {MODEL} answers it, from a "
        "recording; graph, capture, store, embedder and recall are live."
    )
    _print_title(say, "1  Two answers go wrong, and are captured")
    for correction, held in zip(result.corrections, result.before, strict=True):
        _print_trace(say, held.traces[-1], correction)
    _print_title(say, "2  A person coaches these two steps")
    for correction in result.corrections:
        _print_correction(say, correction)
    _print_title(say, "3  Other customers, in other words: recalled and followed")
    for held in result.later:
        _print_conversation(say, held)
        for receipt in held.traces[-1].receipts:
            if receipt.applied:
                _print_note(say, f"{receipt.coaching_id} was recalled, with a probability of {receipt.probability:.2f}")
    _print_title(say, "4  What was not coached: silent")
    _print_conversation(say, result.unrelated)
    _print_note(say, "nothing was put into the prompt, so the same request got the same answer")
    _print_title(say, "5  The receipts, in the traces and in coach.receipts()")
    for held in (*result.later, result.unrelated):
        for trace in held.traces:
            _print_receipts(say, trace)
    say()
    for correction in result.corrections:
        say(_count_line(correction.coaching.id, result.receipts))
    _print_title(say, "Next")
    _print_next_steps(say, result, store)


def _print_title(say: Print, text: str) -> None:
    say()
    say(Rule(Text(text, style="bold"), align="left", style="dim"))


def _print_note(say: Print, text: str) -> None:
    say(Padding(Text(text, style="green italic"), (0, 0, 0, _MARGIN + 1)))


def _print_rows(say: Print, rows: Iterable[tuple[str, str, str]]) -> None:
    # Who or what, what of it, and in which style.
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=_MARGIN)
    grid.add_column(ratio=1)
    for name, text, style in rows:
        grid.add_row(Text(name, style="bold"), Text(text, style=style))
    say(grid)


def _print_trace(say: Print, trace: Trace, correction: Correction) -> None:
    say()
    say(Text(f"trace {trace.id}, thread {trace.thread_id} (* can be coached)", style="dim"))
    rows = []
    for step in trace.steps:
        text = step.text if step.coachable else textwrap.shorten(step.text, 60, placeholder=" ...")
        style = "" if step.coachable or step.type == "user" else "dim"
        rows.append((f"{step.index}{'*' if step.coachable else ' '} {step.type}", text, style))
        if step == correction.step:
            rows.append(("", f"^ wrong: {correction.plan.wrong}", "bold red"))
    _print_rows(say, rows)


def _print_correction(say: Print, correction: Correction) -> None:
    coaching, step, behavior = correction.coaching, correction.step, correction.coaching.behavior
    say()
    say(Text(f"draft = coach.draft(step)    # step {step.index} of {step.trace_id}", style="dim"))
    _print_rows(
        say,
        [
            ("draft.intent", f"{correction.draft.intent}   (suggested)", "dim"),
            (".when", coaching.intent, "green"),
            (f".{behavior.type}", behavior.render(), "green"),
        ],
    )
    say(Text(f"coach.save(draft)            # {coaching.id}, revision {coaching.revision}", style="dim"))


def _print_conversation(say: Print, held: HeldConversation) -> None:
    rows = []
    for turn, answer, without in zip(held.conversation.turns, held.answers, held.without, strict=True):
        rows += [("customer", turn, ""), ("uncoached", without, "yellow"), ("coached", answer, "green")]
    say()
    _print_rows(say, rows)


def _print_receipts(say: Print, trace: Trace) -> None:
    for step in trace.steps:
        if step.receipts:
            say()
            say(Text(f"{trace.thread_id}, step {step.index} of {trace.id}", style="dim"))
            say(_receipt_table(step.receipts))


def _receipt_table(receipts: Iterable[Receipt]) -> Table:
    grid = Table.grid(padding=(0, 1))
    for receipt in receipts:
        name = f"{receipt.coaching_id}@{receipt.revision}"
        cells = (receipt.outcome, f"{receipt.probability:.2f}", name, receipt.reason)
        grid.add_row(*(Text(cell) for cell in cells), style="green" if receipt.applied else "dim")
    grid.columns[0].min_width = len("below_floor")
    return grid


def _count_line(coaching_id: str, receipts: Iterable[Receipt]) -> str:
    mine = [receipt for receipt in receipts if receipt.coaching_id == coaching_id]
    applied = sum(receipt.applied for receipt in mine)
    return f'coach.receipts(coaching_id="{coaching_id}"): considered {len(mine)}, applied {applied}'


def _print_next_steps(say: Print, result: ScenarioResult, store: str | None) -> None:
    if store is None:
        say("Keep this store, and look around in it:")
        say("  langgraph-coaching demo --store ./demo-store")
    else:
        say("The store is kept; look around in it:")
        looks = (
            "traces",
            f"show {result.corrections[0].coaching.id}",
            f'advise "{result.later[0].conversation.turns[0]}"',
        )
        for look in looks:
            say(Text(f"  langgraph-coaching {look} --store {store}"), soft_wrap=True)
    say("Coach your own graph: the README's five minutes.")
