"""Stages: coachings promoted together and taken back together, and the kill switch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from langgraph_coaching.authoring.change_set import new_set_id, read_sets, set_of
from langgraph_coaching.authoring.promotion import check_request, promoted, rolled_back
from langgraph_coaching.coaching.model import Coaching, UtcTime
from langgraph_coaching.coaching.validation import CheckedModel, Name, Remark
from langgraph_coaching.errors import ChangedMeanwhileError, InvalidCoachingError, NotFoundError
from langgraph_coaching.storage.storable import check_limit

if TYPE_CHECKING:
    from langgraph_coaching.authoring.change_set import ChangeSet
    from langgraph_coaching.authoring.repository import Repository
    from langgraph_coaching.coaching.stage import Stage
    from langgraph_coaching.recall.pause import Pause, Pauses

    Named = str | Coaching
    """A coaching, or its id."""


class _Said(CheckedModel):
    """Who does something, and why."""

    author: Name | None = None
    note: Remark = ""
    until: UtcTime | None = None


class Stages:
    """Brings coachings from one stage to the next in one namespace; every fault is raised.

    Args:
        repository: The coachings.
        pauses: The kill switch.
    """

    def __init__(self, repository: Repository, pauses: Pauses) -> None:
        self._repository = repository
        self._pauses = pauses

    def promote(
        self,
        coachings: Named | Iterable[Named],
        *,
        to: Stage,
        share: float | None = None,
        replaces: Named | Iterable[Named] = (),
        until: datetime | str | None = None,
        note: str = "",
        author: str | None = None,
    ) -> ChangeSet:
        """Brings coachings to another stage together: all of them in one commit, or none.

        In `shadow` they are looked at, with receipts, and are in no prompt. As a `canary` they are in the prompts of a
        share of the threads, always the same ones, and together; the others are the control. `active` is for all.

        Args:
            coachings: Ids, or coachings; or one of them.
            to: `shadow`, `canary` or `active`.
            share: Of a canary: above 0 and up to 1. A larger one later keeps the threads of the smaller one.
            replaces: With `active`, those whose place they take: archived in the same commit.
            until: When they end, with a time zone, or as ISO 8601; None leaves that as it is.
            note: Why.
            author: Who does it.

        Returns:
            What was changed, with an id for `rollback`.

        Raises:
            ChangedMeanwhileError: Somebody has changed one of them at the same moment; nothing was promoted.
            InvalidCoachingError: Something is not acceptable, one of them has expired, or nothing would change.
            NotFoundError: There is none of that id, or it was deleted.
            StoreError: It could not be written; nothing was.
        """
        names, others = _ids(coachings), _ids(replaces)
        check_request(names, others, to, share)
        now = datetime.now(UTC)
        given: Any = until
        ends, mark = _Said(until=given).until, _mark(note, author)
        heads = [self._repository.get(name) for name in names]
        gone = [self._repository.get(name) for name in others]
        return self._write(promoted(heads, gone, to=to, share=share, until=ends, mark=mark, now=now))

    def rollback(self, change_set: str | ChangeSet, *, note: str = "", author: str | None = None) -> ChangeSet:
        """Takes a change set back: each of its coachings has the stage it had before, all in one commit, or none.

        It is a change set as well, and can be taken back. What verdicts have taught meanwhile stays.

        Args:
            change_set: What `promote` gave, or its id.
            note: Why.
            author: Who does it.

        Raises:
            ChangedMeanwhileError: One of them was changed since; the message says which, and what to do.
            NotFoundError: There is no such change set, or one of its coachings was deleted.
            StoreError: It could not be written; nothing was.
        """
        name = change_set if isinstance(change_set, str) else change_set.id
        marked = self._repository.marked()
        made = [one for one in marked if one.changed_in is not None and one.changed_in.id == name]
        if not made:
            raise NotFoundError(f"no change set {name!r} in this namespace; list them with coach.change_sets()")
        heads = [self._repository.latest(one.id) for one in made]
        later = next((one.id for one in read_sets(marked) if one.undoes == name), None)
        if later is not None and all(head.changed_in and head.changed_in.id == later for head in heads):
            raise ChangedMeanwhileError(f"{name} was taken back already, by {later}; nothing was changed")
        return self._write(rolled_back(heads, made, mark=_mark(note, author, undoes=name)))

    def change_sets(self, *, limit: int | None = 20) -> list[ChangeSet]:
        """What was promoted and taken back, newest first.

        Args:
            limit: Most to return; all of them when None.

        Raises:
            InvalidCoachingError: The limit is below 0.
            StoreError: The store could not be read.
        """
        if limit is not None:
            check_limit(limit, "change sets")
        return read_sets(self._repository.marked())[:limit]

    def pause(self, *, reason: str = "", author: str | None = None) -> Pause:
        """The kill switch: from now on no coaching of this namespace is in any prompt, in any process.

        Every process sees it at its next call, and its receipts say by whom and why; an object store is looked at once
        a second. A node that is running keeps what it was given. `resume` ends it.

        Args:
            reason: Why, in a line.
            author: Who does it.

        Raises:
            InvalidCoachingError: The reason or the author is not acceptable.
            StoreError: It could not be written; nothing is paused.
        """
        said = _Said(note=reason, author=author)
        return self._pauses.switch(" ".join(said.note.split()), said.author, on=True)

    def resume(self, *, author: str | None = None) -> None:
        """Ends a pause, in every process at its next call; nothing happens where there is none.

        Args:
            author: Who does it.

        Raises:
            StoreError: It could not be written.
        """
        if self._pauses.current() is not None:
            self._pauses.switch("", _Said(author=author).author, on=False)

    def current_pause(self) -> Pause | None:
        """The pause that is on, or None.

        Raises:
            StoreError: The store could not be read.
        """
        return self._pauses.current()

    def _write(self, revisions: list[Coaching]) -> ChangeSet:
        made_of = {one.id: one.changed_in.before for one in revisions if one.changed_in is not None}
        self._repository.write_together(revisions, made_of)
        return set_of(revisions)


def _mark(note: str, author: str | None, **more: Any) -> dict[str, Any]:
    said = _Said(note=note, author=author)
    return {"id": new_set_id(), "note": said.note, "author": said.author, **more}


def _ids(given: Named | Iterable[Named]) -> list[str]:
    some = [given] if isinstance(given, str | Coaching) else given
    if not isinstance(some, Iterable):
        raise InvalidCoachingError(f"coachings are named by their ids, not by {given!r}")
    return list(dict.fromkeys(one.id if isinstance(one, Coaching) else one for one in some))
