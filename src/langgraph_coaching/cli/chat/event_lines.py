"""Event lines: what happens beside the answers, a line or two each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.chat.question import call_line, question_lines
from langgraph_coaching.cli.chat.flow import visible
from langgraph_coaching.cli.command_words import say_commands

if TYPE_CHECKING:
    from langgraph_coaching.chat.event import ChatEvent

_MOST = 300
"""Characters of a tool's call and result that are shown; `/show` has more."""

_STYLES = {"question": "yellow", "note": "yellow", "error": "red"}
"""Of every other kind: `dim`, since it is not what is looked for."""


def event_lines(event: ChatEvent) -> list[tuple[str, str]]:
    """The lines of an event, each with its style; none where there is nothing to say."""
    style = _STYLES.get(event.kind, "dim")
    return [(line, style) for line in _lines_of(event)]


def _lines_of(event: ChatEvent) -> list[str]:
    of = f" ({event.agent})" if event.agent else ""
    text = _cut(event.text)
    lines: list[str] = []
    match event.kind:
        case "tool_call":
            lines = [f"  calls {_cut(call_line(event.name, event.value))}{of}"]
        case "tool_result":
            failed = "failed: " if event.value == "failed" else ""
            lines = [f"  {event.name or 'tool'} gave {failed}{text or 'nothing'}{of}"]
        case "handoff":
            lines = [f"  handed over to {event.name}{f': {text}' if text else ''}"]
        case "question":
            lines = question_lines(event.value, text)
        case "note":
            lines = [f"note: {say_commands(event.text)}"]
        case "error":
            lines = [f"the graph failed: {text}"]
    return lines


def _cut(text: str) -> str:
    said = " ".join(visible(text).split())
    return said if len(said) <= _MOST else said[: _MOST - 1] + "…"
