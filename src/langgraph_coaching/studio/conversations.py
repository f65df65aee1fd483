"""The list of conversations: threads with their runs, searched, filtered and paged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.studio.ask import Ask, page

if TYPE_CHECKING:
    from starlette.responses import Response

PERIODS = {"1": "last day", "7": "last 7 days", "30": "last 30 days"}

WITHIN = 0.06
"""Seconds of a search, or of looking for what nobody has judged; where more is left, the page asks for it itself."""

PLAIN = ("text", "coaching_id", "label", "origin", "agent", "name", "thread_id")

FILTERS = (*PLAIN, "coached", "days", "since", "unreviewed")
"""What the list may be asked for in its address, so that it can be shared."""


def conversations(ask: Ask) -> Response:
    """The page; or, for htmx, its rows only."""
    ask.coach.flush()
    asked = {name: ask.given(name).strip() for name in FILTERS}
    keep = (lambda runs: ask.coach.unreviewed(run.id for run in runs)) if asked["unreviewed"] else None
    after = ask.given("after") or None
    found = ask.coach.traces.threads(after=after, keep=keep, within=WITHIN, **_conditions(asked))
    coachings = sorted(ask.coach.list(), key=lambda one: one.intent.lower())
    values: dict[str, Any] = {
        "page": found,
        "nothing": not found.threads and (after is None or bool(ask.given("nothing"))),
        "asked": asked,
        "intents": {one.id: one.intent for one in coachings},
        "section": "conversations",
        "periods": PERIODS,
    }
    if ask.is_fragment:
        return ask.render("conversation_rows.html", **values)
    return ask.render("conversations.html", coachings=coachings, agents=ask.studio.agents.take(), **values)


def _conditions(asked: dict[str, str]) -> dict[str, Any]:
    since = None
    try:
        if asked["days"]:
            since = datetime.now(UTC) - timedelta(days=int(asked["days"]))
        elif asked["since"]:
            since = datetime.fromisoformat(asked["since"])
    except (ValueError, OverflowError):
        raise InvalidCoachingError("a time is a number of days, or a day such as 2030-01-31") from None
    coached = True if asked["unreviewed"] else {"yes": True, "no": False}.get(asked["coached"])
    return {name: asked[name] or None for name in PLAIN} | {"since": since, "coached": coached}


PAGES = [page("/", conversations, "conversations")]
