"""Examples of the source step: its situation, where the coaching applies, and the turns before, where it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.coaching.model import Example
from langgraph_coaching.coaching.validation import PROSE_LIMIT, quote_text
from langgraph_coaching.recall.situation import situate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage


def source_examples(conversation: Sequence[BaseMessage], trace_id: str) -> tuple[Example, ...]:
    """The examples that a step gives.

    Where the user's last turn says by itself what they want, it is that turn. Where it does not ("yes, please
    proceed"), it is the whole situation as recall sees it, and the turns before become "never here": the correction was
    about the later turn, not about the topic.

    Args:
        conversation: What the agent had in front of it, oldest first.
        trace_id: Of the step, to refer to.

    Returns:
        The one where it applies first; () where no user has said anything.
    """
    situation = situate(conversation)
    turns = tuple((quote_text(text, PROSE_LIMIT), user) for text, user in situation.turns) if situation else ()
    users = [index for index, (text, user) in enumerate(turns) if user and text]
    if not users:
        return ()
    latest, *earlier = users
    from langgraph_coaching.authoring.intents.turn import stands_alone

    if not earlier or stands_alone(turns[latest][0]):
        return (_example(turns[latest : latest + 1], trace_id, applies=True),)
    return (
        _example(turns, trace_id, applies=True),
        *(_example(turns[index:], trace_id, applies=False) for index in earlier),
    )


def _example(turns: tuple[tuple[str, bool], ...], trace_id: str, *, applies: bool) -> Example:
    said = tuple((text, user) for text, user in turns if text)
    return Example(
        text=next(text for text, user in said if user),
        turns=said if len(said) > 1 else (),
        applies=applies,
        origin="source",
        reference=trace_id,
    )
