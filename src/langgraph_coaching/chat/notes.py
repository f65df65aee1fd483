"""Notes: what a person has to know of a run, and cannot see: each is said once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.chat.event import ChatEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.agent.registry import Registry
    from langgraph_coaching.chat.runner import Lookup
    from langgraph_coaching.chat.turn import Turn
    from langgraph_coaching.traces.model import Trace

NO_DOOR = (
    "no coaching was looked up in this run: the graph has no door for it. Give create_agent "
    "middleware=[coach.middleware()], wrap the node that calls the model, coach.node(call_model), or wrap the model "
    "itself, coach.model(model)"
)
NO_MODEL = "no coaching was looked up in this run, because no chat model was called in it"
NO_CHECKPOINTER = (
    "the graph stops and asks, and cannot go on: it has no checkpointer. Compile it with one, such as "
    "compile(checkpointer=InMemorySaver())"
)


class Notes:
    """Notes of one conversation.

    Args:
        registry: Of the coach with which it is held.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._said: set[str] = set()

    def of_lookup(self, lookup: Lookup) -> Iterator[ChatEvent]:
        """What is to be known of a lookup: that it is in another store, or has failed."""
        if lookup.registry.name != self._registry.name:
            own, other = self._registry.owner(), lookup.registry.owner()
            where = f"{other.uri}, namespace {other.namespace}" if other is not None else "another store"
            here = f", not in {own.uri}, namespace {own.namespace}" if own is not None else ""
            yield from self._say(
                f"the graph looks coaching up in {where}{here}: what is saved and judged here does not reach it; hold "
                "the conversation with the store that the graph uses"
            )
        if lookup.advice.failure is not None:
            yield from self._say(lookup.advice.failure)

    def of_run(self, turn: Turn, trace: Trace | None, *, waits: bool, saves: bool) -> Iterator[ChatEvent]:
        """What is to be known of a run that has ended.

        Args:
            turn: Its turn.
            trace: What was captured of it.
            waits: Whether the graph waits for an answer.
            saves: Whether it has a checkpointer to go on with.
        """
        if waits and not saves:
            yield from self._say(NO_CHECKPOINTER)
        if not turn.advice and turn.error is None and not waits and trace is not None:
            yield from self._say(NO_DOOR if trace.calls else NO_MODEL)

    def _say(self, text: str) -> Iterator[ChatEvent]:
        if text not in self._said:
            self._said.add(text)
            yield ChatEvent(kind="note", text=text)
