"""The report as one page of HTML: no script, nothing from elsewhere, every text of a person escaped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.refining.markup import Markup, element
from langgraph_coaching.refining.outcome_parts import outcomes_table
from langgraph_coaching.refining.report_parts import coachings_table, review_list, tiles, trends
from langgraph_coaching.refining.report_style import STYLE

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from langgraph_coaching.refining.report import Report

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser lets the page do: nothing but its own style."""

HOW_TO_READ = (
    (
        "Precision is the share of judged applications that were right, with Wilson's 95% interval: the true share is "
        "rarely outside of it."
    ),
    (
        "A trend compares the later half of the window with the earlier: rising or falling where the 95% interval of "
        "the difference leaves out 0, steady where all of it is near 0, otherwise there is too little to say."
    ),
)


def report_page(report: Report, say: Callable[[str], str] = str) -> str:
    """The whole page.

    Args:
        report: The report.
        say: What a call of a coach is said as, such as a command.
    """
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"Coaching report: {report.window}"),
        element("style", Markup(STYLE + "body { margin: 0; }\n")),
    )
    body = element("body", element("main", *_sections(report, say)), class_="coaching-report")
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def report_fragment(report: Report) -> str:
    """The same as a part of another page, such as a notebook."""
    inside = element("main", *_sections(report, str))
    return element("div", element("style", Markup(STYLE)), inside, class_="coaching-report")


def write_page(page: str, path: str | os.PathLike[str]) -> None:
    """Writes a page into a file; what is there is replaced.

    Raises:
        InvalidCoachingError: It could not be written.
    """
    try:
        Path(path).write_text(page, encoding="utf-8")
    except OSError as error:
        raise InvalidCoachingError(
            f"cannot write the report to {path}: {error.strerror}; give a file in a folder that is there"
        ) from None


def _sections(report: Report, say: Callable[[str], str]) -> list[Markup]:
    made = f"{report.window}. Made {report.at:%Y-%m-%d %H:%M} (UTC)."
    head = [element("h1", "Coaching report"), element("p", made[:1].upper() + made[1:], class_="muted")]
    if not report and not report.overall.calls:
        return [*head, element("p", "There is no coaching here yet, and no model call asked for any.")]
    notes = [element("li", note) for note in (*HOW_TO_READ, *report.notes)]
    return [
        *head,
        tiles(report.overall),
        element("h2", "Over time"),
        trends(report.overall),
        element("h2", "To review"),
        review_list(report, say),
        element("h2", "Coachings"),
        coachings_table(report),
        element("h2", "Runs with and without"),
        outcomes_table(report),
        element("h2", "How to read this"),
        element("ul", *notes),
    ]
