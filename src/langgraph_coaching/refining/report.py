"""The report: how each coaching is doing, from its receipts and verdicts."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.refining.verdict import Verdict

GOOD = 0.8
"""Precision below which a coaching needs a look."""

FEW = 3
"""Verdicts below which nothing is said about it."""

_Z = 1.959964
"""Normal quantile of a 95 % interval."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How far probabilities and verdicts agree."""

    coachings: int
    """Active ones, fitted anew."""
    situations: int
    """Of the store's own traffic, in the sample that coachings are held against."""
    reserve: float
    """0 or more: what is taken from every logit, since verdicts on applied coachings were worse than their probability;
    1 makes 0.27 of 0.5."""
    verdicts: int
    error: float | None
    """Expected calibration error over ten bins, 0..1; None without verdicts."""


def calibration(coachings: int, situations: int, reserve: float, verdicts: Sequence[Verdict]) -> Calibration:
    """Compares what receipts said with what verdicts say of them.

    Args:
        coachings: How many were fitted.
        situations: How many are in the sample of the traffic.
        reserve: Of the store, in logits.
        verdicts: Any number.
    """
    bins: dict[int, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        bins[min(9, int(verdict.probability * 10))].append(verdict)
    gaps = (abs(sum(v.probability - v.applies for v in some)) for some in bins.values())
    return Calibration(
        coachings=coachings,
        situations=situations,
        reserve=reserve,
        verdicts=len(verdicts),
        error=sum(gaps) / len(verdicts) if verdicts else None,
    )


def wilson_interval(right: int, count: int) -> tuple[float, float]:
    """Wilson's 95 % score interval of a share.

    Args:
        right: Successes, 0 to `count`.
        count: Trials; 0 gives (0, 1).

    Returns:
        Lower and upper bound, 0..1 (Wilson 1927, without continuity correction).
    """
    if not count:
        return 0.0, 1.0
    share, z2 = right / count, _Z * _Z
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z * math.sqrt(share * (1 - share) / count + z2 / (4 * count * count)) / (1 + z2 / count)
    return max(0.0, middle - half), min(1.0, middle + half)


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
            ("right" if verdict.correct else "wrong") if verdict.applied else ("quiet" if verdict.correct else "missed")
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
