"""What was met: the situations of a recorded run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.messages import HumanMessage

from langgraph_coaching.recall.situation import situate
from langgraph_coaching.traces.conversation import messages_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.recall.situation import Situation
    from langgraph_coaching.traces.model import Trace


def situations_in(trace: Trace) -> Iterator[Situation]:
    """The situation after each turn of the user, in order.

    Args:
        trace: Any trace, captured or imported.
    """
    messages = messages_of(trace.steps)
    for index, message in enumerate(messages, 1):
        if isinstance(message, HumanMessage) and (situation := situate(messages[:index])) is not None:
            yield situation
