"""Refining: a verdict becomes an example, which changes when a coaching fires; its intent stays as it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.coaching.model import Example
from langgraph_coaching.coaching.validation import PROSE_LIMIT, quote_text
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError
from langgraph_coaching.recall.situation import turns_of
from langgraph_coaching.refining.verdict import Verdict

if TYPE_CHECKING:
    from langgraph_coaching.authoring.repository import Repository
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.refining.verdicts import Verdicts

MOST = 100
"""Verdicts a coaching learns from, the latest; more change it little."""


def learn_verdict(coaching: Coaching, verdict: Verdict, receipt: Receipt) -> Coaching:
    """The next revision, which has learned a verdict; the same revision where it knew it already.

    Args:
        coaching: The latest revision.
        verdict: Replaces an earlier one on the same receipt.
        receipt: What was judged; its situation becomes an example.
    """
    turns = turns_of(receipt.situation)
    said = next((text for text, user in turns if user), receipt.situation)
    learned = Example(
        text=quote_text(said, PROSE_LIMIT), turns=turns, applies=verdict.applies, origin="verdict", reference=receipt.id
    )
    if learned in coaching.examples:
        return coaching
    others = [example for example in coaching.examples if example.reference != receipt.id]
    told = [example for example in others if example.origin != "verdict"]
    earlier = [example for example in others if example.origin == "verdict"]
    return coaching.revised(examples=(*told, *earlier[-(MOST - 1) :], learned), changed_by=verdict.author)


def forget_verdict(coaching: Coaching, receipt_id: str) -> Coaching:
    """The next revision, which has not learned the verdict on a receipt; the same where it does not know it.

    Args:
        coaching: The latest revision.
        receipt_id: What was judged.
    """
    left = tuple(one for one in coaching.examples if (one.origin, one.reference) != ("verdict", receipt_id))
    return coaching if len(left) == len(coaching.examples) else coaching.revised(examples=left)


class Refiner:
    """Learns verdicts, in one namespace.

    Args:
        repository: The coachings that learn.
        verdicts: Where verdicts are kept.
    """

    def __init__(self, repository: Repository, verdicts: Verdicts) -> None:
        self._repository = repository
        self._verdicts = verdicts

    def judge(self, receipt: Receipt, *, correct: bool, comment: str, author: str | None) -> Verdict:
        """Stores a verdict, and lets the coaching learn it.

        Raises:
            InvalidCoachingError: The receipt is of no coaching, or has no situation.
            NotFoundError: Its coaching is not in this namespace, or was deleted.
            StoreError: The store could not be read or written.
        """
        if receipt.coaching_id is None or receipt.revision is None:
            raise InvalidCoachingError(f"this receipt is of no coaching ({receipt.reason}); judge another one")
        if not receipt.situation:
            raise InvalidCoachingError(
                "this receipt has no situation, or what was said there was forgotten; judge another"
            )
        self._repository.get(receipt.coaching_id)
        verdict = Verdict(
            receipt_id=receipt.id,
            coaching_id=receipt.coaching_id,
            revision=receipt.revision,
            applied=receipt.applied,
            supposed=receipt.supposed,
            correct=correct,
            probability=receipt.probability,
            reserve=receipt.reserve,
            comment=comment,
            author=author,
        )
        self._verdicts.put(verdict)
        self._repository.revise(receipt.coaching_id, lambda latest: learn_verdict(latest, verdict, receipt))
        return verdict

    def withdraw(self, receipt: Receipt) -> None:
        """Takes back the verdict on a receipt, and what was learned from it.

        Raises:
            NotFoundError: Nobody has judged it, or its coaching was deleted.
            StoreError: The store could not be read or written; say it again.
        """
        if receipt.coaching_id is None or not self._verdicts.list(None, [receipt.id]):
            raise NotFoundError(f"there is no verdict on the receipt {receipt.id}")
        # The verdict last: where this fails between the two, it can be said again.
        self._repository.revise(receipt.coaching_id, lambda latest: forget_verdict(latest, receipt.id))
        self._verdicts.remove(receipt.id)
