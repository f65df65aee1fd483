"""Turns in which something was enforced: a prompt that leaves out what the tools have answered looks like a new one."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any

from langgraph.config import get_config

from langgraph_coaching.recall.user import user_mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage

MOST_TURNS = 1_024
"""Turns that are kept."""


class EnforcedTurns:
    """The step of a graph at which something was first enforced for the user's words, in each thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._first: OrderedDict[tuple[Any, ...], int] = OrderedDict()

    def is_later(self, prompt: Sequence[BaseMessage]) -> bool:
        """Whether something was enforced for the same words at an earlier step; not where the step is run again."""
        place = _place_of(prompt)
        return place is not None and place[1] > self._first.get(place[0], place[1])

    def note(self, prompt: Sequence[BaseMessage]) -> None:
        """Notes that something is enforced here, forgetting the oldest."""
        place = _place_of(prompt)
        if place is None:
            return
        with self._lock:
            self._first[place[0]] = place[1]
            self._first.move_to_end(place[0])
            while len(self._first) > MOST_TURNS:
                self._first.popitem(last=False)


ENFORCED_TURNS = EnforcedTurns()


def _place_of(prompt: Sequence[BaseMessage]) -> tuple[tuple[Any, ...], int] | None:
    """The words in their thread and graph, and the step; None outside of a graph."""
    try:
        config = get_config()
    except RuntimeError:
        return None
    step = (config.get("metadata") or {}).get("langgraph_step")
    said = [message for message, user in zip(prompt, user_mask(prompt), strict=True) if user]
    if not isinstance(step, int) or not said:
        return None
    configurable = config.get("configurable") or {}
    graph = str(configurable.get("checkpoint_ns") or "").rpartition("|")[0]
    words = said[-1].id or (len(said), str(said[-1].content))
    return (configurable.get("thread_id"), graph, words), step
