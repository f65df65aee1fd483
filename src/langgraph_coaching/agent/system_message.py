"""The prompt block in the system message: at the end of one there is, so that no model gets more than it takes."""

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

_ONLY_IN_FRONT = frozenset(("langchain_google_genai", "langchain_google_vertexai"))

_ROLES = ("system", "developer")


def insert_block(messages: Sequence[Any], block: str, model: Any = None) -> list[Any]:
    """The messages with this block and no other: at the end of a system message, or in a new one in front.

    It goes into the last of the system messages in front; without one there, into the last that stands later, since
    some providers refuse two that do not follow each other. What stands before a cache breakpoint is not touched where
    a system message stands behind it.

    Args:
        messages: A prompt, in any of the forms that LangChain reads, which every message keeps; it is not changed.
        block: The prompt block.
        model: That it is for, where that is known.
    """
    bare = remove_blocks(messages)
    at = _target_index(bare, model)
    if at is None:
        return [_new_system_message(bare, block), *bare]
    return [*bare[:at], _replace_content(bare[at], _append_block(_system_content(bare[at]), block)), *bare[at + 1 :]]


def _target_index(messages: Sequence[Any], model: Any) -> int | None:
    """Which of the messages it goes into; None for a new one in front."""
    systems = [index for index, message in enumerate(messages) if _system_content(message) is not None]
    if not systems or (systems[0] != 0 and _drops_later_system_messages(model)):
        return None
    front = max((rank for rank, index in enumerate(systems) if rank == index), default=None)
    cached = max((index for index, message in enumerate(messages) if _is_cache_breakpoint(message)), default=-1)
    return front if front is not None and not front < cached <= systems[-1] else systems[-1]


def _drops_later_system_messages(model: Any) -> bool:
    """Whether its converter leaves system messages out where the first message is none, as Google's does."""
    return any(made.__module__.partition(".")[0] in _ONLY_IN_FRONT for made in type(model).__mro__)


def _is_cache_breakpoint(message: Any) -> bool:
    content = _content_of(message)
    return isinstance(content, list) and any(isinstance(part, dict) and _CACHE in part for part in content)


def remove_blocks(messages: Sequence[Any]) -> list[Any]:
    """The messages as before `insert_block`: without any block, and without the messages that were only a block."""
    bare = []
    for message in messages:
        content = _system_content(message)
        rest = _without_block(content)
        if rest == content:
            bare.append(message)
        elif rest:
            bare.append(_replace_content(message, rest))
    return bare


def blocks_in(messages: Sequence[Any]) -> list[str]:
    """The blocks in the system messages of a prompt, in their order."""
    found = []
    for content in map(_system_content, messages):
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
            rest[-1] = {**last, _CACHE: last.get(_CACHE, part[_CACHE])}
    return rest


def _append_block(content: Any, block: str) -> Any:
    if isinstance(content, list):
        return [*content, {"type": "text", "text": block}]
    return f"{content}\n\n{block}" if content else block


def _system_content(message: Any) -> Any:
    """The content of a system message: the object, a mapping with a role, or a pair; None for any other message."""
    if isinstance(message, BaseMessage):
        system = isinstance(message, SystemMessage)
    elif isinstance(message, dict):
        system = message.get("role", message.get("type")) in _ROLES
    else:
        system = _is_pair(message) and message[0] in _ROLES
    return _content_of(message) if system else None


def _content_of(message: Any) -> Any:
    if isinstance(message, BaseMessage):
        return message.content
    if isinstance(message, dict):
        return message.get("content")
    return message[1] if _is_pair(message) else message


def _is_pair(message: Any) -> bool:
    return isinstance(message, tuple | list) and len(message) == 2  # noqa: PLR2004 - role and content


def _replace_content(message: Any, content: Any) -> Any:
    if isinstance(message, BaseMessage):
        return message.model_copy(update={"content": content})
    return {**message, "content": content} if isinstance(message, dict) else (message[0], content)


def _new_system_message(others: Sequence[Any], block: str) -> Any:
    """A system message in the form of the others: a node may hand them to something that takes no other."""
    form = others[0] if others else None
    if isinstance(form, dict):
        return {"role": "system", "content": block}
    return ("system", block) if isinstance(form, tuple | list) else SystemMessage(block, id=OURS)
