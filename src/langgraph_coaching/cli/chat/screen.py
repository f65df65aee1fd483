"""Screen: the events of a turn as lines; answers word by word, as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from langgraph_coaching.cli.chat.event_lines import event_lines
from langgraph_coaching.cli.chat.flow import INDENT, NARROWEST, Flow, visible
from langgraph_coaching.cli.chat.receipt_lines import receipt_lines

if TYPE_CHECKING:
    from rich.console import Console

    from langgraph_coaching.chat.event import ChatEvent
    from langgraph_coaching.chat.turn import Turn

_USUAL = ("model", "agent", "call_model", "chatbot", "assistant", None)
"""Nodes that are called the agent, where they stand in the graph itself."""


class Screen:
    """Prints a conversation.

    Args:
        console: Where to.
        show: Which coaching: `all`, `applied` or `none`.
    """

    def __init__(self, console: Console, show: str) -> None:
        self.console = console
        self._show = show
        self._flow = Flow(console)
        self._speaker: tuple[str | None, str] | None = None

    def print_event(self, event: ChatEvent) -> None:
        """Prints what happens."""
        if event.kind == "token":
            label = _label_of(event)
            if self._speaker != (event.id, label) or not self._flow.is_open:
                self._flow.begin(f"{label}:")
                self._speaker = event.id, label
            self._flow.add(event.text)
            return
        self.end_line()
        if event.kind == "output":
            self._flow.begin(f"{event.name}:" if event.name else "agent:")
            self._flow.add(event.text)
            self.end_line()
        for line, style in event_lines(event):
            self.print_line(line, style)

    def print_coaching(self, turn: Turn) -> None:
        """Prints with what coaching a turn was answered."""
        width = self.console.width if self.console.is_terminal else None
        for line in receipt_lines(turn, self._show, width):
            style = "green" if line.startswith("coaching: applied") else "dim"
            self.print_line(line, style)

    def print_quiet(self, text: str) -> None:
        """Prints a line that is not in the way."""
        self.print_line(text, "dim")

    def print_line(self, text: str, style: str = "") -> None:
        """Prints lines as they are; on a terminal what is too long goes on below, a little further in."""
        self.end_line()
        for line in visible(text).split("\n"):
            for part in self._wrap(line):
                self.console.print(Text(part, style=style), soft_wrap=True)

    def _wrap(self, line: str) -> list[str]:
        width = self.console.width
        if not self.console.is_terminal or cell_len(line) <= width or width < NARROWEST:
            return [line]
        indent = " " * (len(line) - len(line.lstrip()) + len(INDENT))
        first, *_ = Text(line).wrap(self.console, width)
        rest = Text(line[len(first.plain) :].lstrip()).wrap(self.console, width - len(indent))
        return [first.plain.rstrip(), *(indent + part.plain.rstrip() for part in rest)]

    def end_line(self) -> None:
        """Ends the line of whoever is speaking."""
        self._flow.end()


def _label_of(event: ChatEvent) -> str:
    return event.agent or ("agent" if event.node in _USUAL else str(event.node))
