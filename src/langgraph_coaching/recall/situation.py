"""The situation: what of a conversation is matched, the latest turns, each by how much it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, convert_to_messages

from langgraph_coaching.coaching.validation import PROSE_LIMIT, quote_text
from langgraph_coaching.recall.normalization.negation import takes_back
from langgraph_coaching.recall.normalization.pasted import typed
from langgraph_coaching.recall.scoring.own_wish import own_wish
from langgraph_coaching.recall.scoring.probability import SituationVector
from langgraph_coaching.recall.user import by_user

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.recall.scoring.background import Background

WINDOW = 13
"""Turns looked back at, user's and agent's alike; 9 and 17 were a point or two worse on even STAR dialogues."""

TURN_LIMIT = 1_500
"""Characters of one turn that are read: more than the default embedder's 256 tokens hold."""

AGENT = 0.5
"""An agent's turn counts half of a user's: it names the topic, but is not what the person said."""

DEPENDENT = 0.5
"""What a user's turn counts that is understood with what went before, against one that stands alone."""

FADE = 0.1
"""How much a fully informative turn takes from those before it: more forgets the topic, less misses a change of it."""

TALK_FAR, TALK_NEAR = 0.3, 1.0
"""Scaled similarity to the nearest small talk at which a turn is fully, and not at all, informative."""

ENOUGH_WORDS = 12
"""Words from which length adds no information."""

_typed = lru_cache(maxsize=512)(typed)  # a growing conversation is read again at each call
_LEAST = 0.02
_WORD = re.compile(r"\w+")
_SPEAKER = re.compile(r"^(user|agent): ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Situation:
    """The latest turns of a conversation, each embedded alone, so that a growing one costs one new text a turn."""

    turns: tuple[tuple[str, bool], ...]
    """Pairs of a text and whether the user said it, the latest first."""

    @classmethod
    def read(cls, text: str) -> Situation:
        """Reads what `text` wrote; a turn with a line that looks like another's becomes two."""
        parts = _SPEAKER.split(text)
        turns = [(said.strip(), who == "user") for who, said in zip(parts[1::2], parts[2::2], strict=True)]
        return cls(tuple(turn for turn in reversed(turns) if turn[0]))

    @property
    def said(self) -> str:
        """What the user said, the latest first."""
        return " ".join(text for text, user in self.turns if user)

    @property
    def latest(self) -> str:
        """What the user said last."""
        return next((text for text, user in self.turns if user), "")

    @property
    def texts(self) -> list[str]:
        """What is embedded."""
        return [text for text, _ in self.turns]

    @property
    def text(self) -> str:
        """For people: the latest user turn, and what was said before it, oldest first."""
        return "\n".join(f"{'user' if user else 'agent'}: {text}" for text, user in reversed(self.turns))


def read_messages(messages: Any) -> list[BaseMessage]:
    """Reads what LangChain accepts as messages: one or a list of messages, mappings or texts of a user.

    Raises:
        ValueError: Something in it is no message.
    """
    if isinstance(messages, str):
        return [HumanMessage(messages)]
    try:
        return convert_to_messages([messages] if isinstance(messages, BaseMessage | dict) else messages)
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

    Tool calls and tool results move the step on but not the situation: inside a tool loop the user wants the same.
    What the agent says before it calls a tool is no turn either, until the user answers.

    Args:
        messages: The conversation so far, oldest first.

    Returns:
        The situation, or None where no user has said anything.
    """
    turns: list[tuple[str, bool]] = []
    answered = False
    for message, user in zip(reversed(messages), reversed(by_user(messages)), strict=True):
        answered = answered or user
        if len(turns) < WINDOW and answered and (user or isinstance(message, AIMessage)):
            text = text_of(message).strip()
            text = (_typed(text) if user else text)[:TURN_LIMIT]
            if text:
                turns.append((text, user))
    return Situation(tuple(turns)) if any(user for _, user in turns) else None


def place(situation: Situation, vectors: NDArray[np.float32], background: Background) -> SituationVector:
    """Where a situation is: the weighted mean of its turns.

    Args:
        situation: The turns.
        vectors: Of `situation.texts`, `float32[len(turns), dimension]`, unit length.
        background: Of the same embedder.
    """
    each = weights(situation, vectors, background)
    summed = each @ vectors
    length = max(float(np.linalg.norm(summed)), 1e-9)
    vector = (summed / length).astype(np.float32)
    crowding = background.crowded(vector)
    users = each * [user for _, user in situation.turns]
    latest = float(users[users.nonzero()[0][0]] / users.sum()) if users.any() else 0.0
    mixed = float(np.log(each.sum() / length))
    return SituationVector(vector, crowding, mixed, latest, unwanted=takes_back(situation.latest))


def weights(situation: Situation, vectors: NDArray[np.float32], background: Background) -> NDArray[np.float64]:
    """How much each turn weighs, `float64[len(turns)]`; the arguments are those of `place`."""
    near = np.sort(vectors @ background.small_talk.T, axis=1)[:, -3:].mean(axis=1)
    odd = np.clip((TALK_NEAR - background.scaled(near)) / (TALK_NEAR - TALK_FAR), _LEAST, 1.0)
    alone = own_wish(situation.turns, vectors, background)
    weights, kept = np.zeros(len(vectors)), 1.0
    for index, (text, user) in enumerate(situation.turns):
        words = min(max(len(_WORD.findall(text)), 1), ENOUGH_WORDS) / ENOUGH_WORDS
        informative = odd[index] * words * (DEPENDENT + (1.0 - DEPENDENT) * alone[index] if user else AGENT)
        weights[index] = informative * kept
        kept *= (1.0 - FADE * informative) * (1.0 - alone[index])
    return weights


def turns_of(situation: str) -> tuple[tuple[str, bool], ...]:
    """Reads the turns of a receipt's situation, the latest first: pairs of a text and whether the user said it."""
    turns = ((quote_text(text, PROSE_LIMIT), user) for text, user in Situation.read(situation).turns)
    return tuple(turn for turn in turns if turn[0])
