"""User turns: which messages of a conversation are the user's own words; not every `HumanMessage` is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.messages import ChatMessage, HumanMessage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from langchain_core.messages import BaseMessage

SOURCE = "lc_source"
"""Key of `additional_kwargs` under which LangChain names who else has put a `HumanMessage` into a conversation."""


def is_human(message: BaseMessage) -> bool:
    """Whether a model is told that a person said it, whoever did."""
    role = message.role.lower() if isinstance(message, ChatMessage) else ""
    return isinstance(message, HumanMessage) or role in ("user", "human")


def user_mask(messages: Sequence[BaseMessage]) -> list[bool]:
    """Mask of the messages that are the user's own words.

    Not a summary and nothing else that a part of the agent has put there under a name of its own (`lc_source`). And
    where the user has no name, not what stands under one: there agents report to each other that way.

    Args:
        messages: A conversation, oldest first.
    """
    return [*map(user_test(messages), messages)]


def user_test(messages: Iterable[BaseMessage]) -> Callable[[BaseMessage], bool]:
    """The test of `user_mask` for a message of a conversation, which is read no further than to its first user turn.

    Args:
        messages: A conversation, oldest first.
    """
    first = next((message for message in messages if _is_spoken(message)), None)
    named = first is None or bool(first.name)
    return lambda message: _is_spoken(message) and (named or not message.name)


def _is_spoken(message: BaseMessage) -> bool:
    return is_human(message) and not message.additional_kwargs.get(SOURCE)
