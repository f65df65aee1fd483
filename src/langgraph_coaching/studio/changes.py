"""Change sets: coachings brought to another stage together, and back; and the list of what was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import ChangedMeanwhileError, InvalidCoachingError, NotFoundError
from langgraph_coaching.studio.ask import Ask, page

if TYPE_CHECKING:
    from starlette.responses import Response

SHOWN = 50
"""Change sets that are shown at once."""


def changes(ask: Ask) -> Response:
    """What was promoted and taken back, newest first; or one of these."""
    found = ask.coach.change_sets(limit=None)
    ids = {one.id: one for one in found}
    # One whose rollback was rolled back stands again.
    undone = {one.id for one in found if one.undone_by and not ids[one.undone_by].undone_by}
    wanted = ask.given("set")
    if wanted:
        found = [one for one in found if one.id == wanted]
        if not found:
            raise NotFoundError(f"no change set {wanted!r} in this namespace")
    start = ask.whole("start") or 0
    return ask.render(
        "changes.html",
        sets=found[start : start + SHOWN],
        total=len(found),
        wanted=wanted,
        undone=undone,
        after=start + SHOWN if start + SHOWN < len(found) else None,
        section="coachings",
    )


def promote(ask: Ask) -> Response:
    """Brings coachings to another stage together, or archives them; of one it leads to its page."""
    names, stage = list(dict.fromkeys(ask.given_all("coaching"))), ask.given("to")
    if not names:
        raise InvalidCoachingError("tick the coachings first")
    if stage == "archived":
        return _archive(ask, names)
    given: Any = stage
    made = ask.coach.promote(
        names,
        to=given,
        share=read_share(ask) if stage == "canary" else None,
        replaces=ask.given_all("replaces") if stage == "active" else (),
        until=f"{ask.given('until')}T00:00:00+00:00" if ask.given("until") else None,
        note=ask.given("note"),
        author=ask.person.name,
    )
    return ask.go("coaching", id=names[0]) if ask.given("back") == "coaching" else ask.go("changes", set=made.id)


def _archive(ask: Ask, names: list[str]) -> Response:
    for done, name in enumerate(names):
        try:
            ask.coach.archive(name, changed_by=ask.person.name)
        except (ChangedMeanwhileError, NotFoundError) as error:
            raise type(error)(f"{error}; {done} of {len(names)} are archived") from None
    return ask.go("coaching", id=names[0]) if len(names) == 1 else ask.go("coachings", status="archived")


def roll_back(ask: Ask) -> Response:
    """Takes a change set back, all of it or nothing."""
    name = ask.given("set")
    try:
        made = ask.coach.rollback(name, note=ask.given("note"), author=ask.person.name)
    except ChangedMeanwhileError as error:
        told, found, _ = str(error).partition("\nNothing was changed.")
        advice = "\nNothing was changed. Roll back the later change first, or set the stage of each on its own page."
        raise ChangedMeanwhileError(told + (advice if found else "")) from None
    return ask.go("changes", set=made.id)


def read_share(ask: Ask) -> float:
    """The share of a canary that a form says in percent, as 0..1.

    Raises:
        InvalidCoachingError: It is none.
    """
    try:
        share = float(ask.given("share").strip().removesuffix("%")) / 100
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise InvalidCoachingError("a canary has a share of the threads: more than 0 and up to 100 percent")
    return share


PAGES = [
    page("/changes", changes, "changes"),
    page("/changes/promote", promote, "promote", role="coach", method="POST"),
    page("/changes/roll-back", roll_back, "roll_back", role="coach", method="POST"),
]
