"""Specifics in an intent: an order number, a name or a date belongs to one person or one day."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.lint.finding import Finding, quote
from langgraph_coaching.recall.normalization.specifics import drop_specifics

if TYPE_CHECKING:
    from langgraph_coaching.coaching.model import Coaching

_WORD = re.compile(r"[^\s,.;:!?()\"]+(?:[.:/,@][^\s,.;:!?()\"]+)*")

_MARKED = re.compile(r"[\d@A-Z/]")
"""A word that can be specific; others go with it, such as "on" with a date."""


def find_specifics(text: str) -> list[str]:
    """What of a text belongs to one person or one day, in order."""
    general = drop_specifics(text)
    if general == text:
        return []
    said, kept = _WORD.findall(text), _WORD.findall(general)
    changes = SequenceMatcher(None, said, kept, autojunk=False).get_opcodes()
    dropped = [said[start:end] for kind, start, end, _, _ in changes if kind in ("delete", "replace")]
    return [" ".join(words) for words in dropped if any(map(_MARKED.search, words))]


def specifics_in_intent(coaching: Coaching) -> Finding | None:
    """An intent that tells of one person or one day."""
    if not (found := find_specifics(coaching.intent)):
        return None
    return Finding(
        severity="note",
        rule="specifics",
        what=f"its intent names {', '.join(map(quote, found))}",
        why="that is of one person or one day, and stands in the prompt of everybody else",
        remedy=f"say it in general: {quote(drop_specifics(coaching.intent))}",
        coaching_ids=(coaching.id,),
    )
