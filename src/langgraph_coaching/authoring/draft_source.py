"""A new draft: of a recorded step, or of the next revision of a saved coaching."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.authoring.draft import Draft
from langgraph_coaching.errors import NotCoachableError
from langgraph_coaching.traces.messages import messages_before

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.authoring.other_coachings import OtherCoachings
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.traces.model import Step, Trace


def draft_of(
    trace: Trace,
    step: Step,
    suggest: Callable[[Sequence[BaseMessage]], Sequence[str]],
    claims: OtherCoachings | None = None,
) -> Draft:
    """Begins a draft at a recorded step.

    Args:
        trace: The step's trace.
        step: What the agent did there.
        suggest: Words an intent for a conversation, best first.
        claims: Knows what other coachings claim.

    Raises:
        NotCoachableError: The agent's own reasoning did not make this step.
    """
    if (reason := step.not_coachable_because) is not None:
        coachable = [str(other.index) for other in trace.coachable_steps()]
        instead = (
            f"coachable steps of this trace: {', '.join(coachable[:20])}"
            if coachable
            else "this trace has no coachable step"
        )
        raise NotCoachableError(
            f"step {step.index} ({step.type}) cannot be coached: {reason}. {instead[0].upper()}{instead[1:]}"
        )
    conversation = messages_before(trace, step)
    suggestions = list(suggest(conversation))
    return Draft(
        intent=suggestions[0] if suggestions else "",
        suggestions=tuple(suggestions[1:]),
        step=step,
        conversation=tuple(conversation),
        claims=claims,
    )


def draft_over(coaching: Coaching, trace: Trace | None = None, claims: OtherCoachings | None = None) -> Draft:
    """Begins the next revision of a saved coaching as a draft; every change is written when the draft is saved.

    Args:
        coaching: Its latest revision.
        trace: Where it was written from, if that is still known.
        claims: Knows what other coachings claim.
    """
    index = coaching.source.step if coaching.source and trace else None
    step = trace.steps[index] if trace is not None and index is not None and index < len(trace.steps) else None
    return Draft(
        id=coaching.id,
        intent=coaching.intent,
        behavior=coaching.behavior,
        worded=True,
        step=step,
        conversation=tuple(messages_before(trace, step)) if trace is not None and step is not None else (),
        revises=coaching,
        claims=claims,
    )
