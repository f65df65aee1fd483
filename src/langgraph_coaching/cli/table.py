"""A table: on a terminal a line a row that fits, elsewhere a line of tab-separated values; an id is never cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from langgraph_coaching.cli.control_characters import show_controls
from langgraph_coaching.coaching.validation import quote_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

_GAP = 2
_NARROW = 16
"""Columns of the terminal below which words have a line of their own."""

_LONG = 24
"""Columns from which on an id does not widen its column: its row is longer instead."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    words: bool = False
    """Whether it may be cut to what fits."""
    whole: bool = False
    """Of words: whether they hold an id, so that they may stand below but are not cut."""
    right: bool = False
    """Whether it is a number."""


def lay_out(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """The lines of a table for a terminal, the headings first.

    Args:
        columns: Those with words come last.
        rows: A text for each column.
        width: Columns of the terminal.

    Returns:
        A line a row, no wider than the terminal where that cuts no id; where there is no room for the words, they stand
        in a line below.
    """
    values = [[" ".join(_clean(text).split()) for text in row] for row in rows]
    fixed = [place for place, column in enumerate(columns) if not column.words]
    words = [place for place, column in enumerate(columns) if column.words]
    widths = {n: max(cell_len(columns[n].name), *(_width_of(row[n]) for row in values), 1) for n in fixed}
    heads = [column.name for column in columns]
    taken = sum(widths.values()) + _GAP * len(fixed)
    lines = [_line_of(heads, columns, widths, fixed)]
    if words and width - taken >= _NARROW * len(words):
        lines[0] += _words_of(heads, words, width - taken)
    for row in values:
        line = _line_of(row, columns, widths, fixed)
        room = width - cell_len(line) - _GAP
        share = _share(words, room)
        fits = all(cell_len(row[n]) <= share for n in words if columns[n].whole)
        if words and fits and room >= _NARROW * len(words) and width - taken >= _NARROW * len(words):
            lines.append((line + _words_of(row, words, room)).rstrip())
        else:
            lines.append(line.rstrip())
            lines += [f"  {row[n] if columns[n].whole else _cut(row[n], width - _GAP)}" for n in words if row[n]]
    return lines


def _line_of(row: Sequence[str], columns: Sequence[Column], widths: dict[int, int], fixed: Sequence[int]) -> str:
    return (" " * _GAP).join(_pad(row[n], widths[n], right=columns[n].right) for n in fixed)


def _words_of(row: Sequence[str], words: Sequence[int], room: int) -> str:
    """What may be cut, each with the same share of the room."""
    share = _share(words, room)
    return "".join(" " * _GAP + _pad(_cut(row[n], share), share) for n in words).rstrip()


def _share(words: Sequence[int], room: int) -> int:
    return (room - _GAP * (len(words) - 1)) // len(words) if words else 0


def print_table(console: Console, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Prints a table: with headings and cut to the terminal; where it is piped, whole values with tabs between.

    Args:
        console: Where to.
        columns: Those with words come last.
        rows: A text for each column.
    """
    if not console.is_terminal:
        # Written as it is: rich would make blanks of the tabs.
        console.file.writelines(
            "\t".join(" ".join(show_controls(_clean(text)).split()) for text in row) + "\n" for row in rows
        )
        return
    head, *lines = lay_out(columns, rows, console.width)
    console.print(Text(head, style="bold"), soft_wrap=True)
    for line in lines:
        console.print(Text(line), soft_wrap=True)


def _clean(text: str) -> str:
    """Without what a terminal would take for a command."""
    return quote_text(text, len(text))


def _width_of(text: str) -> int:
    size = cell_len(text)
    return size if size <= _LONG else 0


def _pad(text: str, width: int, *, right: bool = False) -> str:
    gap = " " * (width - cell_len(text))
    return gap + text if right else text + gap


def _cut(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…" if width > 1 else ""
