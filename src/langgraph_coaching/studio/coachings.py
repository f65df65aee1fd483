"""The list of coachings: what each says, how it is doing, and what is the matter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.stage import STAGES
from langgraph_coaching.studio.ask import Ask, page
from langgraph_coaching.studio.form_fields import BEHAVIORS
from langgraph_coaching.studio.latest_reports import is_large

if TYPE_CHECKING:
    from starlette.responses import Response

    from langgraph_coaching.coaching.model import Coaching

SHOWN = 100
"""Coachings that are shown at once."""

FRESH = 10.0
"""Seconds for which a check of all is given to all who ask, so that several who wait for one have it."""

ONLY = {"": "all", "review": "needs review", "expired": "expired"}
"""What else they may be filtered by, and its words."""

STATUSES = ("active", "canary", "shadow", "draft", "archived")


def coachings(ask: Ask) -> Response:
    """The page; or, for htmx, its rows only."""
    asked = {name: ask.given(name).strip() for name in ("text", "status", "behavior", "only")}
    wanted: dict[str, Any] = {name: value for name, value in asked.items() if value and name != "only"}
    report = ask.studio.reports.take()
    standings = {one.coaching_id: one for one in report or ()}
    found = ask.coach.list(**wanted, expired=True) if asked["only"] == "expired" else ask.coach.list(**wanted)
    if asked["only"] == "review":
        found = [one for one in found if one.id in standings and standings[one.id].needs_review]
    found.sort(key=lambda one: one.updated_at, reverse=True)
    start = ask.whole("start") or 0
    values: dict[str, Any] = {
        "found": found[start : start + SHOWN],
        "total": len(found),
        "after": start + SHOWN if start + SHOWN < len(found) else None,
        "asked": asked,
        "standings": standings,
        "made": report.at if report is not None and is_large(report) else None,
        "counting": report is None,
        "start": start,
        "now": datetime.now(UTC),
        "stages": STAGES,
        "section": "coachings",
    }
    if ask.is_fragment:
        return ask.render("coaching_rows.html", **values)
    return ask.render("coachings.html", statuses=STATUSES, only=ONLY, behaviors=BEHAVIORS, **values)


def findings(ask: Ask) -> Response:
    """What is the matter with any of them; looked for behind the page where there are many."""
    found = ask.studio.made_behind.take("check", lambda: [*ask.coach.lint(graph=ask.studio.graph)], fresh=FRESH)
    known: dict[str, Coaching] = {one.id: one for one in ask.coach.list()}
    return ask.render("findings.html", findings=found, coachings=known, of=None)


PAGES = [page("/coachings", coachings, "coachings"), page("/coachings/findings", findings, "findings")]
