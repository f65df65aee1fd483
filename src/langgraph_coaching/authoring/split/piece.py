"""Piece: what of a system prompt holds in one situation only, as the coaching that it could be."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from langgraph_coaching.coaching.model import Example
from langgraph_coaching.coaching.one_line import cut_line

if TYPE_CHECKING:
    from langgraph_coaching.coaching.behavior import Behavior
    from langgraph_coaching.coaching.fields import NewCoaching

Span = tuple[int, int]

_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One or more passages that hold in one situation only."""

    text: str
    """As it stands in the prompt."""
    first_line: int
    last_line: int
    intent: str
    behavior: Behavior
    why: str
    """Why it is contextual."""
    sure: bool = True
    """False where it is worth a second look."""
    examples: tuple[str, ...] = ()
    """What a model has proposed that people say there."""
    spans: tuple[Span, ...] = ()
    """Where its passages stand in the prompt, in characters."""

    @property
    def id(self) -> str:
        """Of its coaching: the same for the same words."""
        return f"split-{hashlib.sha256(' '.join(self.text.split()).encode(errors='replace')).hexdigest()[:12]}"

    def fields(self) -> NewCoaching:
        """Its coaching as a row of `coach.add_many`: a draft, with where it comes from in its notes."""
        notes = f"From {self.place} of a system prompt: {self.why}"
        said = [Example(text=text, origin="proposed") for text in self.examples]
        return {
            "id": self.id, "intent": self.intent, "behavior": self.behavior, "examples": said, "status": "draft",
            "notes": notes,
        }  # fmt: skip

    @property
    def place(self) -> str:
        """Its lines, in words."""
        if self.first_line == self.last_line:
            return f"line {self.first_line}"
        return f"lines {self.first_line} to {self.last_line}"

    def when(self, intent: str, examples: tuple[str, ...] = ()) -> Self:
        """The same with another intent."""
        return replace(self, intent=intent, examples=examples or self.examples)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        behavior = self.behavior.model_dump(mode="json")
        names = ("id", "first_line", "last_line", "intent", "why", "sure", "text")
        return {name: getattr(self, name) for name in names} | {"behavior": behavior, "examples": [*self.examples]}

    def __str__(self) -> str:
        unsure = "" if self.sure else " (look at it twice)"
        return (
            f"{self.place}: {cut_line(self.text, _SHOWN)}\n  when replying to: {self.intent}\n"
            f"  do this: [{self.behavior.type}] {cut_line(self.behavior.render(), _SHOWN)}\n  why: {self.why}{unsure}"
        )
