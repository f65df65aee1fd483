"""The editor: what a person writes, from a draft to its history."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Unpack

from langgraph_coaching.authoring.looked_at import LookedAt
from langgraph_coaching.authoring.meanwhile import edit_revision
from langgraph_coaching.authoring.revision import revise_from_draft
from langgraph_coaching.authoring.similar import references_in
from langgraph_coaching.coaching.compose import compose, compose_many, restore_coaching

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Iterable, Mapping

    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.authoring.home import Home
    from langgraph_coaching.authoring.repository import Repository
    from langgraph_coaching.coaching.behavior import Behavior
    from langgraph_coaching.coaching.fields import Changes, Filters, NewCoaching, NewFields
    from langgraph_coaching.coaching.model import Coaching, Status


class Editor:
    """Writes coachings in one namespace; every fault is raised, with what to do next.

    Args:
        repository: The coachings.
        home: Where drafts are at home.
    """

    def __init__(self, repository: Repository, home: Home) -> None:
        self._repository, self._home = repository, home
        self._looked_at = LookedAt()

    def save(self, draft: Draft, *, status: Status | None = None, share: float | None = None) -> Coaching:
        """Saves a draft as active coaching, with the proposals that were not dropped.

        A draft of what is saved already becomes its next revision; what others have changed meanwhile stays.

        Args:
            draft: Of this coach.
            status: `draft`, `shadow` or another one; by default it is active, or as it was.
            share: Of a canary.

        Raises:
            ChangedMeanwhileError: Others have changed the same of it meanwhile; the message says how.
            InvalidCoachingError: The draft has no behavior, a field is not acceptable, or it was begun elsewhere.
            NotFoundError: It revises a coaching that was deleted.
            StoreError: It could not be written; nothing is lost, save it again.
        """
        self._home.refuse_draft_of_elsewhere(draft)
        stage = {"status": status, "share": share}
        if given := {name: value for name, value in stage.items() if value is not None}:
            draft = draft.having(**given)
        if draft.revises is not None:
            return self._see(self._repository.revise(draft.id, partial(revise_from_draft, draft)))
        return self._see(self._repository.save([draft.coaching(self._home.namespace)])[0])

    def add(self, *, intent: str, behavior: Behavior | Mapping[str, Any], **fields: Unpack[NewFields]) -> Coaching:
        """Saves coaching without a trace.

        Args:
            intent: When replying to what.
            behavior: One of the six, or a mapping with a `type`.
            **fields: `examples`, `never` (texts), `agent`, `node`, `tags` (or a whole `scope`), `priority`, `status`,
                `share` (of a canary), `notes`, `author`, `expires_at`, `source`, `id`.

        Returns:
            The coaching as it stands in the store. Adding the same again under the same id changes nothing.

        Raises:
            InvalidCoachingError: A field is unknown or not acceptable.
            ConflictError: The id is taken by a coaching that says something else.
            StoreError: It could not be written.
        """
        made = compose(self._home.namespace, intent=intent, behavior=behavior, **fields)
        return self._see(self._repository.save([made])[0])

    def add_many(
        self, rows: Iterable[NewCoaching], *, progress: Callable[[int], None] | None = None
    ) -> builtins.list[Coaching]:
        """Saves many at once, in order, all of them or none; each row has the fields of `add`.

        Args:
            rows: Mappings of fields.
            progress: Called with the number embedded so far; they are written together at the end.

        Raises:
            InvalidCoachingError: A row is not acceptable; the message says which.
            ConflictError: An id is taken by a coaching that says something else, or twice among these.
            StoreError: They could not be written.
        """
        return self._repository.save(compose_many(self._home.namespace, rows), progress)

    def get(self, coaching_id: str, *, revision: int | None = None) -> Coaching:
        """One coaching, at its latest revision or the one asked for.

        Raises:
            NotFoundError: There is none of that id or revision, or it was deleted.
        """
        return self._see(self._repository.get(coaching_id, revision))

    def _see(self, coaching: Coaching) -> Coaching:
        self._looked_at.note([coaching])
        return coaching

    def list(self, **filters: Unpack[Filters]) -> builtins.list[Coaching]:
        """Coachings, oldest first.

        Args:
            **filters: Any of `status`, `text`, `behavior`, `agent`, `node`, `tag`, `trace_id`, `expired`.
        """
        found = self._repository.list(**filters)
        self._looked_at.note(found)
        return found

    def edit(self, coaching_id: str, *, revision: int | None = None, **changes: Unpack[Changes]) -> Coaching:
        """Makes the next revision with these fields changed, as `add` takes them; earlier ones stay readable.

        Args:
            coaching_id: Which one.
            revision: The one you have looked at. What others have changed since stays; where both have changed the
                same, nothing is saved. Without it, yours has the say there, and of a list that is given as a whole
                what others have put into it stays, since this coach has shown it.
            **changes: Fields of `add`, and `changed_by`: who does so, where it is not the author. `examples` and
                `never` stand for the author's own ones and replace those; what the source, verdicts and answers to
                recorded situations have taught stays. Without replacing any: `add_examples` and `add_never` (texts or
                `Similar`s), and `remove` (texts, or examples as they are in `coaching.examples`; whoever said so). The
                same situation is never on both sides, the last word counts.

        Returns:
            The next revision; the latest one where its examples are what they were.

        Raises:
            ChangedMeanwhileError: The same of it was changed since that revision; the message has both values.
            InvalidCoachingError: A field or an example is not acceptable, or a situation is of another namespace.
            NotFoundError: There is none of that id, or it was deleted.
        """
        self._home.refuse_situations_of_elsewhere(references_in(changes))
        seen = self._looked_at.revision_for(coaching_id, changes) if revision is None else revision
        began = None if seen is None else self._repository.get(coaching_id, seen)
        change = partial(edit_revision, began=began, changes=changes, strict=revision is not None)
        return self._see(self._repository.revise(coaching_id, change))

    def archive(self, coaching_id: str, *, changed_by: str | None = None) -> Coaching:
        """Makes it silent; `restore` brings it back.

        Args:
            coaching_id: Which one.
            changed_by: Who does so, for its history.
        """
        return self.edit(coaching_id, status="archived", changed_by=changed_by)

    def restore(self, coaching_id: str, *, revision: int | None = None, changed_by: str | None = None) -> Coaching:
        """Makes it active again, as it last was or as it was at an earlier revision.

        What was deleted in shadow or as a canary is that again.

        Args:
            coaching_id: Which one.
            revision: What it is to say again.
            changed_by: Who does so, for its history.

        Raises:
            NotFoundError: There is none of that id or revision.
        """
        wanted = None if revision is None else self._repository.get(coaching_id, revision)
        return self._see(self._repository.revise(coaching_id, lambda head: restore_coaching(head, wanted, changed_by)))

    def delete(self, coaching_id: str, *, purge: bool = False, changed_by: str | None = None) -> None:
        """Takes it out of every list and recall; its history stays for the receipts that point to it.

        Args:
            coaching_id: Which one.
            purge: Erase the history too; receipts then point to nothing.
            changed_by: Who does so, for its history.

        Raises:
            NotFoundError: There is none of that id.
        """
        if purge:
            self._repository.purge(coaching_id)
        else:
            self._repository.get(coaching_id)
            self._repository.revise(coaching_id, lambda latest: latest.revised(deleted=True, changed_by=changed_by))

    def history(self, coaching_id: str) -> builtins.list[Coaching]:
        """Every revision, oldest first.

        Raises:
            NotFoundError: There is none of that id.
        """
        return self._repository.history(coaching_id)
