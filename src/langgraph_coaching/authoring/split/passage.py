"""Passage: a sentence or a list item of a prompt, with what hangs on it, and the sections it stands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

LABEL_LEVEL = 7
"""Of a section under a label; headings have 1 to 6."""

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class Passage:
    """A sentence or an item."""

    start: int
    """Where it begins in the prompt, in characters; its bullet is in front of that."""
    end: int
    text: str
    """On one line, without its bullet."""
    item: bool = False
    children: list[Passage] = field(default_factory=list)
    """Items under it."""

    def each(self) -> Iterator[Passage]:
        """Itself, and all under it, in their order."""
        yield self
        for child in self.children:
            yield from child.each()

    @property
    def last(self) -> int:
        """Where the last one under it ends."""
        return max(one.end for one in self.each())

    def lines(self, indent: str = "") -> list[str]:
        """Its text, and what is under it as a list."""
        under = [line for child in self.children for line in child.lines(indent + "  ")]
        return [f"{indent[2:]}- {self.text}" if indent else self.text, *under]


@dataclass(slots=True)
class Section:
    """What stands under a heading, in a tag, or under a label such as "Refunds:"."""

    title: str
    """Empty for the whole prompt."""
    level: int
    """0 for the whole prompt, 1 to 6 for headings, 7 for labels; the same as what it stands in for a tag."""
    start: int
    """Where its heading begins."""
    body: int
    """Where its heading ends."""
    tag: bool = False
    end: int = 0
    """Where it ends; of a tag, where its closing tag does."""
    passages: list[Passage] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    def each(self) -> Iterator[Section]:
        """Itself, and all in it, in their order."""
        yield self
        for one in self.sections:
            yield from one.each()

    def as_passage(self) -> Passage:
        """What stands under its heading, hung on the heading."""
        inner = [one.as_passage() for one in self.sections]
        under = sorted([*self.passages, *inner], key=lambda one: one.start)
        return Passage(self.start, self.body, f"{self.title}:", children=under)

    def all_passages(self) -> list[Passage]:
        """Its own, and those of the sections in it, in the order of the prompt."""
        return sorted((one for section in self.each() for one in section.passages), key=lambda one: one.start)
