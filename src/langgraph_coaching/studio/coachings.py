"""The list of coachings: what each says, how it is doing, and what is the matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.studio.ask import Ask, page
from langgraph_coaching.studio.form_fields import BEHAVIORS

if TYPE_CHECKING:
    from starlette.responses import Response

    from langgraph_coaching.coaching.model import Coaching

SHOWN = 100
"""Coachings that are shown at once."""

STATUSES = ("active", "canary", "shadow", "draft", "archived")


def coachings(ask: Ask) -> Response:
    """The page; or, for htmx, its rows only."""
    asked = {name: ask.given(name).strip() for name in ("text", "status", "behavior")}
    wanted: dict[str, Any] = {name: value for name, value in asked.items() if value}
    found = sorted(ask.coach.list(**wanted), key=lambda one: one.updated_at, reverse=True)
    start = int(ask.given("start", "0")) if ask.given("start", "0").isdecimal() else 0
    values: dict[str, Any] = {
        "found": found[start : start + SHOWN],
        "total": len(found),
        "after": start + SHOWN if start + SHOWN < len(found) else None,
        "asked": asked,
        "standings": {one.coaching_id: one for one in ask.coach.report()},
        "section": "coachings",
    }
    if ask.is_fragment:
        return ask.render("coaching_rows.html", **values)
    return ask.render("coachings.html", statuses=STATUSES, behaviors=BEHAVIORS, **values)


def findings(ask: Ask) -> Response:
    """What is the matter with any of them."""
    found = ask.coach.lint(graph=ask.studio.graph)
    known: dict[str, Coaching] = {one.id: one for one in ask.coach.list()}
    return ask.render("findings.html", findings=found, coachings=known)


PAGES = [page("/coachings", coachings, "coachings"), page("/coachings/findings", findings, "findings")]
