"""The jury: a verdict is kept, and its coaching learns from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.authoring.refine import Verdict, refined
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from langgraph_coaching.authoring.book import Book
    from langgraph_coaching.authoring.verdicts import Verdicts
    from langgraph_coaching.recall.advice import Receipt


class Jury:
    """Takes verdicts of one namespace.

    Args:
        book: The coachings that learn.
        verdicts: Where verdicts are kept.
    """

    def __init__(self, book: Book, verdicts: Verdicts) -> None:
        self._book = book
        self._verdicts = verdicts

    def judge(self, receipt: Receipt, *, correct: bool, comment: str, author: str | None) -> Verdict:
        """Keeps a verdict and teaches it to the coaching.

        Raises:
            InvalidCoachingError: The receipt is of no coaching, or has no situation.
            NotFoundError: Its coaching is not in this namespace, or was deleted.
            StoreError: The store could not be read or written.
        """
        if receipt.coaching_id is None or receipt.revision is None or not receipt.situation:
            raise InvalidCoachingError(f"this receipt is of no coaching ({receipt.reason}); judge another one")
        self._book.get(receipt.coaching_id)
        verdict = Verdict(
            receipt_id=receipt.id,
            coaching_id=receipt.coaching_id,
            revision=receipt.revision,
            applied=receipt.applied,
            correct=correct,
            probability=receipt.probability,
            reserve=receipt.reserve,
            comment=comment,
            author=author,
        )
        self._verdicts.put(verdict)
        self._book.revise(receipt.coaching_id, lambda latest: refined(latest, verdict, receipt))
        return verdict
