"""The report: how coaching is doing in a window of time, all of it or one; to look at, and to take along."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from langgraph_coaching.errors import InvalidCoachingError, NotFoundError
from langgraph_coaching.refining.outcome_parts import outcomes_table
from langgraph_coaching.refining.report import Report
from langgraph_coaching.refining.report_notes import design_notes, notes_of
from langgraph_coaching.refining.report_page import HOW_TO_READ
from langgraph_coaching.refining.report_parts import coachings_table, tiles, trends
from langgraph_coaching.refining.report_style import STYLE
from langgraph_coaching.studio.ask import Ask, page

if TYPE_CHECKING:
    from langgraph_coaching.refining.report import Standing

BETWEEN = "between"

WINDOWS = {"7": "7 days", "30": "30 days", "90": "90 days", "all": "all", BETWEEN: "from, to"}
"""Days back, all of them, or from one day to another, as the address says it, and in words."""

ROWS = 25
"""Coachings in a table of the page; the files have all of them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The report that is asked for."""

    report: Report
    one: Standing | None
    """The coaching that it is about, where it is about one."""


def report(ask: Ask) -> Response:
    """The page; or, for htmx, what stands below its form."""
    asked = _asked(ask)
    whole = ask.studio.reports.take(*_window_of(asked))
    form: dict[str, Any] = {"asked": asked, "windows": WINDOWS, "section": "report", "coachings": []}
    if not ask.is_fragment:
        form["coachings"] = sorted(ask.coach.list(), key=lambda one: one.intent.casefold())
    name = "report_parts.html" if ask.is_fragment else "report.html"
    if whole is None:
        return ask.render(name, report=None, **form)
    shown = _shown(whole, asked)
    found, rows = shown.report, shown.report[:ROWS]
    some = Report(rows, overall=found.overall, window=found.window, at=found.at, notes=found.notes)
    said = str(found.window)
    compared = [one for standing in (found.overall, *rows) for one in standing.outcomes]
    return ask.render(
        name,
        report=found,
        one=shown.one,
        rows=rows,
        window=said[:1].upper() + said[1:],
        tiles=str(tiles(found.overall)),
        trends=str(trends(shown.one or found.overall)),
        table=str(coachings_table(rows, address=lambda name: ask.url("coaching", id=name))),
        outcomes=str(outcomes_table(some, address=lambda name: ask.url("coaching", id=name))),
        warnings=[note for note in design_notes(compared) if "not a fair comparison" in note],
        how_to_read=[*HOW_TO_READ, *found.notes],
        **form,
    )


def report_file(ask: Ask) -> Response:
    """The report as a file: its JSON values, or one page that needs nothing besides itself."""
    asked = _asked(ask)
    shown = _shown(ask.studio.reports.wait_for(*_window_of(asked)), asked)
    kind = ask.request.path_params["kind"]
    if kind == "json":
        told = json.dumps(shown.report.to_json(), ensure_ascii=False)  # indented it takes ten times as long
        return _file(told, "application/json", f"coaching-report.{kind}")
    if kind == "html":
        return _file(shown.report.to_html(), "text/html", f"coaching-report.{kind}")
    raise NotFoundError(f"the report is a json or a html file, not {kind!r}")


def report_style(_ask: Ask) -> Response:
    """The style of the parts of a report, as the library has it; the studio's own sheet says the colours."""
    return Response(STYLE, media_type="text/css")


def _file(text: str, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.encode("utf-8", "replace"), media_type=f"{media_type}; charset=utf-8", headers=headers)


def _asked(ask: Ask) -> dict[str, str]:
    """What the address asks for."""
    asked = {name: ask.given(name).strip() for name in ("days", "since", "until", "coaching_id")}
    asked["days"] = asked["days"] or (BETWEEN if asked["since"] or asked["until"] else "all")
    return asked if asked["days"] == BETWEEN else asked | {"since": "", "until": ""}


def _shown(found: Report, asked: dict[str, str]) -> Shown:
    """The report, or what it says of the coaching that is asked for.

    Raises:
        NotFoundError: There is no such coaching.
    """
    if not asked["coaching_id"]:
        return Shown(found, None)
    one = next((one for one in found if one.coaching_id == asked["coaching_id"]), None)
    if one is None:
        raise NotFoundError(f"no coaching {asked['coaching_id']!r} is there to report on")
    notes = notes_of([one], found.overall)
    return Shown(Report([one], overall=found.overall, window=found.window, at=found.at, notes=notes), one)


def _window_of(asked: dict[str, str]) -> tuple[datetime | None, datetime | None]:
    """From a midnight to another, UTC, so that who asks twice on one day asks for the same."""
    if asked["days"] not in WINDOWS:
        raise InvalidCoachingError("a report is of the last 7, 30 or 90 days, of all days, or from one to another")
    if asked["days"].isdecimal():
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return today - timedelta(days=int(asked["days"])), None
    since, until = _read_day("since", asked["since"]), _read_day("until", asked["until"])
    try:
        return since, until and until + timedelta(days=1)
    except OverflowError:  # the last day that there is
        return since, None


def _read_day(name: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise InvalidCoachingError(f"{name} is a day such as 2030-01-31, not {text!r}") from None


PAGES = [
    page("/report", report, "report"),
    page("/report/style.css", report_style, "report_style"),
    page("/report.{kind}", report_file, "report_file"),
]
