"""The outlook: what to expect of a coaching that was just saved; looked up behind the page where that takes long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from langgraph_coaching.errors import CoachingError
from langgraph_coaching.studio.ask import Ask, page
from langgraph_coaching.studio.behind import SOON

if TYPE_CHECKING:
    from starlette.responses import Response

    from langgraph_coaching.authoring.outlook import Outlook


def outlook(ask: Ask) -> Response:
    """What to expect of one."""
    name = ask.request.path_params["id"]
    return ask.render("outlook.html", outlook=outlook_of(ask, name), of=name)


def outlook_of(ask: Ask, name: str) -> Outlook | Literal["waiting", "failed"]:
    """What to expect of a coaching, or why there is nothing to say of it: it is saved all the same.

    Args:
        ask: Who asks.
        name: Id of the coaching.
    """
    try:
        found = ask.studio.made_behind.take(("outlook", name), lambda: ask.coach.outlook(name), patience=SOON)
    except CoachingError:
        return "failed"
    return "waiting" if found is None else found


PAGES = [page("/coaching/{id}/outlook", outlook, "coaching_outlook")]
