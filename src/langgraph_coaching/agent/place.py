"""Where the prompt block goes: into the system message, so that system messages stay first and there is one block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage, SystemMessage

from langgraph_coaching.recall.prompt import without_block

if TYPE_CHECKING:
    from collections.abc import Sequence

OURS = "langgraph-coaching"
"""Id of a system message that holds nothing but the block."""


def place(messages: Sequence[Any], block: str) -> list[Any]:
    """The messages with this block and no other: in the last of the system messages in front, or in a new one.

    Args:
        messages: A prompt, in any of the forms that LangChain reads, which every message keeps; it is not changed.
        block: The prompt block.
    """
    bare = displaced(messages)
    front = 0
    while front < len(bare) and _instructions(bare[front]) is not None:
        front += 1
    if not front:
        return [_instructing(bare, block), *bare]
    last = bare[front - 1]
    return [*bare[: front - 1], _saying(last, _joined(_instructions(last), block)), *bare[front:]]


def displaced(messages: Sequence[Any]) -> list[Any]:
    """The messages as they were before `place`: every block taken out, and each message that was only a block."""
    bare = []
    for message in messages:
        content = _instructions(message)
        rest = without_block(content)
        if rest == content:
            bare.append(message)
        elif rest:
            bare.append(_saying(message, rest))
    return bare


def _joined(content: Any, block: str) -> Any:
    if isinstance(content, list):
        return [*content, {"type": "text", "text": block}]
    return f"{content}\n\n{block}" if content else block


def _instructions(message: Any) -> Any:
    """The content of a system message: the object, a mapping with a role, or a pair; None for any other message."""
    if isinstance(message, BaseMessage):
        return message.content if isinstance(message, SystemMessage) else None
    if isinstance(message, dict):
        system = message.get("role", message.get("type")) in ("system", "developer")
        return message.get("content") if system else None
    pair = isinstance(message, tuple | list) and len(message) == 2  # noqa: PLR2004 - role and content
    return message[1] if pair and message[0] == "system" else None


def _saying(message: Any, content: Any) -> Any:
    if isinstance(message, BaseMessage):
        return message.model_copy(update={"content": content})
    return {**message, "content": content} if isinstance(message, dict) else (message[0], content)


def _instructing(others: Sequence[Any], block: str) -> Any:
    """A system message in the form of the others: a node may hand them to something that takes no other."""
    form = others[0] if others else None
    if isinstance(form, dict):
        return {"role": "system", "content": block}
    return ("system", block) if isinstance(form, tuple | list) else SystemMessage(block, id=OURS)
