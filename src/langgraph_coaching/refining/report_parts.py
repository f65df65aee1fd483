"""The parts of the report's page: tiles, plots over time, what needs review, the tables; each is markup by itself."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from langgraph_coaching.refining.markup import Markup, element, join_markup
from langgraph_coaching.refining.plots import applied_bars, interval_bar, precision_bars
from langgraph_coaching.refining.report import GOOD
from langgraph_coaching.refining.report_text import (
    amount,
    interval_text,
    left_out_parts,
    milliseconds,
    percent,
    price_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from langgraph_coaching.refining.counts import PeriodFigures
    from langgraph_coaching.refining.report import Figures, Overall, Report, Standing


def tiles(one: Overall) -> Markup:
    """The figures of all coachings together."""
    share = percent(one.coached / one.calls) if one.calls else "-"
    shown = [
        ("Model calls", f"{one.calls:,}", _calls_text(one)),
        ("With coaching", share, f"{amount(one.coached, 'call')}; {_trend_text(one)}"),
        ("Followed", percent(one.followed / one.decided) if one.decided else "-", _followed_text(one)),
        ("Precision", "-" if one.precision is None else percent(one.precision), _precision_text(one)),
        (
            "Tokens per coached call",
            "-" if one.tokens_per_call is None else f"{one.tokens_per_call:.0f}",
            _cost_text(one),
        ),
        ("Recall, 95% within", "-" if one.time is None else milliseconds(one.time.p95_ms), _time_text(one)),
    ]
    return element("dl", *(_tile(*values) for values in shown), class_="tiles")


def _tile(name: str, value: str, more: str) -> Markup:
    told = [element("dd", more, class_="small-text")] if more else []
    return element("div", element("dt", name), element("dd", value), *told, class_="tile")


def _calls_text(one: Overall) -> str:
    failed = [f"at {one.failed:,} the look-up failed"] if one.failed else []
    return "; ".join([*failed, *([f"at {one.paused:,} coaching was paused"] if one.paused else [])])


def _trend_text(one: Figures) -> str:
    return f"trend: {one.applied_trend}"


def _followed_text(one: Figures) -> str:
    return f"{one.followed:,} of {one.decided:,} that could be decided" if one.decided else "none could be decided"


def _precision_text(one: Figures) -> str:
    if not one.judged:
        return "no verdicts"
    return f"{interval_text(one)}, {one.right:,} of {one.judged:,} judged; trend: {one.precision_trend}"


def _cost_text(one: Overall) -> str:
    if one.tokens is None:
        return "a revision that was applied is erased"
    return f"{one.tokens:,} in all" + ("" if one.cost is None else f", {price_text(one.cost)} at the given price")


def _time_text(one: Overall) -> str:
    return "not known" if one.time is None else f"{milliseconds(one.time.median_ms)} in the median"


def trends(one: Overall) -> Markup:
    """How often coaching was applied and how right that was, over time."""
    most = max((period.applied for period in one.periods), default=0)
    applied = _with_scales(applied_bars(one.periods, "applied"), [f"{most:,}", "0"], one.periods)
    if one.judged:
        right = _with_scales(precision_bars(one.periods, GOOD, "precision"), ["100%", "0"], one.periods)
    else:
        right = element(
            "p", "No verdicts in this window. ", "The receipts whose verdict teaches most are in the review."
        )
    captions = ("Applied", f"Precision with its 95% interval; the line is at {100 * GOOD:.0f}%")
    figures = [
        element("figure", element("figcaption", caption), plot, class_="panel")
        for caption, plot in zip(captions, (applied, right), strict=True)
    ]
    return element("div", *figures, class_="plots")


def _with_scales(plot: Markup, up: Sequence[str], periods: Sequence[PeriodFigures]) -> Markup:
    """A plot with its scales, which the plot's own description says too."""
    upright = element("div", *(element("span", text) for text in up), class_="up", aria_hidden="true")
    days = [f"{periods[0].since:%Y-%m-%d}", f"{periods[-1].until:%Y-%m-%d}"]
    along = element("div", *(element("span", day) for day in days), class_="along", aria_hidden="true")
    return element("div", upright, plot, along, class_="scaled")


def review_list(report: Report, say: Callable[[str], str]) -> Markup:
    """What needs review, why, and what to do about it.

    Args:
        report: The report.
        say: What a call of a coach is said as, such as a command.
    """
    items = [
        element(
            "li",
            element("strong", one.intent),
            element("div", join_markup([f"{reason}. ", element("span", one.coaching_id, class_="muted")])),
            element("code", say(call)),
            class_="panel",
        )
        for one in report.needs_review
        for reason, call in zip(one.review_reasons, one.review_calls, strict=True)
    ]
    if not items:
        return element("p", "Nothing: no verdicts say that a coaching fires wrongly or stays silent too often.")
    return element("ul", *items, class_="review")


def coachings_table(standings: Sequence[Standing], address: Callable[[str], str] | None = None) -> Markup:
    """Each coaching in a row, those that need review first.

    Args:
        standings: Of each.
        address: Of the page of a coaching, by its id, where there are such pages.
    """
    names = ("Coaching", "Considered", "Applied", "Followed", "Precision", "Missed", "Trend", "Tokens")
    numbers = {"Considered", "Applied", "Followed", "Missed", "Tokens"}
    numbered = count()
    rows = []
    for one in standings:
        place = next(numbered)
        precise = "-" if one.precision is None else _precise(one, f"p{place}")
        moved: str = "-"
        if one.applied:
            bars = applied_bars(one.periods, f"t{place}", "spark")
            moved = element("div", bars, element("small", str(one.applied_trend)), class_="moved")
        values: list[str] = [
            f"{one.considered:,}",
            f"{one.applied:,}",
            f"{one.followed:,} of {one.decided:,}" if one.decided else "-",
            precise,
            f"{one.missed:,}",
            moved,
            "-" if one.tokens is None or not one.applied else f"{one.tokens:,}",
        ]
        rows.append(row(_head_of(one, address), names[1:], values, numbers))
    return table("Of each coaching: counts are of model calls", names, numbers, rows)


def _head_of(one: Standing, address: Callable[[str], str] | None) -> Markup:
    needs = [element("span", "needs review", class_="tag warn"), " "] if one.needs_review else []
    state = [element("span", one.status, class_="tag"), " "] if one.status != "active" else []
    left_out = "".join(f"; {part}" for part in left_out_parts(one))
    below = element("div", *needs, *state, f"{one.coaching_id}{left_out}", class_="small-text")
    return join_markup([linked(one.intent, one.coaching_id, address), below])


def linked(words: str, name: str, address: Callable[[str], str] | None) -> str:
    """Words about a coaching, as a link to its page where there is one.

    Args:
        words: What is said.
        name: Its id.
        address: Of its page, by its id.
    """
    return words if address is None or not name else element("a", words, href=address(name))


def _precise(one: Standing, name: str) -> Markup:
    bar = interval_bar(one.precision or 0.0, one.interval, GOOD, name)
    said = join_markup(
        [f"{percent(one.precision or 0.0)} ", element("small", f"{interval_text(one)}; {one.right} of {one.judged}")]
    )
    return element("div", said, bar, class_="precise")


def row(head: str, names: Sequence[str], values: Sequence[str], numbers: set[str]) -> Markup:
    """A row of a `table`.

    Args:
        head: What it is about.
        names: Of the other columns.
        values: In them.
        numbers: Which of them hold numbers.
    """
    cells = [
        element("td", value, role="cell", data_label=name, class_="number" if name in numbers else None)
        for name, value in zip(names, values, strict=True)
    ]
    return element("tr", element("th", head, scope="row", role="rowheader"), *cells, role="row")


def table(caption: str, names: Sequence[str], numbers: set[str], rows: Sequence[Markup]) -> Markup:
    """A table that a phone shows as a card a row, and a screen reader as the table that it is.

    Args:
        caption: What it shows.
        names: Of its columns.
        numbers: Which of them hold numbers.
        rows: Its rows.
    """
    heads = [
        element("th", name, scope="col", role="columnheader", class_="number" if name in numbers else None)
        for name in names
    ]
    inside = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *heads, role="row"), role="rowgroup"),
        element("tbody", *rows, role="rowgroup"),
        role="table",
    )
    return element("div", inside, class_="panel table", role="region", aria_label=caption, tabindex=0)
