"""The state: an ephemeral channel that holds coaching for the one step in which the model is called."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any

from langchain_core.runnables.config import var_child_runnable_config
from langgraph.channels import EphemeralValue
from langgraph.graph import MessagesState

from langgraph_coaching.agent.channel import ChannelAdvice, read_item
from langgraph_coaching.agent.pending import PendingAdvice, expect_calls
from langgraph_coaching.agent.registry import registry_of
from langgraph_coaching.agent.system_message import insert_block
from langgraph_coaching.recall.advice import failed
from langgraph_coaching.recall.situation import read_messages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage

CHANNEL = "coaching"


class CoachingChannel(EphemeralValue[list[Any]]):
    """An ephemeral channel that joins the items of all coaches that write it in one superstep."""

    def update(self, values: Sequence[Any]) -> bool:
        """Joins lists; of anything else it takes one, as its base does."""
        lists = all(isinstance(value, list) for value in values)
        return super().update([list(chain.from_iterable(values))] if values and lists else values)


class CoachingState(MessagesState):
    """`MessagesState` with the ephemeral `coaching` channel.

    A node that runs directly after `coach.node()` finds its advice there; one step later it is gone, so it never
    reaches the output, the final state or the next turn. It holds ids, no texts: `coached` looks those up. It is in
    the checkpoint between the two nodes, so resume, replay and fork see the same coaching. `update_state` between the
    two is a step as well: with `as_node="__start__"` the coach node speaks again, otherwise the channel is empty. In a
    state of your own, declare the channel as `coaching: Annotated[list, EphemeralValue(list, False)]`.
    """

    coaching: Annotated[
        list[dict[str, Any]], CoachingChannel(list, False)
    ]  # two writers in one superstep may not raise


def coached(state: Any, messages_key: str = "messages") -> list[BaseMessage]:
    """The prompt of one model call: the state's messages, with the coaching in the system message.

    Args:
        state: A graph state (mapping or object) with `messages` and, after `coach.node()`, `coaching`. With a system
            message of your own in front of its messages, the coaching goes into that one.
        messages_key: Where the messages are.

    Returns:
        New messages for `model.invoke`; without coaching, the messages as they are. Keep them out of the state.
    """
    messages = read_field(state, messages_key) or []
    given = read_channel(read_field(state, CHANNEL))
    if not any(one.advice.considered for one in given):
        return messages
    read = read_messages(messages)
    _expect_calls(given, read)
    blocks = [one.advice.prompt for one in given if one.advice.prompt]
    return insert_block(read, "\n\n".join(blocks)) if blocks else messages


def read_field(state: Any, name: str) -> Any:
    """A field of a state that is a mapping, a dataclass or a pydantic model; None where it has none."""
    return state.get(name) if isinstance(state, dict) else getattr(state, name, None)


def merge_item(state: Any, item: dict[str, Any] | None, coach: str) -> list[Any]:
    """The channel's next value: one coach's item, and those that other coaches have written just before.

    Args:
        state: That the coach was given.
        item: None where it has nothing to say.
        coach: Name of its registry.
    """
    channel = read_field(state, CHANNEL)
    items = [one for one in channel if isinstance(one, dict)] if isinstance(channel, list) else []
    others = [one for one in items if one.get("coach") not in (None, coach)]
    return [*others, item] if item else others


def _expect_calls(given: list[ChannelAdvice], read: list[BaseMessage]) -> None:
    if var_child_runnable_config.get() is None:  # nobody would say where it ends
        return
    for one in given:
        if one.advice.considered:
            expect_calls(
                PendingAdvice(
                    one.advice,
                    one.registry,
                    conversation=read,
                    key=one.key,
                    keep_receipts=one.keep_receipts,
                    stored=True,
                )
            )


def read_channel(channel: Any) -> list[ChannelAdvice]:
    """The advice in the channel, which holds an item of each coach that has spoken; never raises."""
    if not channel:
        return []
    try:
        return [read_item(item) for item in channel]
    except Exception as error:  # noqa: BLE001 - coaching never breaks an agent
        reason = f"the coaching in the state cannot be read: {type(error).__name__}: {error}"
        return [ChannelAdvice(failed(reason), registry_of(""))]
