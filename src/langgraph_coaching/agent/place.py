"""Where the prompt block goes: into a system message there is, so that no model is given one more than it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage, SystemMessage

from langgraph_coaching.recall.prompt import BLOCK, without_block

if TYPE_CHECKING:
    from collections.abc import Sequence

OURS = "langgraph-coaching"
"""Id of a system message that holds nothing but the block."""

_CACHE = "cache_control"
"""Key of the part of a prompt at whose end a provider's cache ends."""


def place(messages: Sequence[Any], block: str) -> list[Any]:
    """The messages with this block and no other: at the end of a system message, or in a new one in front.

    It goes into the last of the system messages in front; without one there, into the first that stands later, since
    some providers refuse two that do not follow each other.

    Args:
        messages: A prompt, in any of the forms that LangChain reads, which every message keeps; it is not changed.
        block: The prompt block.
    """
    bare = displaced(messages)
    told = [index for index, message in enumerate(bare) if _instructions(message) is not None]
    if not told:
        return [_instructing(bare, block), *bare]
    at = told[0]
    while at + 1 in told:
        at += 1
    return [*bare[:at], _saying(bare[at], _joined(_instructions(bare[at]), block)), *bare[at + 1 :]]


def displaced(messages: Sequence[Any]) -> list[Any]:
    """The messages as they were before `place`: every block taken out, and each message that was only a block."""
    bare = []
    for message in messages:
        content = _instructions(message)
        rest = _without_block(content)
        if rest == content:
            bare.append(message)
        elif rest:
            bare.append(_saying(message, rest))
    return bare


def blocks_in(messages: Sequence[Any]) -> list[str]:
    """The blocks in the system messages of a prompt, in their order."""
    found = []
    for content in map(_instructions, messages):
        parts = content if isinstance(content, list) else [content]
        texts = [part.get("text") if isinstance(part, dict) else part for part in parts]
        found += [block.lstrip("\n") for text in texts if isinstance(text, str) for block in BLOCK.findall(text)]
    return found


def _without_block(content: Any) -> Any:
    """The content without the block; where a part that was only that ended what is cached, the one before it does."""
    if not isinstance(content, list):
        return without_block(content)
    rest: list[Any] = []
    for part in content:
        kept = without_block([part])
        rest += kept
        if not kept and rest and isinstance(part, dict) and _CACHE in part:
            last = rest[-1] if isinstance(rest[-1], dict) else {"type": "text", "text": rest[-1]}
            rest[-1] = {_CACHE: part[_CACHE], **last}
    return rest


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
