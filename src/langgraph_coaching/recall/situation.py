"""The situation: what of a conversation is matched, the latest user turn in the light of the turns before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, convert_to_messages

if TYPE_CHECKING:
    from collections.abc import Sequence

TURN_LIMIT = 1_500
"""Characters of one turn that are read: more than the default embedder's 256 tokens hold."""

_SHORT = 4
"""A user turn of so few words ("yes please", "the second one") says little without the turns before it."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Situation:
    """Texts and how much each counts; the vector is the normalised weighted sum of theirs."""

    parts: tuple[tuple[str, float], ...]
    """Pairs of a text and its weight above 0, the latest user turn first."""

    @property
    def text(self) -> str:
        """For people: the texts, oldest first."""
        return "\n".join(text for text, _ in reversed(self.parts))


def read_messages(messages: Any) -> list[BaseMessage]:
    """Reads what LangChain accepts as messages: messages, `(role, text)`, mappings, or one text of a user.

    Raises:
        ValueError: Something in it is no message.
    """
    if isinstance(messages, str):
        return [HumanMessage(messages)]
    if isinstance(messages, BaseMessage):
        return [messages]
    try:
        return convert_to_messages(messages)
    except Exception as error:
        raise ValueError(f"these are no messages: {type(error).__name__}: {error}") from error


def text_of(message: BaseMessage) -> str:
    """The words of a message, without images, reasoning or other blocks."""
    content: Any = message.content
    if isinstance(content, str):
        return content
    texts = [
        block if isinstance(block, str) else block.get("text", "")
        for block in content or ()
        if isinstance(block, str | dict)
    ]
    return "\n".join(text for text in texts if isinstance(text, str) and text)


def situate(messages: Sequence[BaseMessage]) -> Situation | None:
    """The situation after the last of these messages.

    The latest user turn counts most. Earlier user turns count half as much each time one goes back, and the agent's
    last words before the turn count where the turn is too short to stand alone. Tool calls and tool results move the
    step on but not the situation: what the user wants has not changed inside a tool loop.

    Args:
        messages: The conversation so far, oldest first.

    Returns:
        The situation, or None where no user has said anything.
    """
    turns = [
        (index, text_of(m).strip()[:TURN_LIMIT]) for index, m in enumerate(messages) if isinstance(m, HumanMessage)
    ]
    turns = [(index, text) for index, text in turns if text]
    if not turns:
        return None
    index, latest = turns[-1]
    parts = [(latest, 1.0)]
    short = len(_WORD.findall(latest)) <= _SHORT
    if short:
        asked = next(
            (text for m in reversed(messages[:index]) if isinstance(m, AIMessage) and (text := text_of(m).strip())), ""
        )
        if asked:
            parts.append((asked[:TURN_LIMIT], 0.5))
    weight = 1.0 if short else 0.5
    for _, text in reversed(turns[-4:-1]):
        parts.append((text, weight))
        weight /= 2
    return Situation(tuple(parts))
