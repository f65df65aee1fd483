"""Words of an impact as it prints: numbers of things, and what was said on one line."""

from __future__ import annotations

from langgraph_coaching.coaching.one_line import cut_line

_QUOTED = 100


def count_text(number: int, name: str) -> str:
    """A number of things, such as `1,204 model calls`."""
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def one_line(text: str) -> str:
    """The beginning of a text on one line."""
    return cut_line(text, _QUOTED)
