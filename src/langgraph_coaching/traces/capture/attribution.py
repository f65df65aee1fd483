"""Attribution of receipts to model calls: by the ids in a call's metadata, or by the coaching block in its prompt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from langgraph_coaching.recall.receipt import Outcome, Receipt
from langgraph_coaching.surrogates import replace_surrogates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.traces.capture.run import Run

RECEIPTS = "coaching"
"""Key of a model call's metadata with its receipts in brief."""


class Attribution:
    """Attributes receipts to the model calls of one run.

    Args:
        receipt_of: Finds a receipt by its id, or returns None.
    """

    def __init__(self, receipt_of: Callable[[str], Receipt | None]) -> None:
        self._receipt_of = receipt_of
        self._advice: dict[str, Advice] = {}
        self._looked_up: dict[str, str] = {}

    def remember_advice(self, advice: Advice | None) -> None:
        """Notes the advice in a state or an update, if there is any."""
        if advice is not None and advice.prompt:
            self._advice[advice.prompt] = advice

    def note_looked_up(self, run: Run, receipt_ids: Iterable[str]) -> None:
        """Notes receipts of a lookup, made for a model call or by `coach.advise`, under the node it was made in."""
        self._looked_up.update((receipt_id, run.namespace) for receipt_id in receipt_ids)

    def unattributed(self) -> dict[str, tuple[Receipt, ...]]:
        """The receipts that were looked up and belong to no model call, by the checkpoint namespace of their node."""
        found: dict[str, list[Receipt]] = {}
        for receipt_id, namespace in self._looked_up.items():
            if (receipt := self._receipt_of(receipt_id)) is not None:
                found.setdefault(namespace, []).append(_make_encodable(receipt))
        return {namespace: tuple(receipts) for namespace, receipts in found.items()}

    def receipts_of(self, run: Run, block: str) -> tuple[Receipt, ...]:
        """The receipts of a model call.

        Args:
            run: The call.
            block: The prompt block it carries, or "".
        """
        found = self._find_receipts(run, block)
        for receipt in found:
            self._looked_up.pop(receipt.id, None)
        return found

    def _find_receipts(self, run: Run, block: str) -> tuple[Receipt, ...]:
        named = self._read_briefs(run.metadata.get(RECEIPTS))
        if named:
            # The metadata is inherited by every call made inside; one that does not carry the block is not coached.
            return named if block or not any(receipt.applied for receipt in named) else ()
        for above in run.lineage():
            if above.advice is not None and above.advice.prompt == block:
                advice, above.advice = above.advice, above.advice if block else None
                return self._receipts_in(advice)
        return self._receipts_in(self._advice.get(block))

    def _receipts_in(self, advice: Advice | None) -> tuple[Receipt, ...]:
        return tuple(_make_encodable(self._receipt_of(r.id) or r) for r in advice.considered) if advice else ()

    def _read_briefs(self, briefs: Any) -> tuple[Receipt, ...]:
        if not isinstance(briefs, list | tuple):
            return ()
        found = (self._receipt_of(str(b.get("id"))) or _receipt_of_brief(b) for b in briefs if isinstance(b, Mapping))
        return tuple(_make_encodable(receipt) for receipt in found if receipt is not None)


def _receipt_of_brief(brief: Mapping[str, Any]) -> Receipt | None:
    """The receipt that `Receipt.brief` tells of; None of anything else that somebody keeps under the same key."""
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


def _make_encodable(receipt: Receipt) -> Receipt:
    intent, reason, situation = (
        replace_surrogates(receipt.intent),
        replace_surrogates(receipt.reason),
        replace_surrogates(receipt.situation),
    )
    return replace(receipt, intent=intent, reason=reason, situation=situation)
