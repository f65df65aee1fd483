"""The turn of a model call: whether it begins with this call, and which tools were called in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage, ToolMessage

from langgraph_coaching.coaching.enforcement import receiver_of
from langgraph_coaching.recall.user import user_mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage

NO_WORDS = "the user's words are not in the conversation"
BEGUN = "the turn has begun, and only where it begins coaching is enforced"


def tools_called(conversation: Sequence[BaseMessage]) -> tuple[str, ...]:
    """Names of the tools that were called since the user's latest words, and of those that have answered."""
    since = _since_user(conversation)
    calls = [str(call["name"]) for message in since if isinstance(message, AIMessage) for call in message.tool_calls]
    answers = [message.name for message in since if isinstance(message, ToolMessage) and message.name]
    return tuple(dict.fromkeys((*calls, *answers)))


def begun_reason(conversation: Sequence[BaseMessage]) -> str:
    """Why a call with this conversation is not where the turn begins; "" where it is.

    An agent to whom the turn was handed over begins it anew: calls that only hand over, and their answers, count for
    nothing.
    """
    if not any(user_mask(conversation)):
        return NO_WORDS
    handed: set[str] = set()
    for message in _since_user(conversation):
        if isinstance(message, AIMessage):
            if not message.tool_calls or not all(receiver_of(call["name"]) for call in message.tool_calls):
                return BEGUN
            handed |= {str(call["id"]) for call in message.tool_calls}
        elif isinstance(message, ToolMessage) and message.tool_call_id not in handed:
            return BEGUN
    return ""


def _since_user(conversation: Sequence[BaseMessage]) -> Sequence[BaseMessage]:
    mask = user_mask(conversation)
    latest = max((index for index, said in enumerate(mask) if said), default=-1)
    return conversation[latest + 1 :]
