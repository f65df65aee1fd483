"""The outlook of a saved coaching: what is known of it, where it would fire, and the one thing to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langgraph_coaching.authoring.similar import Similar
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.receipt import Receipt

SILENT = 3
"""Near situations in which it stays silent that are shown."""

WIDE = 0.5
"""Share of the recorded situations from which on a coaching is rather for the system prompt."""

FEW = 20
"""Recorded situations below which a share says nothing."""

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
        lines += [f"  silent at {one.probability:.2f}: {_one_line(one.text)}" for one in self.silent]
        return "\n".join([*lines, f"next: {self.hint}"])


def hint_of(
    coaching: Coaching, *, source: Receipt | None, fires: bool | None, met: int, looked_at: int, near: int
) -> str:
    """The one thing to do next for a coaching.

    Args:
        coaching: A saved one.
        source: Its receipt in the conversation it was written from; None where there is none.
        fires: Whether it would be in the prompt there; None where there is no such conversation.
        met: Recorded situations in which it is likely enough.
        looked_at: Of how many.
        near: Undecided ones in which it stays silent.
    """
    name, command = repr(coaching.id), f"`langgraph-coaching similar {coaching.id}`"
    outdone = source is not None and source.outcome not in ("below_floor", "denied")
    told = any(example.applies for example in coaching.examples)
    hints = (
        (
            coaching.status != "active",
            f"it is {coaching.status} and stays silent everywhere; coach.restore({name}) makes it active",
        ),
        (
            fires is False and outdone,
            f"at its source another one goes first: {source.reason if source else ''}; edit it, or set a priority",
        ),
        (
            fires is False,
            (
                "it stays silent even at its source: say in general words what the user asked there, "
                f"coach.edit({name}, intent='…'), or add what others say, coach.edit({name}, add_examples=['…'])"
            ),
        ),
        (
            looked_at >= FEW and met > WIDE * looked_at,
            (
                "it would meet most of what is said: answer where it does not apply, "
                f"{command}, or put it into the system prompt"
            ),
        ),
        (near > 0, f"answer yes or no where it is undecided: {command}, or coach.similar({name})"),
        (not told, f"add an example or two of what people say: coach.edit({name}, add_examples=['…'])"),
    )
    nothing = 'nothing; try what others may say with `langgraph-coaching advise "…"`'
    return next((hint for applies, hint in hints if applies), nothing)


def _one_line(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= _QUOTED else said[: _QUOTED - 1] + "…"
