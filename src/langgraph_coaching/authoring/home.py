"""The home of a draft: the store and the namespace it was begun in, and the only ones it is saved to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.namespace import refuse_foreign
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.recall.receipts import Receipts
    from langgraph_coaching.traces.archive import Archive


def refuse_other_than_draft(given: Any) -> None:
    """Refuses what is no draft.

    Raises:
        InvalidCoachingError: The message says what does with it what may be meant.
    """
    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.traces.model import Step

    if isinstance(given, Draft):
        return
    said, instead = type(given).__name__, "begin one with coach.draft(step), or save without a trace with coach.add(…)"
    if isinstance(given, Coaching):
        said = f"the coaching {given.id}"
        instead = (
            f"what is saved is changed with coach.edit({given.id!r}, …), brought to another stage with coach.promote("
            f"{given.id!r}, to=…), and into another store with coach.export(folder) and coach.import_(folder)"
        )
    elif isinstance(given, Step):
        said, instead = "a step", "say what to do instead first: coach.save(coach.draft(step).reply('…'))"
    raise InvalidCoachingError(f"a draft is saved, and this is {said}: {instead}")


class Home:
    """Refuses what was begun in another store or namespace.

    Args:
        store: The coachings.
        traces: Recorded runs, of which situations are.
        receipts_table: Receipts, of which situations are as well.
        flush: Writes out what running graphs have left behind.
    """

    def __init__(self, store: Coachings, traces: Archive, receipts_table: Receipts, flush: Callable[[], None]) -> None:
        self.namespace = store.namespace
        self.name = (store.database.address, store.namespace)
        """What a draft keeps of it."""
        self._traces = traces
        self._receipts_table = receipts_table
        self._flush = flush

    def refuse_draft_of_elsewhere(self, draft: Draft) -> None:
        """Refuses a draft, and a draft with a recorded situation, of another store or namespace.

        Raises:
            InvalidCoachingError: The message says where it is at home; or it is no draft.
            NamespaceError: It revises a coaching of another namespace.
        """
        refuse_other_than_draft(draft)
        if draft.home not in (None, self.name):
            place, namespace = draft.home
            raise InvalidCoachingError(
                f"this draft was begun in the namespace {namespace!r} of {place}, this coach is one of "
                f"{self.namespace!r} of {self.name[0]}: use it with the coach it was begun with"
            )
        if draft.revises is not None:
            refuse_foreign("draft", draft.revises.namespace, self.namespace)
        self.refuse_situations_of_elsewhere(one.reference for one in draft.answered if one.origin == "recorded")

    def refuse_situations_of_elsewhere(self, references: Iterable[str | None]) -> None:
        """Refuses recorded situations by the trace or receipt they are of.

        Raises:
            InvalidCoachingError: There is none of that id in this namespace.
        """
        for name in dict.fromkeys(references):
            if name is not None and not self._has_recorded(name):
                raise InvalidCoachingError(
                    f"a recorded situation that was given is of another namespace or store: {name!r} is not in "
                    f"{self.namespace!r}; take those that coach.similar(…) finds here"
                )

    def _has_recorded(self, name: str) -> bool:
        """Whether there is a trace or a receipt of that id in this namespace."""
        self._flush()
        for find in (self._receipts_table.receipt, self._traces.get):
            try:
                find(name)
            except NotFoundError:
                continue
            return True
        return False
