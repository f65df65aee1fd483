"""Notebook: how a value looks in Jupyter and its like; short, without colors of its own, and any text is only text."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from langgraph_coaching.coaching.one_line import cut_line

if TYPE_CHECKING:
    from collections.abc import Iterable

ROWS = 40
"""Rows, or lines of what prints as text, that are shown."""

TEXT = 400
"""Characters of a text that are shown."""

_BOX = 'class="tex2jax_ignore" style="max-width:60em;line-height:1.5;text-align:left"'
"""The class keeps `$…$` from being read as a formula."""

_FAINT = "opacity:.65"
_CELL = "text-align:left;vertical-align:top;padding:0 1em 0 0;border:0;background:none"
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def card_html(title: str, state: str, rows: Iterable[tuple[str, str]] = ()) -> str:
    """A title, what it is in a few words, and a table of names and texts; rows without a text are left out.

    Args:
        title: Such as an id.
        state: Such as `active, revision 2`.
        rows: Names and texts, of which 40 are shown.
    """
    said = ((name, text) for name, text in rows if text)
    shown = [_row(name, text) for name, text in islice(said, ROWS)]
    if more := sum(1 for _ in said):
        shown.append(_row("", f"… and {more:,} more"))
    table = f'<table style="border:0;margin:0">{"".join(shown)}</table>' if shown else ""
    head = f'<b>{_escape(title)}</b> <span style="{_FAINT}">{_escape(state)}</span>'
    return f"<div {_BOX}>{head}{table}</div>"


def printed_html(text: str) -> str:
    """What prints well as text, as it prints: the first lines of it.

    Args:
        text: What `str` of the value gives.
    """
    lines = text.splitlines()
    shown = [_cut(line) for line in lines[:ROWS]]
    more = [f"… and {len(lines) - ROWS:,} lines more: print it"] if len(lines) > ROWS else []
    told = _escape("\n".join([*shown, *more]))
    return f'<div {_BOX}><pre style="white-space:pre-wrap;background:none;margin:0">{told}</pre></div>'


def _row(name: str, text: str) -> str:
    told = _escape(cut_line(text, TEXT))
    return f'<tr><td style="{_CELL};{_FAINT}">{_escape(name)}</td><td style="{_CELL}" dir="auto">{told}</td></tr>'


def _cut(line: str) -> str:
    return line if len(line) <= TEXT else line[: TEXT - 1] + "…"


def _escape(text: str) -> str:
    from html import escape

    return escape(_CONTROLS.sub("\ufffd", _cut(text) if "\n" not in text else text))
