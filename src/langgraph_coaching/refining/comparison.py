"""The comparison: how threads with a coaching ended, and how threads without it did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from langgraph_coaching.refining.difference import difference_of_means, difference_of_shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langgraph_coaching.refining.difference import Difference

FEWEST = 10
"""Threads on each side below which no difference is said."""

Design: TypeAlias = Literal["held back", "shadow", "not applied"]
"""Which threads are the ones without: see `WITHOUT`."""

WITHOUT: dict[Design, str] = {
    "held back": "threads of the canary that are held back, by chance",
    "shadow": "threads in which it was only watched and would have applied, at another time",
    "not applied": "threads in which it was considered and did not apply",
}

CAUTIONS: dict[Design, str] = {
    "held back": (
        "a fair comparison: chance decided which threads are coached, and both sides are of the time of the canary"
    ),
    "shadow": (
        "not a fair comparison: the situations are alike, and the times are not, so that whatever else changed counts"
    ),
    "not applied": (
        "not a fair comparison: coached situations differ from the others, mostly they are the harder ones, and the "
        "difference may come from that alone; a canary compares fairly"
    ),
}
"""What a reader has to know of each design."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Threads with and without a coaching; a thread counts once, as the last of its runs that was evaluated says."""

    measure: str
    """`label`, or the name of a score."""
    design: Design
    count: int
    """Threads with it."""
    value: float | None
    """Of these, the share that ended well, or the mean score; None without threads."""
    other_count: int
    """Threads without it."""
    other_value: float | None
    difference: Difference | None
    """With it less without it, with the 95 % interval; None where that cannot be said."""
    mixed: int = 0
    """Threads left out, since they were on both sides."""

    @property
    def share(self) -> bool:
        """Whether the values are shares, 0..1, of threads that ended well."""
        return self.measure == "label"

    @property
    def fair(self) -> bool:
        """Whether chance decided who is on which side."""
        return self.design == "held back"

    @property
    def caution(self) -> str:
        """What a reader has to know of it."""
        return CAUTIONS[self.design]

    @property
    def finding(self) -> str:
        """What it says, in words."""
        if self.difference is None:
            few = min(self.count, self.other_count) < FEWEST
            return f"too few to say (under {FEWEST} threads on a side)" if few else "no score varies: nothing to say"
        if not self.difference.certain:
            return "no difference seen"
        return "higher with it" if self.difference.value > 0 else "lower with it"

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        found = self.difference
        return {
            "measure": self.measure,
            "unit": "thread",
            "design": self.design,
            "fair": self.fair,
            "with": {"threads": self.count, "value": self.value},
            "without": {"threads": self.other_count, "value": self.other_value},
            "difference": None if found is None else found.value,
            "interval": None if found is None else [found.low, found.high],
            "left_out": self.mixed,
            "finding": self.finding,
            "caution": self.caution,
        }


def compare(
    measure: str, design: Design, values: Sequence[float], others: Sequence[float], mixed: int = 0
) -> Comparison:
    """Compares threads with and without a coaching.

    Shares, and scores that are only 0 and 1, by Newcombe's interval; other scores by Welch's.

    Args:
        measure: `label`, or the name of a score.
        design: Which threads are the ones without.
        values: Of the threads with it; of labels 1 for those that ended well, and 0.
        others: Of the threads without it.
        mixed: Threads that were on both sides.
    """
    return Comparison(
        measure=measure,
        design=design,
        count=len(values),
        value=_mean(values),
        other_count=len(others),
        other_value=_mean(others),
        difference=None if min(len(values), len(others)) < FEWEST else _difference(values, others),
        mixed=mixed,
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _difference(values: Sequence[float], others: Sequence[float]) -> Difference | None:
    if {*values, *others} <= {0.0, 1.0}:
        return difference_of_shares(round(sum(values)), len(values), round(sum(others)), len(others))
    return difference_of_means(values, others)
