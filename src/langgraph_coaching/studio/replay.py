"""The replay of a conversation with other coaching, side by side with what was recorded."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.replay.as_of import RECORDED
from langgraph_coaching.replay.diff import coachings_changed
from langgraph_coaching.studio.ask import Ask, page

if TYPE_CHECKING:
    from starlette.responses import Response

    from langgraph_coaching.replay.replay import ReplayedCall

SHOWN = 100
"""Calls that are shown at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCall:
    """A model call as the page shows it."""

    call: ReplayedCall
    came: tuple[Any, ...]
    went: tuple[Any, ...]
    moved: tuple[Any, ...]
    block: tuple[tuple[str, str], ...]
    """Lines of the coaching block: `+`, `-` or a blank, and the line."""


def replay(ask: Ask) -> Response:
    """The replay from the recording: no model is asked, and nothing is written."""
    return _show(ask, {})


def replay_anew(ask: Ask) -> Response:
    """The same, where a model or the graph answers what is not recorded."""
    who = ask.given("answer")
    known = {"model": ask.studio.model, "graph": ask.studio.graph}
    if known.get(who) is None:
        raise InvalidCoachingError(f"this studio has no {who or 'model'}; start it with --model or --graph")
    return _show(ask, {who: known[who]})


def _show(ask: Ask, answering: dict[str, Any]) -> Response:
    trace = ask.coach.traces.get(ask.given("trace"))
    without, using, as_of = ask.given_all("without"), ask.given_all("using"), ask.given("as_of")
    found = ask.coach.replay(
        trace,
        without=without,
        using=[ask.coach.get(name).revised(status="active") for name in using],
        as_of=_read_as_of(as_of),
        **answering,
    )
    diff = found.diff()
    applied = {one.coaching_id: one.intent for step in diff.steps for one in step.recorded.considered if one.applied}
    applied |= {one.coaching_id: one.intent for step in diff.steps for one in step.replayed.considered if one.applied}
    active = {one.id: one.intent for one in ask.coach.list(status="active")}
    others = [one for one in ask.coach.list() if one.status != "active"]
    shown = [_shown(call) for call in diff.steps[:SHOWN]]
    return ask.render(
        "replay.html",
        trace=trace,
        shown=shown,
        total=len(diff.steps),
        changes=len(diff.changes),
        removable={
            **{name: intent for name, intent in applied.items() if name in active},
            **dict.fromkeys(without, ""),
        },
        intents=active | applied,
        others=others,
        asked={"without": without, "using": using, "as_of": as_of},
        answered=next(iter(answering), ""),
        section="conversations",
    )


def _shown(call: ReplayedCall) -> ShownCall:
    came, went, moved = coachings_changed(call)
    lines = difflib.ndiff(call.recorded.block.splitlines(), call.replayed.block.splitlines())
    block = tuple((line[0], line[2:]) for line in lines if line[0] in "+- ")
    return ShownCall(call=call, came=tuple(came), went=tuple(went), moved=tuple(moved), block=block)


def _read_as_of(text: str) -> datetime | str | None:
    if text in ("", RECORDED):
        return text or None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidCoachingError("a time is such as 2030-01-31T12:00") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


PAGES = [
    page("/replay", replay, "replay"),
    page("/replay", replay_anew, "replay_anew", role="coach", method="POST"),
]
