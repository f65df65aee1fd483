"""The kill switch: an admin pauses all coaching of the namespace, and ends that; every page says so meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from langgraph_coaching.studio.ask import page

if TYPE_CHECKING:
    from langgraph_coaching.studio.ask import Ask


def pause(ask: Ask) -> Response:
    """From now on no coaching is in any prompt, in any process."""
    ask.coach.pause(reason=ask.given("reason"), author=ask.person.name)
    return _show_again(ask)


def resume(ask: Ask) -> Response:
    """Ends the pause."""
    ask.coach.resume(author=ask.person.name)
    return _show_again(ask)


def _show_again(ask: Ask) -> Response:
    """The page that was left, with or without the banner."""
    return Response(status_code=204, headers={"HX-Refresh": "true"}) if ask.is_fragment else ask.go("coachings")


PAGES = [
    page("/pause", pause, "pause", role="admin", method="POST"),
    page("/resume", resume, "resume", role="admin", method="POST"),
]
