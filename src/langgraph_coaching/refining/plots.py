"""Plots as SVG: bars over time, precision with its interval, where a difference lies; each says in words what it shows.

They hold rectangles and lines only, which may be stretched, so that a plot is as wide as there is room; what is written
beside it is HTML.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from langgraph_coaching.refining.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from langgraph_coaching.refining.counts import PeriodFigures
    from langgraph_coaching.refining.difference import Difference

_WIDE, _HIGH = 1000.0, 100.0
"""Units of a plot, whatever its size."""

_GAP = 0.25
"""Share of a period's room that stays empty."""

_SLIM = 8.0
"""Units of the mark of one value."""


def applied_bars(periods: Sequence[PeriodFigures], name: str, class_: str = "plot") -> Markup:
    """A bar for each period, as high as a coaching was often applied in it.

    Args:
        periods: In order.
        name: Of the plot in its page.
        class_: `plot`, or `spark` for one beside words.
    """
    most = max((one.applied for one in periods), default=0) or 1
    bars = []
    for place, one in enumerate(periods):
        if not one.applied and class_ == "spark":
            continue  # a report has thousands of them, and nothing to see there
        height = _HIGH * one.applied / most
        bars.append(_bar(place, len(periods), _HIGH - height, height, "bar", f"{_days(one)}: {one.applied:,} applied"))
    told = f"{sum(one.applied for one in periods):,} applied in {len(periods)} periods, at most {most:,} in one"
    levels = [_level(0), _level(50)] if class_ == "plot" else []
    return _plot(name, "Applied over time", told, [*levels, *bars, _level(100, "axis")], class_)


def precision_bars(periods: Sequence[PeriodFigures], good: float, name: str) -> Markup:
    """For each period with verdicts the precision, and the interval that it may be in.

    Args:
        periods: In order.
        good: The precision below which a coaching needs a look, 0..1.
        name: Of the plot in its page.
    """
    marks = []
    for place, one in enumerate(periods):
        if one.precision is None:
            continue
        low, high = (100 * bound for bound in one.interval)
        said = f"{_days(one)}: {one.right} of {one.judged} right, {low:.0f} to {high:.0f}%"
        marks.append(_bar(place, len(periods), _HIGH - high, high - low, "range", said))
        level = min(max(_HIGH * (1 - one.precision) - 1.25, 0.0), _HIGH - 2.5)
        marks.append(_bar(place, len(periods), level, 2.5, "value"))
    judged, right = sum(one.judged for one in periods), sum(one.right for one in periods)
    told = f"{right:,} of {judged:,} judged applications were right; the line is at {100 * good:.0f}%"
    lines = [_level(0), _level(50), _level(100 * (1 - good), "goal")]
    return _plot(name, "Precision over time, with 95% intervals", told, [*lines, *marks, _level(100, "axis")])


def interval_bar(value: float, interval: tuple[float, float], good: float, name: str) -> Markup:
    """Where a share lies between none and all, with its interval.

    Args:
        value: 0..1.
        interval: Of it.
        good: Where the goal is, 0..1.
        name: Of the plot in its page.
    """
    told = f"{100 * value:.0f}%, from {100 * interval[0]:.0f} to {100 * interval[1]:.0f}%"
    inside = [_range(*interval), _upright(good, "goal"), _mark(value)]
    return _plot(name, "Precision with its 95% interval", told, [_level(50), *inside], class_="small")


def difference_bar(found: Difference, span: float, name: str) -> Markup:
    """Where a difference lies about nothing, with its interval.

    Args:
        found: The difference.
        span: The largest that there is room for on either side, above 0.
        name: Of the plot in its page.
    """
    low, value, high = (
        min(max(0.5 + number / (2 * span), 0.0), 1.0) for number in (found.low, found.value, found.high)
    )
    told = f"{found.value:+.3g}, from {found.low:+.3g} to {found.high:+.3g}; the line is at 0"
    inside = [_range(low, high), _upright(0.5, "axis"), _mark(value)]
    return _plot(name, "Difference with its 95% interval", told, [_level(50), *inside], class_="small")


def _plot(name: str, title: str, told: str, shapes: Sequence[Markup], class_: str = "plot") -> Markup:
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", told, id=f"{name}-desc"),
        *shapes,
        class_=class_,
        viewBox=f"0 0 {_WIDE:g} {_HIGH:g}",
        preserveAspectRatio="none",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
    )


def _bar(place: int, count: int, y: float, height: float, class_: str, told: str | None = None) -> Markup:
    room = _WIDE / count
    left, width = room * (place + _GAP / 2), room * (1 - _GAP)
    shape = element("rect", x=left, y=y, width=width, height=height, class_=class_)
    return shape if told is None else element("g", element("title", told), shape)


def _range(low: float, high: float) -> Markup:
    return element("rect", x=_WIDE * low, y=20, width=max(_WIDE * (high - low), 2), height=60, class_="range")


def _mark(value: float) -> Markup:
    at = min(max(_WIDE * value - _SLIM / 2, 0.0), _WIDE - _SLIM)
    return element("rect", x=at, y=5, width=_SLIM, height=90, class_="value")


def _level(y: float, class_: str = "grid") -> Markup:
    return element("line", x1=0, x2=_WIDE, y1=y, y2=y, class_=class_)


def _upright(at: float, class_: str) -> Markup:
    return element("line", x1=_WIDE * at, x2=_WIDE * at, y1=0, y2=_HIGH, class_=class_)


def _days(one: PeriodFigures) -> str:
    return f"{_day(one.since)} to {_day(one.until)}"


@lru_cache(maxsize=256)  # every coaching of a report has the same periods
def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"
