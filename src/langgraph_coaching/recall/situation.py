"""Situation: the latest turns of a conversation up to its last user turn, which is what is matched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, convert_to_messages

from langgraph_coaching.coaching.validation import PROSE_LIMIT, quote_text
from langgraph_coaching.errors import InvalidCoachingError, say_error
from langgraph_coaching.recall.normalization.pasted_text import drop_pasted
from langgraph_coaching.recall.scoring.weights import WINDOW
from langgraph_coaching.recall.user import user_test
from langgraph_coaching.surrogates import replace_surrogates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

TURN_LIMIT = 1_500
"""Characters of one turn that are read: more than the default embedder's 256 tokens hold."""

_typed = lru_cache(maxsize=512)(drop_pasted)  # a growing conversation is read again at each call
_SPEAKER = re.compile(r"^(user|agent): ", re.MULTILINE)


class Conversation(Protocol):
    """Messages that can be read from either end."""

    def __iter__(self) -> Iterator[BaseMessage]: ...

    def __reversed__(self) -> Iterator[BaseMessage]: ...


@dataclass(frozen=True, slots=True)
class Situation:
    """The latest turns of a conversation, each embedded alone, so that a growing one costs one new text a turn."""

    turns: tuple[tuple[str, bool], ...]
    """Pairs of a text and whether the user said it, the latest first."""

    @classmethod
    def from_text(cls, text: str) -> Situation:
        """Reads what `text` wrote."""
        parts = _SPEAKER.split(text)
        turns = [(said.strip(), who == "user") for who, said in zip(parts[1::2], parts[2::2], strict=True)]
        return cls(tuple(turn for turn in reversed(turns) if turn[0]))

    @property
    def user_text(self) -> str:
        """What the user said, the latest first."""
        return " ".join(text for text, user in self.turns if user)

    @property
    def latest_user_text(self) -> str:
        """What the user said last."""
        return next((text for text, user in self.turns if user), "")

    @property
    def texts(self) -> list[str]:
        """What is embedded."""
        return [text for text, _ in self.turns]

    @property
    def text(self) -> str:
        """For people: the latest user turn, and what was said before it, oldest first.

        A line in a turn that begins like a turn is set in, so that nobody says it in somebody else's name.
        """
        said = ((_SPEAKER.sub(r" \g<0>", text), user) for text, user in reversed(self.turns))
        return "\n".join(f"{'user' if user else 'agent'}: {text}" for text, user in said)


def read_messages(messages: Any) -> list[BaseMessage]:
    """Reads what LangChain accepts as messages: one or a list of messages, mappings or texts of a user.

    Raises:
        InvalidCoachingError: Something in it is no message.
    """
    if isinstance(messages, str):
        return [HumanMessage(messages)]
    try:
        return convert_to_messages([messages] if isinstance(messages, BaseMessage | dict) else messages)
    except Exception as error:
        kind = type(messages).__name__
        said = f"{type(error).__name__}: {say_error(error)}" if isinstance(messages, list | tuple | dict) else kind
        raise InvalidCoachingError(
            f"these are no messages: {said}; give a list of LangChain's messages, or one text of a user"
        ) from error


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


def situate(messages: Conversation) -> Situation | None:
    """The situation after the last of these messages.

    Tool calls and tool results move the step on but not the situation: inside a tool loop the user wants the same.
    What the agent says before it calls a tool is no turn either, until the user answers.

    Args:
        messages: The conversation so far, oldest first; no more of it is read, from either end, than is needed.

    Returns:
        The situation, or None where no user has said anything.
    """
    is_user = user_test(messages)
    return _situate((message, is_user(message)) for message in reversed(messages))


def situate_at(end: int, messages: Sequence[BaseMessage], users: Sequence[bool]) -> Situation | None:
    """The situation after the message before `end`, of a conversation whose user turns are known.

    Args:
        end: How many of the messages there are by then.
        messages: The whole conversation, oldest first.
        users: Its mask of user turns, which is that of each of its beginnings too.
    """
    return _situate((messages[index], users[index]) for index in range(end - 1, -1, -1))


def _situate(latest_first: Iterable[tuple[BaseMessage, bool]]) -> Situation | None:
    turns: list[tuple[str, bool]] = []
    answered = False
    for message, user in latest_first:
        answered = answered or user
        if len(turns) >= WINDOW:
            break
        if answered and (user or isinstance(message, AIMessage)):
            text = replace_surrogates(text_of(message)).strip()
            text = (_typed(text) if user else text)[:TURN_LIMIT]
            if text:
                turns.append((text, user))
    return Situation(tuple(turns)) if any(user for _, user in turns) else None


def turns_of(situation: str) -> tuple[tuple[str, bool], ...]:
    """Reads the turns of a receipt's situation, the latest first: pairs of a text and whether the user said it."""
    turns = ((quote_text(text, PROSE_LIMIT), user) for text, user in Situation.from_text(situation).turns)
    return tuple(turn for turn in turns if turn[0])
