"""The part of the report's page that compares runs with and without coaching."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.refining.markup import Markup, element, join_markup
from langgraph_coaching.refining.plots import difference_bar
from langgraph_coaching.refining.report_parts import linked, row, table
from langgraph_coaching.refining.report_text import difference_text, value_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from langgraph_coaching.refining.comparison import Comparison
    from langgraph_coaching.refining.report import Report

_NAMES = ("Coaching", "Measured", "With it", "Without it", "Difference", "Comparison")


def outcomes_table(report: Report, address: Callable[[str], str] | None = None) -> Markup:
    """Every comparison in a row: all coachings together first.

    Args:
        report: The report.
        address: Of the page of a coaching, by its id, where there are such pages.
    """
    found = [("Any coaching", "", one) for one in report.overall.outcomes]
    found += [(standing.intent, standing.coaching_id, one) for standing in report for one in standing.outcomes]
    if not found:
        return element(
            "p",
            "No recorded run of this window has a label or a score that says how it ended. A label comes with the "
            "metadata of a run (coaching_label), scores with imported runs.",
        )
    spans = _spans([one for *_, one in found])
    rows = [
        row(
            _head_of(intent, name, address),
            _NAMES[1:],
            _values(one, spans[one.share, one.measure], f"d{place}"),
            set(),
        )
        for place, (intent, name, one) in enumerate(found)
    ]
    return table("Threads with a coaching and without it, by how they ended", _NAMES, set(), rows)


def _spans(found: list[Comparison]) -> dict[tuple[bool, str], float]:
    """How far the axis of each measure goes: all of its intervals fit, and can be compared."""
    spans: dict[tuple[bool, str], float] = {}
    for one in found:
        told = one.difference
        far = 1e-9 if told is None else max(abs(told.low), abs(told.high))
        spans[one.share, one.measure] = max(far * 1.05, spans.get((one.share, one.measure), 0.0))
    return spans


def _head_of(intent: str, name: str, address: Callable[[str], str] | None) -> Markup:
    below = [element("div", name, class_="small-text")] if name else []
    return join_markup([linked(intent, name, address), *below])


def _values(one: Comparison, span: float, name: str) -> list[str]:
    with_it = element("div", f"{value_text(one, one.value)} ", element("small", f"of {one.count:,}"), class_="whole")
    without = element(
        "div", f"{value_text(one, one.other_value)} ", element("small", f"of {one.other_count:,}, {one.design}")
    )
    bar = [] if one.difference is None else [difference_bar(one.difference, span, name)]
    said = element("div", *bar, element("small", difference_text(one)), class_="precise wide")
    fair = element("span", "fair" if one.fair else "not fair", class_="tag fair" if one.fair else "tag warn")
    mixed = f"{one.mixed:,} left out, on both sides" if one.mixed else ""
    return [
        "ended well" if one.share else one.measure,
        with_it,
        without,
        said,
        element("div", fair, " ", element("small", mixed)),
    ]
