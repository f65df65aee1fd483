"""A replay: the model calls of a trace again, each beside what was recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from langgraph_coaching.replay.call import Side
from langgraph_coaching.replay.diff import Diff

if TYPE_CHECKING:
    from collections.abc import Callable

    from langgraph_coaching.replay.call import ReplayedCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Ablation:
    """What one coaching does in a run: how it goes without it."""

    coaching_id: str
    intent: str
    calls: int
    """Model calls that see another prompt without it."""
    answers: int | None
    """Answers that differ without it; None where no model was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A trace run again."""

    trace_id: str
    steps: tuple[ReplayedCall, ...]
    """One for each model call, in order."""
    asked: bool = False
    """Whether a model or a graph has answered what is not recorded."""
    again: Callable[[str], Replay] = field(repr=False, compare=False)
    """The same replay without one more coaching."""

    def diff(self) -> Diff:
        """What is other than recorded, call by call."""
        return Diff(self)

    def ablate(self) -> list[Ablation]:
        """The coachings applied in this replay, ranked by what changes without each: answers first, then prompts."""
        intents = {
            one.coaching_id: one.intent
            for step in self.steps
            for one in step.replayed.considered
            if one.applied and one.coaching_id
        }
        found = [self._ablated(name, intent) for name, intent in sorted(intents.items())]
        return sorted(found, key=lambda one: (-(one.answers or 0), -one.calls, one.coaching_id))

    def _ablated(self, name: str, intent: str) -> Ablation:
        pairs = list(zip_longest(_sides(self), _sides(self.again(name)), fillvalue=Side()))
        changed = [(here, there) for here, there in pairs if here.block != there.block]
        other = sum(here.behavior != there.behavior for here, there in pairs)
        return Ablation(
            coaching_id=name, intent=intent, calls=len(changed), answers=other if self.asked or not changed else None
        )

    def to_json(self) -> dict[str, Any]:
        """JSON values, the same for the same replay."""
        return self.diff().to_json()


def _sides(replay: Replay) -> list[Side]:
    return [step.replayed for step in replay.steps]
