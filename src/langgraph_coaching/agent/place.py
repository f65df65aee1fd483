"""Where the prompt block goes: into the system message, so that system messages stay first and there is one block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.messages import SystemMessage

from langgraph_coaching.recall.prompt import BLOCK, CLOSE, OPEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage

OURS = "langgraph-coaching"
"""Id of a system message that holds nothing but the block."""


def has_block(message: BaseMessage) -> bool:
    """Whether a message carries a block."""
    return isinstance(message, SystemMessage) and block_in(message) != ""


def block_in(message: BaseMessage) -> str:
    """The block a message carries, or ""."""
    content: Any = message.content
    texts = [content] if isinstance(content, str) else [_text(part) for part in content]
    return next((found.group().lstrip("\n") for text in texts if (found := BLOCK.search(text))), "")


def _text(part: Any) -> str:
    if isinstance(part, str):
        return part
    text = part.get("text", "") if isinstance(part, dict) else ""
    return text if isinstance(text, str) else ""


def without_block(message: SystemMessage) -> SystemMessage | None:
    """The message as it was before `with_block`; None where it was only the block."""
    content: Any = message.content
    if isinstance(content, str):
        rest = BLOCK.sub("", content)
        return message.model_copy(update={"content": rest}) if rest else None
    kept = [part for part in content if not (_text(part).startswith(OPEN) and _text(part).endswith(CLOSE))]
    return message.model_copy(update={"content": kept}) if kept else None


def with_block(system: SystemMessage | None, block: str) -> SystemMessage | None:
    """The system message with this block and no other.

    Args:
        system: The user's own, its content a string or a list of blocks, or None.
        block: The prompt block; "" takes one away.

    Returns:
        A new message, or None where nothing is left to say.
    """
    bare = without_block(system) if system is not None and has_block(system) else system
    if not block:
        return bare
    if bare is None:
        return SystemMessage(block, id=OURS)
    content: Any = bare.content
    if isinstance(content, str):
        return bare.model_copy(update={"content": f"{content}\n\n{block}" if content else block})
    return bare.model_copy(update={"content": [*content, {"type": "text", "text": block}]})


def place(messages: Sequence[BaseMessage], block: str) -> list[BaseMessage]:
    """The messages with the block in the last of the system messages in front, or in a new one before all others.

    Args:
        messages: A prompt; it is not changed.
        block: The prompt block; "" takes one away.
    """
    front = 0
    while front < len(messages) and isinstance(messages[front], SystemMessage):
        front += 1
    systems = displaced(messages[:front])
    merged = with_block(systems[-1] if systems else None, block)
    return [*systems[:-1], *([merged] if merged is not None else []), *displaced(messages[front:])]


def displaced(messages: Sequence[Any]) -> list[Any]:
    """The messages with every block taken out, and without a message that was only the block."""
    bare = (without_block(m) if isinstance(m, SystemMessage) and has_block(m) else m for m in messages)
    return [message for message in bare if message is not None]
