"""Prompt block: what the model reads of coachings, fenced so that nothing quoted can close it; see `look_alikes`.

Of twelve wordings, which a 1.5B model followed in 3 to 12 of 12 situations, this was followed in 12 and is the shortest
of those inside the fence; recorded over 24 situations (`tests/benchmarks/effect.py`), 19 of 22 recalled were followed.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from langgraph_coaching.recall.look_alikes import make_harmless
from langgraph_coaching.recall.unseen import drop_unseen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langgraph_coaching.coaching.model import Coaching

OPEN = "<coaching>"
CLOSE = "</coaching>"

_HEAD = "## What to tell the user\nYour answer to the user's message must contain what is asked for here:"

BLOCK = re.compile(rf"(?:\n\n)?{OPEN}\n{re.escape(_HEAD)}\n.*?\n{CLOSE}", re.DOTALL)
"""Finds a block in a system prompt, with the blank line in front of it; what only looks like one is left alone."""


_ENTRY = re.compile(r"\n(?=- When replying to: )")


@lru_cache(maxsize=1_024)  # the same coachings are put into prompts again and again
def escape_fence(text: str, *, one_line: bool = False) -> str:
    """The text as it may stand in a block: nothing unseen in it, and every look-alike of a mark made harmless.

    Args:
        text: Any.
        one_line: Whether it is an intent.
    """
    harmless = make_harmless(drop_unseen(text), one_line=one_line)
    return " ".join(harmless.split("\n")) if one_line else harmless


def entry(coaching: Coaching) -> str:
    """What one coaching contributes: the intent it is for, and what to do."""
    instruction = escape_fence(coaching.behavior.render()).replace("\n", "\n    ")
    return f"- When replying to: {escape_fence(coaching.intent, one_line=True)}\n  Do this: {instruction}"


def block(entries: Sequence[str]) -> str:
    """The whole block; "" for no entries."""
    return "\n".join((OPEN, _HEAD, *entries, CLOSE)) if entries else ""


def without_entry(text: str, index: int) -> str:
    """A block without one of its entries; "" where it has no other.

    Args:
        text: The block.
        index: Of the entry, from 0.
    """
    inside = text.removeprefix(f"{OPEN}\n{_HEAD}\n").removesuffix(f"\n{CLOSE}")
    entries = _ENTRY.split(inside)
    return block([*entries[:index], *entries[index + 1 :]])


def without_block(content: Any) -> Any:
    """The content of a system message, a text or a list of parts, without the block and parts that were only that."""
    if isinstance(content, str):
        return BLOCK.sub("", content)
    return [rest for part in content if (rest := _part_without_block(part))] if isinstance(content, list) else content


def _part_without_block(part: Any) -> Any:
    text = part.get("text") if isinstance(part, dict) else part
    if not isinstance(text, str) or not BLOCK.search(text):
        return part
    rest = BLOCK.sub("", text)
    return {**part, "text": rest} if rest and isinstance(part, dict) else rest


def count_tokens(text: str) -> int:
    """Tokens of a text, estimated as LangChain's `count_tokens_approximately` does: a token for four characters."""
    return math.ceil(len(text) / 4)
