"""The command that says how coachings are doing: `report`, as a table, as JSON, as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.command_words import say_commands
from langgraph_coaching.cli.ids import coaching_id
from langgraph_coaching.cli.options import DEFAULT_STORE, Exit, Json, Namespace, Store, describe_store, open_coach
from langgraph_coaching.cli.tables import print_report_rows
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.refining.report_notes import design_notes
from langgraph_coaching.refining.report_page import report_page, write_page
from langgraph_coaching.refining.report_text import overall_lines, review_lines, standing_lines

_WORDS = "Label of runs that ended {}, instead of {} and the like; may be given several times."


def report(
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Only from then on (UTC): 2030-01-31, or how long ago: 12h, 7d, 4w."),
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Only before.")] = None,
    coaching: Annotated[str | None, typer.Option(metavar="ID", help="List only this coaching, with its runs.")] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it as one page that needs nothing besides itself.")
    ] = None,
    good: Annotated[list[str] | None, typer.Option(metavar="LABEL", help=_WORDS.format("well", "`success`"))] = None,
    bad: Annotated[list[str] | None, typer.Option(metavar="LABEL", help=_WORDS.format("badly", "`failure`"))] = None,
    score: Annotated[
        str | None, typer.Option(metavar="NAME", help="Score of runs to compare; by default `reward` or `score`.")
    ] = None,
    price: Annotated[
        float | None, typer.Option(metavar="NUMBER", help="What a million input tokens cost, in any currency.")
    ] = None,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    as_json: Json = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="With --json: one object, with the window and what is said of all.")
    ] = False,
) -> None:
    """Say how each coaching is doing, those that need review first.

    Precision is the share of judged applications that were right, with Wilson's 95 % interval. The trend compares the
    later half of the time with the earlier. Runs with and without a coaching are compared by thread; only a canary does
    so fairly.

    Example: langgraph-coaching report --since 7d --html report.html
    """
    if whole and not as_json:
        raise InvalidCoachingError("--whole says how --json is printed; give both")
    with open_coach(store, namespace, "minilm") as coach:
        found = coach.report(
            since=since,
            until=until,
            coaching_id=None if coaching is None else coaching_id(coach, coaching),
            good=good or None,
            bad=bad or None,
            score=score,
            price_per_million_tokens=price,
        )
    if html is not None:
        write_page(report_page(found, say_commands), html)
        render.print_note(f"the report is in {html}")
    if as_json:
        render.print_json(found.to_json() if whole else [one.to_json() for one in found])
    elif not found:
        render.print_note(f"no coachings in {describe_store(store)}; `langgraph-coaching add` saves one")
    elif html is None:
        if render.console.is_terminal:
            render.print_paragraphs([f"Report, {found.window}", *overall_lines(found.overall), ""])
        print_report_rows(found)
        if render.console.is_terminal:
            details = [] if coaching is None else ["", *standing_lines(found[0])]
            review = ["", "To review:", *map(say_commands, review_lines(found))] if found.needs_review else []
            compared = [*found.overall.outcomes, *([] if coaching is None else found[0].outcomes)]
            notes = design_notes(compared)
            render.print_paragraphs([*details, *review, *([""] if notes else []), *notes])
    raise typer.Exit(Exit.DONE if found else Exit.NOTHING)
