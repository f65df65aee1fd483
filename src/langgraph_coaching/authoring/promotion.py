"""Promotion: the next revisions of coachings that go to another stage together, or back. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, get_args

from langgraph_coaching.authoring.meanwhile import changes_since
from langgraph_coaching.coaching.model import ChangeMark
from langgraph_coaching.coaching.stage import STAGES, Stage, cohort_of
from langgraph_coaching.errors import ChangedMeanwhileError, InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from langgraph_coaching.coaching.model import Coaching

_SHARE = "share=0.1 for a tenth of the threads"


def check_request(names: Sequence[str], replaces: Sequence[str], to: str, share: float | None) -> None:
    """Refuses what no promotion can be.

    Raises:
        InvalidCoachingError: The message says what to give.
    """
    if to not in STAGES:
        raise InvalidCoachingError(f"to is one of {', '.join(get_args(Stage))}, not {to!r}; coach.archive(id) silences")
    if not names:
        raise InvalidCoachingError("nothing to promote: give the id of a coaching, or several")
    for name in (*names, *replaces):
        if not isinstance(name, str):
            raise InvalidCoachingError(f"a coaching is named by its id, a text, not by {name!r}")
    if both := sorted({*names} & {*replaces}):
        raise InvalidCoachingError(f"{', '.join(both)} cannot be promoted and replaced at once")
    if to == "canary" and share is None:
        raise InvalidCoachingError(f"a canary needs a share of the threads: {_SHARE}")
    if to != "canary" and share is not None:
        raise InvalidCoachingError(f"share is of a canary; leave it out with to={to!r}")
    if replaces and to != "active":
        raise InvalidCoachingError(
            f"replaces archives the others for everybody, so it goes with to='active'; a {to} stands beside them until "
            "then"
        )


def promoted(
    heads: Iterable[Coaching],
    replaced: Iterable[Coaching],
    *,
    to: Stage,
    share: float | None,
    until: datetime | None,
    mark: Mapping[str, Any],
    now: datetime,
) -> list[Coaching]:
    """The next revisions of what is promoted, and of what it replaces; those that are there already are left out.

    Args:
        heads: The latest revisions of what is promoted.
        replaced: Those of what is archived for them.
        to: The stage.
        share: Of a canary.
        until: When they end; None leaves that as it is.
        mark: `id`, `author` and `note` of the set.
        now: The time of the set.

    Raises:
        InvalidCoachingError: One of them has ended, or there is nothing to change.
    """
    heads = list(heads)
    ends = {one.id: until if until is not None else one.expires_at for one in heads}
    if over := [one for one in heads if (end := ends[one.id]) is not None and end <= now]:
        told = ", ".join(f"{one.id} ({ends[one.id]:%Y-%m-%d %H:%M} UTC)" for one in over)
        raise InvalidCoachingError(
            f"{told} has expired, and would be recalled nowhere: give until=…, or coach.edit({over[0].id!r}, "
            "expires_at=None); nothing was promoted"
        )
    cohort = _cohort_for(heads, str(mark["id"])) if to == "canary" else None
    changed = []
    for one in heads:
        kept = one.cohort if one.status == "canary" else None
        fields = {"status": to, "share": share, "expires_at": ends[one.id]}
        if all(getattr(one, name) == value for name, value in fields.items()):
            continue
        # Who is in a share stays in it: a canary goes on with the cohort it has.
        own = (kept or (one.id if one.status == "canary" else cohort)) if to == "canary" else None
        changed.append(_revise(one, mark, now, **fields, cohort=own if own != one.id else None))
    if not changed:
        is_so = f"{', '.join(one.id for one in heads)} {'is' if len(heads) == 1 else 'are'} {to} already"
        raise InvalidCoachingError(f"nothing to promote: {is_so}")
    names = tuple(one.id for one in heads)
    gone = [one for one in replaced if one.status != "archived"]
    return changed + [_revise(one, {**mark, "replaced_by": names}, now, status="archived") for one in gone]


def _cohort_for(heads: Sequence[Coaching], name: str) -> str:
    """What the new canaries of a set are drawn by: what those that are canaries are, where these are at one."""
    present = {cohort_of(one) for one in heads if one.status == "canary"}
    return present.pop() if len(present) == 1 else name


def rolled_back(heads: Iterable[Coaching], made: Iterable[Coaching], *, mark: Mapping[str, Any]) -> list[Coaching]:
    """The next revisions of the coachings of a set, with the stage that each had before it.

    What verdicts have taught since stays.

    Args:
        heads: Their latest revisions.
        made: The revisions that the set has made.
        mark: `id`, `author` and `note` of the new set, and which one it `undoes`.

    Raises:
        ChangedMeanwhileError: Somebody has changed one of them since; the message says which, and what to do.
    """
    latest, now = {one.id: one for one in heads}, datetime.now(UTC)
    changed, lines = [], []
    for one in made:
        head, before = latest[one.id], one.changed_in
        if before is None:
            continue
        if since := changes_since(one, head):
            lines.append(f"  {one.id}, revision {one.revision} then and {head.revision} now: {'; '.join(since)}")
        fields = {name: getattr(before, name) for name in ("status", "share", "cohort", "expires_at")}
        changed.append(_revise(head, mark, now, **fields))
    if lines:
        raise ChangedMeanwhileError(
            f"{mark['undoes']} cannot be taken back, since this was changed after it:\n" + "\n".join(lines) + "\n"
            "Nothing was changed. Take back the later change first, or set each by hand: "
            f"coach.edit({changed[0].id!r}, status={changed[0].status!r}), or coach.archive(id)"
        )
    return changed


def _revise(coaching: Coaching, mark: Mapping[str, Any], now: datetime, **fields: Any) -> Coaching:
    was = {name: getattr(coaching, name) for name in ("status", "share", "cohort", "expires_at")}
    stamp = ChangeMark(before=coaching.revision, **was, **mark)
    # One time for the whole set, so that `as_of` sees all of it or nothing.
    return coaching.revised(**fields, changed_in=stamp).model_copy(update={"updated_at": now})
