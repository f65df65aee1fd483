"""The report: how coachings are doing in a window of time, each and all, as a value that prints and exports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langgraph_coaching.recall.reasons import add_example, add_never
from langgraph_coaching.refining.counts import Counts
from langgraph_coaching.refining.trend import Trend

if TYPE_CHECKING:
    import os
    from datetime import datetime

    from langgraph_coaching.refining.comparison import Comparison
    from langgraph_coaching.refining.cost import TimeCost
    from langgraph_coaching.refining.window import Window

GOOD = 0.8
"""Precision below which a coaching needs a look."""

FEW = 3
"""Verdicts below which nothing is said about it."""

_UNKNOWN = Trend("too few to say")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures(Counts):
    """Counts, how they move, and what became of the runs."""

    applied_trend: Trend = _UNKNOWN
    """Of the share of model calls at which it was applied."""
    precision_trend: Trend = _UNKNOWN
    outcomes: tuple[Comparison, ...] = ()
    """Runs with it and without it: one comparison by their labels, one by a score, where there are such."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Standing(Figures):
    """One coaching in the report."""

    coaching_id: str
    intent: str
    status: str = "active"

    def __repr__(self) -> str:
        """One line: how often it was applied, how right, and whether it needs review."""
        said = f"{self.right} of {self.judged} right" if self.judged else "none judged"
        needs = ", needs review" if self.needs_review else ""
        return f"Standing({self.coaching_id}: {self.applied} of {self.considered} applied, {said}{needs})"

    @property
    def needs_review(self) -> bool:
        """Whether verdicts say that it fires wrongly or stays silent too often."""
        return self._fires_wrongly or self._stays_silent

    @property
    def _fires_wrongly(self) -> bool:
        return self.judged >= FEW and self.right / self.judged < GOOD

    @property
    def _stays_silent(self) -> bool:
        return self.missed >= max(FEW, self.right + 1)

    @property
    def review_reasons(self) -> tuple[str, ...]:
        """Why it needs review, in words."""
        wrong = f"{self.judged - self.right} of {self.judged} judged applications were wrong"
        silent = f"{self.missed} times it should have fired and did not; {self.right} times it was rightly applied"
        return tuple(said for said, so in ((wrong, self._fires_wrongly), (silent, self._stays_silent)) if so)

    @property
    def review_calls(self) -> tuple[str, ...]:
        """What to do about each reason: calls of a coach."""
        never, example = add_never(self.coaching_id), add_example(self.coaching_id)
        return tuple(call for call, so in ((never, self._fires_wrongly), (example, self._stays_silent)) if so)

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        needs = {"needs_review": self.needs_review, "review_reasons": [*self.review_reasons]}
        return {"coaching_id": self.coaching_id, "intent": self.intent, "status": self.status} | _json(self) | needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall(Figures):
    """All of the namespace together, deleted coachings among it."""

    calls: int = 0
    """Model calls at which coaching was asked for, and that left a receipt."""
    coached: int = 0
    """Of those, the ones with coaching in the prompt."""
    failed: int = 0
    """Of those, the ones at which nothing could be looked up."""
    paused: int = 0
    """Of those, the ones at which coaching was paused."""
    time: TimeCost | None = None
    """How long recall took."""
    cost: float | None = None
    """What the tokens cost at the price that was given, in its currency."""

    @property
    def tokens_per_call(self) -> float | None:
        """Estimated tokens that coaching added to a prompt it was in, on average."""
        return self.tokens / self.coached if self.tokens is not None and self.coached else None

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        own = {
            name: getattr(self, name) for name in ("calls", "coached", "failed", "paused", "tokens_per_call", "cost")
        }
        return own | {"time": None if self.time is None else self.time.to_json()} | _json(self)


class Report(list[Standing]):
    """How each coaching is doing, those that need review first: a list, with what there is to say of all of them.

    Args:
        standings: Of each coaching.
        overall: Of all.
        window: What it is about.
        at: When it was made.
        notes: What a reader has to know of it, in sentences.
    """

    def __init__(
        self, standings: list[Standing], *, overall: Overall, window: Window, at: datetime, notes: tuple[str, ...] = ()
    ) -> None:
        super().__init__(standings)
        self.overall = overall
        self.window = window
        self.at = at
        self.notes = notes

    @property
    def needs_review(self) -> list[Standing]:
        """Those that verdicts say something about."""
        return [one for one in self if one.needs_review]

    def __repr__(self) -> str:
        """One line: how many, how often applied, how right."""
        one = self.overall
        said = f"{one.right} of {one.judged} right" if one.judged else "none judged"
        about = f"{len(self)} coachings, {len(self.needs_review)} to review"
        return f"Report({about}; {one.applied} applied at {one.calls} calls, {said}; {self.window})"

    def __str__(self) -> str:
        """All of it as text."""
        from langgraph_coaching.refining.report_text import report_text

        return report_text(self)

    def _repr_html_(self) -> str:
        """For notebooks: the parts of the page, in a style of their own."""
        from langgraph_coaching.refining.report_page import report_fragment

        return report_fragment(self)

    def to_json(self) -> dict[str, Any]:
        """JSON values of all of it."""
        since, until = (None if at is None else at.isoformat() for at in (self.window.since, self.window.until))
        return {
            "at": self.at.isoformat(),
            "window": {"since": since, "until": until},
            "overall": self.overall.to_json(),
            "coachings": [one.to_json() for one in self],
            "notes": [*self.notes],
        }

    def to_html(self, path: str | os.PathLike[str] | None = None) -> str:
        """One page that needs nothing besides itself: no script, no network; light and dark, on a phone and in print.

        Args:
            path: Where to write it, if anywhere; what is there is replaced.

        Returns:
            The page.

        Raises:
            InvalidCoachingError: It could not be written there.
        """
        from langgraph_coaching.refining.report_page import report_page, write_page

        page = report_page(self)
        if path is not None:
            write_page(page, path)
        return page


def _json(found: Figures) -> dict[str, Any]:
    names = [name for name in Counts.__dataclass_fields__ if name != "periods"]
    periods = [
        {
            "since": one.since.isoformat(),
            "until": one.until.isoformat(),
            "calls": one.calls,
            "applied": one.applied,
            "judged": one.judged,
            "right": one.right,
        }
        for one in found.periods
    ]
    return {name: getattr(found, name) for name in names} | {
        "interval": [*found.interval],
        "precision": found.precision,
        "applied_trend": found.applied_trend.to_json(),
        "precision_trend": found.precision_trend.to_json(),
        "outcomes": [one.to_json() for one in found.outcomes],
        "periods": periods,
    }
