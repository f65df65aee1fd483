"""The report: how each coaching is doing, from its receipts and verdicts."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from langgraph_coaching.refining.wilson import wilson_interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.refining.verdict import Verdict

GOOD = 0.8
"""Precision below which a coaching needs a look."""

FEW = 3
"""Verdicts below which nothing is said about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One coaching in the report."""

    coaching_id: str
    intent: str
    considered: int
    """Model calls at which it was looked at, the applied ones included."""
    applied: int
    followed: int
    """Of the applied ones, those known to be followed."""
    judged: int
    """Applied receipts with a verdict."""
    right: int
    """Of those, the correct ones."""
    missed: int
    """Receipts of it that a person says should have fired."""
    interval: tuple[float, float]
    """Wilson's 95 % interval of the precision; (0, 1) without verdicts."""

    @property
    def precision(self) -> float | None:
        """Share of judged applications that were right, 0..1; None without verdicts."""
        return self.right / self.judged if self.judged else None

    @property
    def needs_review(self) -> bool:
        """Whether verdicts say that it fires wrongly or stays silent too often."""
        wrong = self.judged >= FEW and self.right / self.judged < GOOD
        return wrong or self.missed >= max(FEW, self.right + 1)


def standings(
    coachings: Sequence[Coaching], receipts: Iterable[Receipt], verdicts: Iterable[Verdict]
) -> list[Standing]:
    """Puts receipts and verdicts together, those that need review first, then the most applied ones."""
    outcomes: dict[str | None, Counter[str]] = defaultdict(Counter)
    for receipt in receipts:
        outcomes[receipt.coaching_id][receipt.outcome] += 1
        outcomes[receipt.coaching_id]["followed"] += receipt.applied and receipt.followed == "yes"
    judged: dict[str, Counter[str]] = defaultdict(Counter)
    for verdict in verdicts:
        kind = (
            ("right" if verdict.correct else "wrong")
            if verdict.applied or verdict.supposed
            else ("quiet" if verdict.correct else "missed")
        )
        judged[verdict.coaching_id][kind] += 1
    found = []
    for coaching in coachings:
        seen, said = outcomes[coaching.id], judged[coaching.id]
        count = said["right"] + said["wrong"]
        found.append(
            Standing(
                coaching_id=coaching.id,
                intent=coaching.intent,
                considered=sum(number for outcome, number in seen.items() if outcome != "followed"),
                applied=seen["applied"],
                followed=seen["followed"],
                judged=count,
                right=said["right"],
                missed=said["missed"],
                interval=wilson_interval(said["right"], count),
            )
        )
    return sorted(found, key=lambda one: (not one.needs_review, -one.applied, one.coaching_id))
