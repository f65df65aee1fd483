"""Impact: the recorded steps a coaching would have fired on as if it were saved, against what applies there today."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from langgraph_coaching.authoring.impact_text import count_text, one_line
from langgraph_coaching.coaching.notebook import printed_html
from langgraph_coaching.traces.jsonable import to_jsonable

if TYPE_CHECKING:
    from langgraph_coaching.authoring.impact_rows import Displacement, ImpactStep, SilentText

SHOWN = 5
"""Steps, displaced coachings and silent texts that are printed of each kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Where a coaching would have fired, what is new in that, and what it would displace; prints as text."""

    coaching_id: str
    intent: str
    traces: int
    """Recorded runs that were read."""
    recorded_steps: int
    """Steps in them, of every kind."""
    looked_at: int
    """Recorded model calls that were looked at: those at which coaching is looked up."""
    not_looked_at: int
    """Recorded model calls whose situation there was no time to embed."""
    out_of_scope: int
    """Of those looked at, how many were made outside its scope, or do not say where they were made."""
    fires: int
    """At how many of those looked at it would be in the prompt."""
    new: int
    """At how many of these it does not apply today."""
    new_where_nothing_applies: int
    """At how many of the new ones nothing applies today."""
    lost: int
    """At how many calls it applies today, and no longer would."""
    steps: tuple[ImpactStep, ...]
    """Where it would be in the prompt: the new ones first, those of the latest traces first; at most 1,000."""
    displaced: tuple[Displacement, ...]
    """What would apply less often, the most displaced first."""
    silent: tuple[SilentText, ...]
    """Where it would stay silent though its source or an example says yes."""

    @property
    def share(self) -> float:
        """0..1: of all calls that were looked at, those at which it would be in the prompt."""
        return self.fires / self.looked_at if self.looked_at else 0.0

    def to_json(self) -> dict[str, Any]:
        """JSON values of all of it, and the share."""
        return {"share": round(self.share, 6), **to_jsonable(asdict(self))}

    def __str__(self) -> str:
        lines = [f"{self.coaching_id}: {self.intent}", self._counts(), *self._what_is_new()]
        if self.displaced:
            lines.append("would displace:")
        for gone in self.displaced[:SHOWN]:
            lines.append(f"  {gone.coaching_id} in {count_text(gone.steps, 'step')}: {one_line(gone.intent)}")
            lines.append(f"    {gone.reason}")
        if self.silent:
            lines.append("would stay silent though it should fire:")
        lines += [f"  {_at(one)}: {one_line(one.text)} ({one.origin})\n    {one.reason}" for one in self.silent[:SHOWN]]
        for title, new in (("new:", True), ("as today:", False)):
            some = [one for one in self.steps if one.new is new][:SHOWN]
            lines += [title, *map(_step_line, some)] if some else []
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return printed_html(str(self))

    def _counts(self) -> str:
        if not self.looked_at and not self.not_looked_at:
            return "nothing is recorded yet; import runs, or capture them with coach.callback()"
        runs = f"{count_text(self.looked_at, 'model call')} in {count_text(self.traces, 'recorded run')}"
        late = f"; no time to look at {self.not_looked_at:,} more, ask again" if self.not_looked_at else ""
        return f"would fire at {self.fires:,} of {runs} ({self.share:.1%}){late}"

    def _what_is_new(self) -> list[str]:
        other = self.new - self.new_where_nothing_applies
        parts = [f"{self.new:,} new: {self.new_where_nothing_applies:,} where nothing applies today, {other:,} where"]
        said = [f"{parts[0]} other coaching does"] if self.new else []
        if self.out_of_scope:
            said.append(
                f"{count_text(self.out_of_scope, 'model call')} outside its scope, or recorded without agent and tags"
            )
        return said + ([f"would no longer fire at {self.lost:,} where it does today"] if self.lost else [])


def _step_line(one: ImpactStep) -> str:
    place = f"{one.trace_id}:{one.step}" if one.trace_id else one.receipt_id
    beside = f" (displaces {', '.join(one.displaces)})" if one.displaces else ""
    return f"  {place}  {one.probability:.2f}  {one_line(one.words)}{beside}"


def _at(one: SilentText) -> str:
    return "not considered" if one.probability is None else f"{one.probability:.2f}"
