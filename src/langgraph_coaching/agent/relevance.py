"""Whether a model call is about a conversation or a helper's, by which messages of it stand in the prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.messages import HumanMessage, SystemMessage

from langgraph_coaching.recall.situation import text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage


def is_about(conversation: Sequence[BaseMessage], prompt: Sequence[BaseMessage], *, words: bool = False) -> bool:
    """Whether a prompt goes on with a conversation.

    It does with any message of the latest turn in it, whole or cut, wherever the rest has gone; or with earlier ones,
    where the latest words of the user are in a message that was written around them.

    Args:
        conversation: The conversation, oldest first.
        prompt: What a model is called with.
        words: Whether the user's words anywhere in the prompt are enough.
    """
    start = max(
        (index for index, message in enumerate(conversation) if isinstance(message, HumanMessage)), default=None
    )
    if start is None:
        return False
    prompted = [message for message in prompt if not isinstance(message, SystemMessage)]
    if any(_is_same(message, other) for message in conversation[start:] for other in prompted):
        return True
    latest = text_of(conversation[start]).strip()
    if not latest or not any(latest in text_of(message) for message in prompt):
        return False
    return words or any(_is_same(message, other) for message in conversation[:start] for other in prompted)


def _is_same(message: BaseMessage, other: BaseMessage) -> bool:
    if message is other:
        return True
    if message.type != other.type or isinstance(message, SystemMessage):
        return False
    return bool(message.id and message.id == other.id) or bool(message.content and message.content == other.content)
