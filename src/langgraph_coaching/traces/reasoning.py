"""Reasoning of a model apart from its words, in the forms of providers and of LangChain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeGuard

from langgraph_coaching.recall.situation import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langchain_core.messages import BaseMessage

REDACTED = "[redacted]"
"""Stands for reasoning that the provider has encrypted."""

_BLOCKS = frozenset(("reasoning", "thinking", "redacted_thinking", "reasoning_content"))
_KWARGS = ("reasoning_content", "reasoning", "reasoning_details")
_TEXTS = ("reasoning", "thinking", "reasoning_content", "reasoning_text", "text", "summary", "content")
"""Keys that hold the text of a block, itself or in parts; the first that has any counts."""

_OPEN, _CLOSE = "<think>", "</think>"
_BLANKS = re.compile(r"\s*")


def split_reasoning(message: BaseMessage) -> tuple[list[str], str]:
    """An answer's reasoning, each thought once, and its words.

    Args:
        message: A model's answer.
    """
    blocks = message.content if isinstance(message.content, list) else []
    thinking = [block for block in blocks if _is_thought(block)]
    thoughts = [text for block in thinking for text in _block_thoughts(block)]
    if kwargs := message.additional_kwargs:
        thoughts += [text for name in _KWARGS for text in _texts_in(kwargs.get(name))]
    if thinking:
        message = message.model_copy(update={"content": [block for block in blocks if not _is_thought(block)]})
    inline, words = _split_tags(text_of(message))
    whole = [text.strip() for text in (*thoughts, *inline)]
    return list(dict.fromkeys(text for text in whole if text)), words


def _is_thought(block: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(block, dict) and (block.get("type") in _BLOCKS or block.get("thought") is True)


def _block_thoughts(block: dict[str, Any]) -> list[str]:
    found = [text for text in _texts_in(block) if text.strip()]
    inner = block.get("reasoning_content")
    hidden = block["type"] == "redacted_thinking" if "type" in block else False
    hidden = hidden or (isinstance(inner, dict) and bool(inner.get("redacted_content")))
    return [REDACTED] if hidden and not found else found


def _texts_in(value: Any) -> Iterator[str]:
    """The texts in a part of a message: of a text itself, of a block its first that has any, of a list of parts all."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        whole = [text for part in value for text in _texts_in(part)]
        if whole:
            yield "\n".join(whole)
    elif isinstance(value, dict):
        yield from next((found for name in _TEXTS if (found := [*_texts_in(value.get(name))]) and found != [""]), ())


def _split_tags(text: str) -> tuple[list[str], str]:
    """Reasoning between tags in the text itself, where one of the two tags may be missing, and the rest."""
    if "think>" not in text:
        return [], text
    thoughts, rest = _take_closed(text)
    end = rest.find(_CLOSE)
    if end >= 0 and not rest[:end].strip():  # nothing was thought before the first
        end = rest.find(_CLOSE, end + 1)
    if end >= 0:
        thoughts.append(rest[:end])
        rest = rest[end + len(_CLOSE) :].lstrip()
    if rest.lstrip().startswith(_OPEN):
        thoughts.append(rest.lstrip()[len(_OPEN) :])
        rest = ""
    return thoughts, rest


def _take_closed(text: str) -> tuple[list[str], str]:
    """What stands between two tags, and the rest; in a time that grows with the text, whichever of them are missing."""
    thoughts, rest, at = [], [], 0
    while (begin := text.find(_OPEN, at)) >= 0 and (end := text.find(_CLOSE, begin)) >= 0:
        thoughts.append(text[begin + len(_OPEN) : end])
        rest.append(text[at:begin])
        blanks = _BLANKS.match(text, end + len(_CLOSE))
        at = blanks.end() if blanks else len(text)
    return thoughts, "".join([*rest, text[at:]])
