"""The hint of an outlook: the one thing to do next for a coaching."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.recall.receipt import SUPPOSED

if TYPE_CHECKING:
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.receipt import Receipt


WIDE = 0.5
"""Share of the recorded situations from which on a coaching is rather for the system prompt."""


FEW = 20
"""Recorded situations below which a share says nothing."""


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
    outdone = source is not None and source.outcome not in ("below_floor", "denied", *SUPPOSED)
    told = any(example.applies for example in coaching.examples)
    hints = (
        (
            coaching.status in ("draft", "shadow"),
            (
                f"it is {'a draft' if coaching.status == 'draft' else 'in shadow'} and in no prompt; coach.promote"
                f"({name}, to='active') brings it into the prompts, or first coach.promote({name}, to='canary', "
                "share=0.1) into those of a share of the threads"
            ),
        ),
        (
            coaching.status == "archived",
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
        (near > 0, f"answer yes or no where it is undecided: {command}"),
        (not told, f"add an example or two of what people say: coach.edit({name}, add_examples=['…'])"),
    )
    nothing = 'nothing; try what others may say with `langgraph-coaching advise "…"`'
    return next((hint for applies, hint in hints if applies), nothing)
