"""The outlook of a saved coaching: what is known of it, where it would fire, and the one thing to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from langgraph_coaching.coaching.one_line import cut_line

if TYPE_CHECKING:
    from langgraph_coaching.authoring.similar import Similar

SILENT = 3
"""Near situations in which it stays silent that are shown."""


_QUOTED = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is known of one coaching, and what to expect of it; prints as text."""

    coaching_id: str
    revision: int
    known: int
    """Texts that say where it applies: the intent, and every "also here"."""
    never: int
    """Texts that say where it never does."""
    floor: float
    """0..1: where nothing applies below."""
    source_probability: float | None
    """0..1, in the conversation it was written from; None where there is none, or it is not even considered there."""
    fires_at_source: bool | None
    """Whether it would be in the prompt there, beside all other coaching; None where there is none, or its trace is
    gone."""
    met: int
    """Recorded situations in which it is likely enough, whatever else applies there."""
    looked_at: int
    """Recorded situations that were looked at, the latest."""
    silent: tuple[Similar, ...]
    """The nearest of them in which it stays silent, unlike each other."""
    hint: str
    """The one thing to do next."""

    def __str__(self) -> str:
        also = f" and {self.never} of where it never applies" if self.never else ""
        lines = [f"known by {self.known} text{'s' if self.known > 1 else ''}{also}"]
        if self.fires_at_source is not None:
            fires = "fires" if self.fires_at_source else "stays silent"
            chance = self.source_probability
            at = f"at {chance:.2f}" if chance is not None else "behind others that are nearer"
            lines.append(f"{fires} at its source, {at} (the floor is {self.floor:.2f})")
        if self.looked_at:
            lines.append(f"would meet {self.met} of {self.looked_at} recorded situations")
        lines += [f"  silent at {one.probability:.2f}: {cut_line(one.text, _QUOTED)}" for one in self.silent]
        return "\n".join([*lines, f"next: {self.hint}"])
