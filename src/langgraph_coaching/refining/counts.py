"""Counts: what became of receipts, and what people said of them, of one coaching or of all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langgraph_coaching.recall.receipt import NOT_SEEN
from langgraph_coaching.refining.wilson import wilson_interval
from langgraph_coaching.traces.archive_row import HELD_BACK, SHADOW

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from langgraph_coaching.refining.receipt_counts import Count
    from langgraph_coaching.refining.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodFigures:
    """One period of the window."""

    since: datetime
    until: datetime
    calls: int
    """Model calls at which any coaching was looked at."""
    applied: int
    judged: int
    right: int

    @property
    def precision(self) -> float | None:
        """Share of judged applications that were right, 0..1; None without verdicts."""
        return self.right / self.judged if self.judged else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the precision; (0, 1) without verdicts."""
        return wilson_interval(self.right, self.judged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What became of coaching at model calls, and what people said of it."""

    considered: int
    """Model calls at which it was looked at, the applied ones included."""
    applied: int
    followed: int
    """Of the applied ones, those known to be followed."""
    judged: int
    """Applied receipts with a verdict, and those of what would have been applied, in shadow or held back."""
    right: int
    """Of those, the correct ones."""
    missed: int
    """Receipts of it that a person says should have fired."""
    interval: tuple[float, float]
    """Wilson's 95 % interval of the precision; (0, 1) without verdicts."""
    not_followed: int = 0
    """Of the applied ones, those known not to be followed; of the others it is not known."""
    not_seen: int = 0
    """Chosen, and in the request of no model call."""
    over_limit: int = 0
    """Left out since others filled the prompt's item limit."""
    over_budget: int = 0
    """Left out since the prompt block would have taken too many tokens."""
    shadow: int = 0
    """Would have been applied, while it was only watched."""
    held_back: int = 0
    """Would have been applied, in the threads that a canary leaves without."""
    tokens: int | None = None
    """Estimated tokens that it added to prompts; None where a revision that was applied is erased."""
    periods: tuple[PeriodFigures, ...] = field(default=(), repr=False)

    @property
    def precision(self) -> float | None:
        """Share of judged applications that were right, 0..1; None without verdicts."""
        return self.right / self.judged if self.judged else None

    @property
    def decided(self) -> int:
        """Applied ones of which it is known whether they were followed."""
        return self.followed + self.not_followed


def count_outcomes(counts: Iterable[Count]) -> dict[str, int]:
    """The fields of `Counts` that receipts fill; an outcome that is unknown counts as considered."""
    seen: Counter[str] = Counter()
    for count in counts:
        seen["considered"] += count.number
        seen[count.outcome] += count.number
        if count.outcome == "applied" and count.followed is not None:
            seen[f"followed: {count.followed}"] += count.number
    return {
        "considered": seen["considered"],
        "applied": seen["applied"],
        "followed": seen["followed: yes"],
        "not_followed": seen["followed: no"],
        "not_seen": seen[NOT_SEEN],
        "over_limit": seen["over_limit"],
        "over_budget": seen["over_budget"],
        "shadow": seen[SHADOW],
        "held_back": seen[HELD_BACK],
    }


def judges_application(verdict: Verdict) -> bool:
    """Whether it says of an application, or of what would have been one, whether it was right."""
    return verdict.applied or bool(getattr(verdict, "supposed", False))


def count_verdicts(verdicts: Iterable[Verdict]) -> dict[str, Any]:
    """The fields of `Counts` that verdicts fill."""
    judged = right = missed = 0
    for verdict in verdicts:
        judged += judges_application(verdict)
        right += judges_application(verdict) and verdict.correct
        missed += not judges_application(verdict) and not verdict.correct
    return {"judged": judged, "right": right, "missed": missed, "interval": wilson_interval(right, judged)}
