"""The report as text: sentences of counts, shares with their intervals, comparisons; a number is said in one way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.coaching.one_line import cut_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.refining.comparison import Comparison
    from langgraph_coaching.refining.counts import Counts
    from langgraph_coaching.refining.report import Figures, Overall, Report, Standing

_INTENT = 100
"""Characters of an intent in a list."""

_CENT = 0.01
"""A price from which on two decimals say enough."""

_FINE, _SECOND = 10, 1000
"""Milliseconds below which a decimal is said, and from which on seconds are."""


def report_text(report: Report) -> str:
    """All of it."""
    lines = [f"Report, {report.window}", "", *(f"  {line}" for line in overall_lines(report.overall))]
    for one in report:
        lines += ["", f"{one.coaching_id}  {cut_line(one.intent, _INTENT)}"]
        lines += [f"  {line}" for line in standing_lines(one)]
    if report.needs_review:
        lines += ["", "To review:", *(f"  {line}" for line in review_lines(report))]
    if report.notes:
        lines += ["", *report.notes]
    return "\n".join(lines)


def overall_lines(one: Overall) -> list[str]:
    """What there is to say of all coachings together."""
    compared = [comparison_text(found, "coaching") for found in one.outcomes]
    if not one.calls:
        return ["no model call asked for coaching", *compared]
    failed = f", {one.failed:,} at which none could be looked up" if one.failed else ""
    paused = f", {one.paused:,} while it was paused" if one.paused else ""
    coached = f"{one.coached:,} with coaching ({percent(one.coached / one.calls)}; trend: {one.applied_trend})"
    lines = [f"{amount(one.calls, 'model call')}, {coached}{failed}{paused}", *_shared_lines(one)]
    if (cost := cost_text(one)) is not None:
        lines.append(cost)
    if one.time is not None:
        lines.append(
            f"recall took {milliseconds(one.time.median_ms)} in the median, {milliseconds(one.time.p95_ms)} or less in "
            f"95% of {amount(one.time.calls, 'call')}, {milliseconds(one.time.most_ms)} at most"
        )
    return lines + compared


def standing_lines(one: Standing) -> list[str]:
    """What there is to say of one coaching."""
    compared = [comparison_text(found, "it") for found in one.outcomes]
    if not one.considered:
        return [f"not considered at any call ({one.status})", *compared]
    lines = [f"considered {one.considered:,} times; trend of being applied: {one.applied_trend}", *_shared_lines(one)]
    if one.applied and one.tokens is not None:
        lines.append(f"added {one.tokens:,} tokens to prompts, {one.tokens / one.applied:.0f} each time")
    return lines + compared


def _shared_lines(one: Figures) -> list[str]:
    return [", ".join(_applied_parts(one)), *([] if not one.judged + one.missed else [", ".join(_judged_parts(one))])]


def _applied_parts(one: Counts) -> Iterator[str]:
    yield f"applied {one.applied:,} times"
    if one.decided:
        share = percent(one.followed / one.decided)
        yield f"followed {one.followed:,} of {one.decided:,} that could be decided ({share})"
    yield from left_out_parts(one)


def left_out_parts(one: Counts) -> Iterator[str]:
    """Why it was chosen, and not applied all the same; how often each."""
    left_out = (
        (one.not_seen, "not seen by the model"),
        (one.over_limit, "over the item limit"),
        (one.over_budget, "over the token budget"),
        (one.shadow, "in shadow (would have applied)"),
        (one.held_back, "held back (canary)"),
    )
    yield from (f"{count:,} {what}" for count, what in left_out if count)


def _judged_parts(one: Figures) -> Iterator[str]:
    if one.precision is not None:
        yield f"right {one.right:,} of {one.judged:,} judged ({precision_text(one)}; trend: {one.precision_trend})"
    if one.missed:
        yield f"{one.missed:,} missed"


def cost_text(one: Overall) -> str | None:
    """What the tokens of all come to."""
    if one.tokens is None or one.tokens_per_call is None:
        return None
    price = "" if one.cost is None else f", {price_text(one.cost)} at the given price"
    return f"{one.tokens:,} tokens added to prompts, {one.tokens_per_call:.0f} a coached call{price}"


def price_text(cost: float) -> str:
    """Such as `12.40`, or `0.00048` of what is less than a hundredth."""
    return f"{cost:,.2f}" if cost >= _CENT or not cost else f"{cost:.2g}"


def precision_text(one: Counts) -> str:
    """A precision with its interval, such as `75%, 30-95%`; `-` without verdicts."""
    if one.precision is None:
        return "-"
    return f"{percent(one.precision)}, {interval_text(one)}"


def interval_text(one: Counts) -> str:
    """The interval of a precision, such as `30-95%`."""
    return f"{100 * one.interval[0]:.0f}-{100 * one.interval[1]:.0f}%"


def comparison_text(found: Comparison, what: str) -> str:
    """A comparison as a sentence.

    Args:
        found: The comparison.
        what: What one side has, such as `it`.
    """
    measured = "ended well" if found.share else f"{found.measure} on average"
    sides = (
        f"with {what} {value_text(found, found.value)} of {amount(found.count, 'thread')}",
        f"without ({found.design}) {value_text(found, found.other_value)} of {found.other_count:,}",
    )
    left_out = f"; {found.mixed:,} left out, on both sides" if found.mixed else ""
    fair = "fair" if found.fair else "not a fair comparison"
    return f"{measured}: {', '.join(sides)}: {difference_text(found)} ({fair}{left_out})"


def value_text(found: Comparison, value: float | None) -> str:
    """One side of a comparison: a share in percent, or a mean."""
    return "-" if value is None else percent(value) if found.share else f"{value:.3g}"


def difference_text(found: Comparison) -> str:
    """The difference with its interval and what it says, such as `+6 points (-8 to +19), no difference seen`."""
    told = found.difference
    if told is None:
        return found.finding
    if found.share:
        value, low, high = (f"{round(100 * number):+d}" for number in (told.value, told.low, told.high))
        return f"{value} points ({low} to {high}), {found.finding}"
    return f"{told.value:+.2g} ({told.low:+.2g} to {told.high:+.2g}), {found.finding}"


def review_lines(report: Report) -> list[str]:
    """What needs review, why, and what to do: a call of a coach each."""
    return [
        f"{one.coaching_id}: {reason}. To change that: {call}"
        for one in report.needs_review
        for reason, call in zip(one.review_reasons, one.review_calls, strict=True)
    ]


def percent(share: float) -> str:
    """Such as `29%`; a share that is neither none nor all is not rounded to one of these."""
    said = f"{100 * share:.0f}%"
    return "<1%" if said == "0%" and share > 0 else ">99%" if said == "100%" and share < 1 else said


def milliseconds(value: float) -> str:
    """Such as `6.2 ms`, `140 ms` or `2.1 s`."""
    return f"{value / _SECOND:.1f} s" if value >= _SECOND else f"{value:.{int(value < _FINE)}f} ms"


def amount(number: int, noun: str) -> str:
    """Such as `1 call` or `1,200 calls`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
