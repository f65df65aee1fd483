"""Record: one coaching as another product exports it, and where it stands in the file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langgraph_coaching.coaching.behavior import Behavior
    from langgraph_coaching.traces.importers.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One coaching of another product; what it cannot say here is in its notes."""

    id: str
    """Of the coaching that is made of it: the same for every export."""
    row: int
    """Its line, or its place in a list; from 1."""
    file: str
    intent: str
    behavior: Behavior
    question: str = ""
    """What a user said; empty where the export does not hold it."""
    notes: str = ""


@dataclass(slots=True)
class Records:
    """What was read, and what the matter was with the rest."""

    found: list[Record] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def id_from(product: str, text: str) -> str:
    """An id for what has none that can be one here: the same for the same text.

    Args:
        product: Such as `dify`.
        text: What tells it apart from others; case and white space do not.
    """
    return f"{product}-{hashlib.sha256(same_words(text).encode(errors='replace')).hexdigest()[:12]}"


def same_words(text: str) -> str:
    """The text as two people may have typed it differently."""
    return " ".join(text.casefold().split())
