"""The receipts of model calls: found by what a call's metadata names, or by the block in its prompt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from langgraph_coaching.recall.receipt import Outcome, Receipt
from langgraph_coaching.traces.jsonable import whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.traces.capture.run import Run

RECEIPTS = "coaching"
"""Key of a model call's metadata with its receipts in brief."""


class Attribution:
    """Knows which receipts belong to which model call of one run.

    Args:
        receipt_of: Finds a receipt by its id, or returns None.
    """

    def __init__(self, receipt_of: Callable[[str], Receipt | None]) -> None:
        self._receipt_of = receipt_of
        self._advice: dict[str, Advice] = {}
        self._looked_up: dict[str, str] = {}

    def remember(self, advice: Advice | None) -> None:
        """Notes the advice in a state or an update, if there is any."""
        if advice is not None and advice.prompt:
            self._advice[advice.prompt] = advice

    def note(self, run: Run, receipt_ids: Iterable[str]) -> None:
        """Notes what was looked up somewhere, for a model call or by `coach.advise`."""
        self._looked_up.update((receipt_id, run.namespace) for receipt_id in receipt_ids)

    def left(self) -> dict[str, tuple[Receipt, ...]]:
        """What was looked up and belongs to no model call, by the namespace of the node it was looked up in."""
        found: dict[str, list[Receipt]] = {}
        for receipt_id, namespace in self._looked_up.items():
            if (receipt := self._receipt_of(receipt_id)) is not None:
                found.setdefault(namespace, []).append(_encodable(receipt))
        return {namespace: tuple(receipts) for namespace, receipts in found.items()}

    def of(self, run: Run, block: str) -> tuple[Receipt, ...]:
        """The receipts of a model call.

        Args:
            run: The call.
            block: The prompt block it carries, or "".
        """
        found = self._found(run, block)
        for receipt in found:
            self._looked_up.pop(receipt.id, None)
        return found

    def _found(self, run: Run, block: str) -> tuple[Receipt, ...]:
        named = self._named(run.metadata.get(RECEIPTS))
        if named:
            # The metadata is inherited by every call made inside; one that does not carry the block is not coached.
            return named if block or not any(receipt.applied for receipt in named) else ()
        for above in run.line():
            if above.advice is not None and above.advice.prompt == block:
                advice, above.advice = above.advice, above.advice if block else None
                return self._whole(advice)
        return self._whole(self._advice.get(block))

    def _whole(self, advice: Advice | None) -> tuple[Receipt, ...]:
        return tuple(_encodable(self._receipt_of(r.id) or r) for r in advice.considered) if advice else ()

    def _named(self, briefs: Any) -> tuple[Receipt, ...]:
        if not isinstance(briefs, list | tuple):
            return ()
        found = (self._receipt_of(str(b.get("id"))) or _of_brief(b) for b in briefs if isinstance(b, Mapping))
        return tuple(_encodable(receipt) for receipt in found if receipt is not None)


def _of_brief(brief: Mapping[str, Any]) -> Receipt | None:
    """What `Receipt.brief` tells; None of anything else that somebody keeps under the same key."""
    if not isinstance(brief.get("id"), str) or brief.get("outcome") not in get_args(Outcome):
        return None
    coaching_id, revision, probability = brief.get("coaching_id"), brief.get("revision"), brief.get("probability")
    return Receipt(
        id=brief["id"],
        coaching_id=None if coaching_id is None else str(coaching_id),
        revision=revision if isinstance(revision, int) else None,
        probability=float(probability) if isinstance(probability, int | float) else 0.0,
        outcome=brief["outcome"],
        reason=str(brief.get("reason") or ""),
    )


def _encodable(receipt: Receipt) -> Receipt:
    intent, reason, situation = whole(receipt.intent), whole(receipt.reason), whole(receipt.situation)
    return replace(receipt, intent=intent, reason=reason, situation=situation)
