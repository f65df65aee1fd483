"""Flow: words wrapped as they come, under a label; what a terminal would take for a command is left out."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from rich.cells import cell_len

from langgraph_coaching.cli.control_characters import show_controls

if TYPE_CHECKING:
    from rich.console import Console

_PARTS = re.compile(r"\n|[^\S\n]+|\S+")

INDENT = "  "
"""Before a line that goes on with the one above."""

NARROWEST = 20
"""Columns of a terminal below which nothing is wrapped."""


class Flow:
    """Writes the text of one speaker, piece by piece.

    Args:
        console: Where to. Where it is no terminal, nothing is wrapped.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._column = 0
        self._word = ""
        self._gap = ""
        self._open = False

    @property
    def is_open(self) -> bool:
        """Whether a line has begun."""
        return self._open

    def begin(self, label: str) -> None:
        """Begins a text under a label, on a line of its own."""
        self.end()
        self._console.print(label, style="bold", end="", markup=False, soft_wrap=True)
        self._write(" ")
        self._open, self._column = True, cell_len(label) + 1

    def add(self, text: str) -> None:
        """Adds a piece of the text; its last word waits, because it may go on."""
        for part in _PARTS.findall(visible(text)):
            if part == "\n":
                self._put_word()
                self._gap = "\n"
            elif part.isspace():
                self._put_word()
                self._gap = self._gap or " "
            else:
                self._word += part
                if not self._console.is_terminal:
                    self._put_word()

    def end(self) -> None:
        """Ends the line."""
        if self._open:
            self._put_word()
            self._write("\n")
        self._open, self._gap = False, ""

    def _put_word(self) -> None:
        if not self._word:
            return
        size, width = cell_len(self._word), self._console.width
        wraps = self._console.is_terminal and width >= NARROWEST
        if self._gap == "\n" or (wraps and self._gap and self._column + 1 + size > width):
            self._write(f"\n{INDENT}")
            self._column = len(INDENT)
        elif self._gap:
            self._write(" ")
            self._column += 1
        self._write(self._word)
        self._column += size
        self._word = self._gap = ""

    def _write(self, text: str) -> None:
        self._console.file.write(text)
        self._console.file.flush()


def visible(text: str) -> str:
    """The text without control characters and halves of characters, which a terminal might obey."""
    kept = "".join(c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") else "" for c in text)
    return show_controls(kept)
