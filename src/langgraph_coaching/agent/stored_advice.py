"""Advice looked up in the store by its call key: what another process, or an earlier run, was advised."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from langgraph_coaching.agent.enforce import is_left_out
from langgraph_coaching.errors import NotFoundError
from langgraph_coaching.recall.advice import Advice
from langgraph_coaching.recall.prompt import block, entry
from langgraph_coaching.recall.receipt import Receipt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.adviser import Adviser
    from langgraph_coaching.recall.receipts import Receipts


_REASON = "it was chosen before the run was interrupted, and the reckoning was not kept"


class StoredAdvice:
    """Finds advice of one namespace in the store.

    Args:
        receipts_table: Has it word for word, soon after it was given.
        store: Has the coachings at the revisions that were applied.
        adviser: Whose deadline counts.
    """

    def __init__(self, receipts_table: Receipts, store: Coachings, adviser: Adviser) -> None:
        self._receipts_table = receipts_table
        self._store = store
        self._adviser = adviser
        self._deadline = adviser.deadline

    def __call__(self, key: str, applied: Sequence[str]) -> Advice:
        """The advice of a call, or what was applied in it.

        Args:
            key: The call's key.
            applied: Ids with revisions, such as `c-1@3`, in the order of the prompt.

        Raises:
            NotFoundError: One of them is not there any more.
            Overdue: It took longer than the deadline.
            StoreError: The store could not be read.
        """
        return self._deadline.run(
            lambda: self._adviser.unless_paused(self._find(key, applied)), self._adviser.limits.deadline
        )

    def unless_paused(self, advice: Advice) -> Advice:
        """Advice that was put into a state a while ago, as far as it may be in a prompt now.

        Raises:
            Overdue: It took longer than the deadline.
            StoreError: The store could not be read.
        """
        return self._deadline.run(lambda: self._adviser.unless_paused(advice), self._adviser.limits.deadline)

    def _find(self, key: str, applied: Sequence[str]) -> Advice:
        advice = self._receipts_table.advice(key) if key else None
        known = advice if advice is not None and applied_names(advice) == list(applied) else None
        if known is not None and not any(map(is_left_out, known.applied)):
            return known
        coachings = [self._coaching_at(name) for name in applied]
        if known is not None:  # it was stored before the graph did what one of them says, which is left out since
            return replace(known, prompt=block([*map(entry, coachings)]))
        return Advice(considered=[self._receipt_for(one) for one in coachings], prompt=block([*map(entry, coachings)]))

    def _coaching_at(self, name: str) -> Coaching:
        coaching_id, _, revision = name.rpartition("@")
        found = self._store.at(coaching_id, int(revision))
        if found is None:
            raise NotFoundError(f"the coaching {coaching_id!r} was deleted, or is in another namespace")
        return found

    def _receipt_for(self, coaching: Coaching) -> Receipt:
        namespace = self._receipts_table.namespace
        return Receipt.of(coaching, probability=0.0, outcome="applied", reason=_REASON, namespace=namespace)


def applied_names(advice: Advice) -> list[str]:
    """What stands in the prompt, as ids with revisions."""
    return [f"{receipt.coaching_id}@{receipt.revision}" for receipt in advice.applied if not is_left_out(receipt)]
