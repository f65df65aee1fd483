"""The ephemeral channel: coaching lives in the state for exactly the one step in which the model is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from langchain_core.runnables.config import var_child_runnable_config
from langgraph.channels import EphemeralValue
from langgraph.graph import MessagesState

from langgraph_coaching.agent.pending import Pending, expect
from langgraph_coaching.agent.place import place
from langgraph_coaching.agent.register import register_of
from langgraph_coaching.recall.advice import Advice, failed
from langgraph_coaching.recall.situation import read_messages

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

CHANNEL = "coaching"

_COACH = "coach"
"""Key in the channel's item of who has spoken."""

_MOMENT = "moment"
_KEPT = "kept"
"""Keys beside it: the moment in which, and whether its receipts are kept."""


class CoachingState(MessagesState):
    """`MessagesState` with the ephemeral `coaching` channel.

    A node that runs directly after `coach.node()` finds its advice there; one step later it is gone, so it never
    reaches the output, the final state or the next turn. It is in the checkpoint between the two nodes, so resume,
    replay and fork see the same coaching. `update_state` between the two is a step as well: with `as_node="__start__"`
    the coach node speaks again, otherwise the channel is empty. In a state of your own, declare the channel as
    `coaching: Annotated[list, EphemeralValue(list, False)]`.
    """

    coaching: Annotated[list[dict[str, Any]], EphemeralValue(list, False)]  # two writers in one superstep may not raise


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
    channel = read_field(state, CHANNEL)
    advice = advice_of(channel)
    if not advice.considered:
        return messages
    read = read_messages(messages)
    _expect(channel, advice, read)
    return place(read, advice.prompt) if advice.prompt else messages


def read_field(state: Any, name: str) -> Any:
    """A field of a state that is a mapping, a dataclass or a pydantic model; None where it has none."""
    return state.get(name) if isinstance(state, dict) else getattr(state, name, None)


def carried(pending: Pending) -> dict[str, Any]:
    """What the channel carries of it to the node that calls the model, perhaps in another process."""
    return pending.advice.to_json() | {
        _COACH: pending.register.id,
        _MOMENT: pending.key,
        _KEPT: pending.kept,
    }


def _expect(channel: Any, advice: Advice, read: list[BaseMessage]) -> None:
    if var_child_runnable_config.get() is None:  # nobody would say where it ends
        return
    item = channel[-1] if isinstance(channel, list) and isinstance(channel[-1], dict) else {}
    register, key = register_of(str(item.get(_COACH))), str(item.get(_MOMENT) or "")
    expect(Pending(advice, register, said=read, key=key, told=True, kept=bool(item.get(_KEPT, True))))


def advice_of(channel: Any) -> Advice:
    """The advice in the channel, which holds one item or none; never raises."""
    if not channel:
        return Advice()
    try:
        return Advice.from_json(channel[-1])
    except Exception as error:  # noqa: BLE001 - coaching never breaks an agent
        return failed(f"the coaching in the state cannot be read: {type(error).__name__}: {error}")
