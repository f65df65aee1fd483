"""The figures of one coaching, or of all: receipts, verdicts, tokens and comparisons put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.refining.cost import FENCE_TOKENS
from langgraph_coaching.refining.counts import PeriodFigures, count_outcomes, count_verdicts, judges_application
from langgraph_coaching.refining.trend import trend_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.refining.comparison import Comparison
    from langgraph_coaching.refining.receipt_counts import Count, PeriodCounts
    from langgraph_coaching.refining.verdict import Verdict

SAME_SHARE = 0.1
"""How far the share of calls at which a coaching is applied may move and still be called steady."""

SAME_PRECISION = 0.2
"""How far precision may: a tenth would take four hundred verdicts to tell."""


def figures_of(
    coaching: Coaching | None,
    counted: Sequence[PeriodCounts],
    verdicts: Sequence[tuple[datetime, Verdict]],
    tokens: Mapping[tuple[str, int], int],
    outcomes: tuple[Comparison, ...],
) -> dict[str, Any]:
    """The fields of `Figures`.

    Args:
        coaching: Which one; None for all.
        counted: The receipts of the window, by its periods.
        verdicts: Its verdicts, with the time of their receipts.
        tokens: What each applied revision takes in a prompt; one that is erased is not among them.
        outcomes: Its comparisons.
    """
    own = [_counts(one, coaching) for one in counted]
    every = [count for counts in own for count in counts]
    periods = tuple(_period(one, counts, verdicts) for one, counts in zip(counted, own, strict=True))
    # What was not there yet could not be applied: that it came is no trend.
    there = (
        place for place, one in enumerate(periods) if coaching is None or own[place] or one.until > coaching.created_at
    )
    told = periods[next(there, len(periods)) :]
    shares = [one.coached for one in counted] if coaching is None else [one.applied for one in told]
    fences = FENCE_TOKENS * sum(one.coached for one in counted) if coaching is None else 0
    taken = _tokens(every, tokens)
    return {
        **count_outcomes(every),
        **count_verdicts([verdict for _, verdict in verdicts]),
        "tokens": None if taken is None else taken + fences,
        "periods": periods,
        "applied_trend": trend_of(
            [(min(share, one.calls), one.calls) for share, one in zip(shares, told, strict=True)], SAME_SHARE
        ),
        "precision_trend": trend_of([(one.right, one.judged) for one in told], SAME_PRECISION),
        "outcomes": outcomes,
    }


def _counts(one: PeriodCounts, coaching: Coaching | None) -> Sequence[Count]:
    if coaching is not None:
        return one.counts.get(coaching.id, ())
    return [count for name, counts in one.counts.items() if name is not None for count in counts]


def _period(one: PeriodCounts, counts: Sequence[Count], verdicts: Sequence[tuple[datetime, Verdict]]) -> PeriodFigures:
    said = [verdict for at, verdict in verdicts if judges_application(verdict) and one.period.holds(at)]
    since, until = one.period.since, one.period.until
    assert since is not None and until is not None  # noqa: S101, PT018 - a period has both
    return PeriodFigures(
        since=since,
        until=until,
        calls=one.calls,
        applied=sum(count.number for count in counts if count.outcome == "applied"),
        judged=len(said),
        right=sum(verdict.correct for verdict in said),
    )


def _tokens(counts: Sequence[Count], tokens: Mapping[tuple[str, int], int]) -> int | None:
    total = 0
    for count in counts:
        if count.outcome == "applied" and count.coaching_id is not None and count.revision is not None:
            taken = tokens.get((count.coaching_id, count.revision))
            if taken is None:
                return None
            total += taken * count.number
    return total
