"""Options that say what a coaching would be, and the draft that they make of a step."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import InvalidCoachingError, NotFoundError

if TYPE_CHECKING:
    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.coach import Coach
    from langgraph_coaching.traces.model import Step

_FIELDS = {
    "reply": "text",
    "search_knowledge": "article",
    "action": "tool",
    "process": "name",
    "playbook": "name",
    "handoff": "target",
}


def behavior_from_options(given: dict[str, str], instruction: str) -> dict[str, Any]:
    """The behavior that options say.

    Args:
        given: What was given of the six, by type.
        instruction: How to do it.

    Raises:
        InvalidCoachingError: Not exactly one was given, or the instruction does not go with it.
    """
    if len(given) != 1:
        names = ", ".join("--" + name.replace("_", "-") for name in _FIELDS)
        raise InvalidCoachingError(f"choose exactly one of {names}; you gave {len(given) or 'none'}")
    ((kind, value),) = given.items()
    if kind == "reply" and instruction:
        raise InvalidCoachingError("--reply is its own instruction; leave --instruction out")
    return {"type": kind, _FIELDS[kind]: value} | ({"instruction": instruction} if instruction else {})


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

    draft = coach.draft(_step_named(coach, step)).having(**fields)
    draft = draft if behavior is None else replace(draft, behavior=behavior_of(behavior))
    return draft.when(intent) if intent else draft


def _step_named(coach: Coach, named: str) -> Step:
    trace_id, _, number = named.rpartition(":")
    if not trace_id:
        raise InvalidCoachingError(f"write --step TRACE:NUMBER, not {named!r}; `show TRACE` lists the steps")
    steps = coach.traces.get(trace_id).steps
    found = next((step for step in steps if str(step.index) == number), None)
    if found is None:
        there = f"the steps 0 to {len(steps) - 1}; write --step {trace_id}:NUMBER" if steps else "no steps"
        raise InvalidCoachingError(f"{trace_id} has {there}")
    return found


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
        given = {kind: value for kind, value in self.behaviors.items() if value is not None}
        if not _STEP.fullmatch(name) or _is_saved(coach, name):
            if given or self.intent or self.instruction or self.examples or self.never:
                raise InvalidCoachingError(f"{name} is saved already; --when, --reply and so on go with a TRACE:NUMBER")
            return name
        behavior = behavior_from_options(given, self.instruction) if given or needs_behavior else None
        fields = {"examples": list(self.examples), "never": list(self.never)}
        return draft_from_step(coach, self.intent, name, behavior, fields)


def _is_saved(coach: Coach, name: str) -> bool:
    try:
        coach.get(name)
    except NotFoundError:
        return False
    return True
