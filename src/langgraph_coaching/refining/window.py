"""The window of a report: from when to when, and the periods that its trend is told in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from langgraph_coaching.errors import InvalidCoachingError

Moment: TypeAlias = datetime | timedelta | str
"""A time, UTC where no zone is said; how long ago; or either as text: `2030-01-31`, `2030-01-31T12:00+02:00`, `7d`."""

LONGEST = 10_000
"""Days of the longest time ago."""

MOST_PERIODS = 32
"""More are too narrow to be read, and too many queries."""

_STEPS = (1, 7, 28, 364)
"""Days of a period, the shortest first; the last is taken as often as needed."""

_AGO = re.compile(r"(\d+(?:\.\d+)?)\s*([mhdw])", re.ASCII)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class Window:
    """From `since`, before `until`; None for no bound."""

    since: datetime | None = None
    until: datetime | None = None

    def __str__(self) -> str:
        """Such as `from 2030-01-01 00:00 to 2030-01-08 00:00 (UTC)`."""
        if self.since is None:
            return "all that was recorded" if self.until is None else f"before {_minute(self.until)} (UTC)"
        return f"from {_minute(self.since)} {'on' if self.until is None else f'to {_minute(self.until)}'} (UTC)"

    def holds(self, at: datetime) -> bool:
        """Whether a time is in it."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)

    def periods(self, first: datetime, end: datetime) -> list[Window]:
        """The window cut into days, or where those were too many, into weeks, four weeks, years (of 52 weeks).

        Args:
            first: When the first thing happened: where an open window begins, at midnight.
            end: Where an open one ends: now, or after the last thing that happened.

        Returns:
            At least one, each beginning where the one before ends; the last may be shorter.
        """
        start = self.since or first.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        end = max(self.until or end, start + timedelta(microseconds=1))
        days = next((days for days in _STEPS if (end - start) <= MOST_PERIODS * timedelta(days=days)), None)
        step = timedelta(days=days or _STEPS[-1] * (1 + (end - start).days // (_STEPS[-1] * MOST_PERIODS)))
        found = []
        while start < end:
            found.append(Window(start, min(start + step, end)))
            start += step
        return found


def window_of(since: Moment | None, until: Moment | None, now: datetime) -> Window:
    """The window that was asked for.

    Args:
        since: Its beginning.
        until: Its end.
        now: What a time ago counts from.

    Raises:
        InvalidCoachingError: One is no time, or the end is not after the beginning.
    """
    found = Window(moment_of("since", since, now), moment_of("until", until, now))
    if found.since is not None and found.until is not None and found.since >= found.until:
        raise InvalidCoachingError(
            f"until must be later than since, not {_minute(found.until)} after {_minute(found.since)} (UTC)"
        )
    return found


def moment_of(name: str, given: Moment | None, now: datetime) -> datetime | None:
    """The time that is meant, in UTC.

    Raises:
        InvalidCoachingError: It is no time.
    """
    if given is None:
        return None
    if isinstance(given, str):
        given = _read_text(name, given)
    if isinstance(given, timedelta):
        if not timedelta() <= given <= timedelta(days=LONGEST):
            raise InvalidCoachingError(f"{name} is a time, or how long ago, up to {LONGEST:,} days, not {given}")
        return now - given
    if not isinstance(given, datetime):
        raise InvalidCoachingError(f"{name} is a datetime, a timedelta (ago) or a text such as 7d, not {given!r}")
    try:
        return (given if given.tzinfo else given.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise InvalidCoachingError(f"{name} is a time that there is, not {given}") from None


def _read_text(name: str, given: str) -> datetime | timedelta:
    said = given.strip().casefold()
    try:
        if ago := _AGO.fullmatch(said):
            return timedelta(**{_UNITS[ago[2]]: float(ago[1])})
        return datetime.fromisoformat(said.upper())
    except (ValueError, OverflowError):
        raise InvalidCoachingError(
            f"{name} is a time such as 2030-01-31 or 2030-01-31T12:00, or how long ago, such as 90m, 12h, 7d or 4w, "
            f"not {given!r}"
        ) from None


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
