"""Calibration: how far the probabilities of receipts and the verdicts on them agree."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langgraph_coaching.refining.verdict import Verdict


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
