"""The remake: the coaching of a recorded call again, from the revisions that its receipts name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.recall.advice import Advice
from langgraph_coaching.recall.prompt import block, entry

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.replay.recorded import Recorded


def as_recorded(
    calls: Sequence[Recorded], revision_of: Callable[[str, int], Coaching | None], without: Collection[str]
) -> list[tuple[Advice, str]]:
    """The advice in the receipts, its text made anew from the very revisions they name, and what is to be said of it.

    Args:
        calls: Recorded calls.
        revision_of: A coaching at a revision, or None where it was erased.
        without: Coachings to leave out.
    """
    return [_as_recorded(call, revision_of, without) for call in calls]


def _as_recorded(
    call: Recorded, revision_of: Callable[[str, int], Coaching | None], without: Collection[str]
) -> tuple[Advice, str]:
    applied = [receipt for receipt in call.step.receipts if receipt.applied]
    found = {receipt.id: revision_of(receipt.coaching_id or "", receipt.revision or 0) for receipt in applied}
    kept = [receipt for receipt in call.step.receipts if receipt.coaching_id not in without]
    stay = {receipt.id: found[receipt.id] for receipt in applied if receipt.coaching_id not in without}
    erased = [f"{one.coaching_id} revision {one.revision}" for one in applied if one.id in stay and not stay[one.id]]
    if not applied and len(kept) == len(call.step.receipts):  # what there is of it is without receipts
        return Advice(considered=kept, prompt=call.step.coaching), ""
    if not erased:
        return Advice(considered=kept, prompt=block([entry(one) for one in stay.values() if one])), ""
    gone = [found[name] for name in found if name not in stay]
    if all(gone):  # the recorded prompt, which has the text of the erased, without the text of the others
        text = call.step.coaching
        for one in gone:
            text = text.replace(f"\n{entry(one)}\n", "\n", 1) if one else text
        return Advice(considered=kept, prompt=text), f"{', '.join(erased)} is erased, its text is the recorded one"
    text = block([entry(one) for one in stay.values() if one])
    return Advice(considered=kept, prompt=text), f"{', '.join(erased)} is erased and its text could not be made again"
