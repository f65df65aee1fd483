"""Options that say what a coaching would be, and the draft that they make of a step."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from langgraph_coaching.cli.behavior_options import read_behavior
from langgraph_coaching.cli.ids import coaching_id, find_step
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError

if TYPE_CHECKING:
    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.coach import Coach


def draft_from_step(
    coach: Coach, intent: str | None, step: str, behavior: dict[str, Any] | None, fields: dict[str, Any]
) -> Draft:
    """The draft of a step.

    Args:
        coach: Of the store.
        intent: When it applies; None to have it worded.
        step: `TRACE:NUMBER`.
        behavior: What to do; None where that is not chosen yet.
        fields: Further fields of the coaching.

    Raises:
        InvalidCoachingError: There is no such step, or a field is not acceptable.
        NotFoundError: There is no such trace.
        NotCoachableError: The step cannot be coached.
    """
    from langgraph_coaching.coaching.behavior import behavior_of

    draft = coach.draft(find_step(coach, step)).having(**fields)
    draft = draft if behavior is None else replace(draft, behavior=behavior_of(behavior))
    return draft.when(intent) if intent else draft


_STEP = re.compile(r".+:\d+")


@dataclass(frozen=True)
class DraftOptions:
    """What was said of a coaching that is not saved."""

    intent: str | None = None
    behaviors: dict[str, str | None] = field(default_factory=dict)
    """What was given of the six, by type."""
    instruction: str = ""
    examples: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    enforce: bool | str = False

    def draft_named(self, coach: Coach, name: str, *, needs_behavior: bool) -> Draft | str:
        """The id of what is saved as it is, or the draft of a step.

        Args:
            coach: Of the store.
            name: An id, or `TRACE:NUMBER`.
            needs_behavior: Whether a step alone is not enough.

        Raises:
            InvalidCoachingError: The options do not go with it.
            NotFoundError: There is no such coaching or trace.
        """
        given = any(value is not None for value in self.behaviors.values())
        if not _STEP.fullmatch(name) or _is_saved(coach, name):
            if given or self.intent or self.instruction or self.examples or self.never or self.enforce:
                raise InvalidCoachingError(
                    f"{name} is saved already; --intent, --reply and so on go with a TRACE:NUMBER"
                )
            return coaching_id(coach, name)
        behavior = read_behavior(self.behaviors, self.instruction, self.enforce) if given or needs_behavior else None
        fields = {"examples": list(self.examples), "never": list(self.never)}
        return draft_from_step(coach, self.intent, name, behavior, fields)


def _is_saved(coach: Coach, name: str) -> bool:
    try:
        coach.get(name)
    except NotFoundError:
        return False
    return True
