"""Rows of a CSV file, each with the line that it begins on; of a row that is broken off, that is said.

The reader of Python's library refuses long cells, and after one it does not know any more where a row begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

DELIMITERS = (",", ";", "\t")
"""The last two are what spreadsheets write in some countries, and on copying."""

_SEP_LINE = re.compile(r"sep=(.)\n")


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row, as it stands in the file."""

    line: int
    cells: tuple[str, ...]
    broken: bool = False
    """Whether a quotation mark in it is never closed."""


def csv_rows(text: str, delimiter: str) -> Iterator[CsvRow]:
    """The rows of a text that are not empty.

    Args:
        text: With one kind of line ends, a line feed.
        delimiter: One of `DELIMITERS`.
    """
    end = re.escape(delimiter)
    cell = re.compile(rf'[ ]*"([^"]*+(?:""[^"]*+)*+)"[ ]*(?={end}|\n|\Z)|([^{end}\n]*)')
    place, line = 0, 1
    while place < len(text):
        cells: list[str] = []
        begins, broken = place, False
        while True:
            found = cell.match(text, place)
            assert found is not None  # noqa: S101 - the second form matches anything
            quoted, plain = found.groups()
            broken = broken or (quoted is None and plain.lstrip(" ").startswith('"'))
            cells.append(quoted.replace('""', '"') if quoted is not None else plain)
            place = found.end()
            if text[place : place + 1] != delimiter:
                break
            place += 1
        if any(one.strip() for one in cells):
            yield CsvRow(line, tuple(cells), broken)
        place += 1
        line += text.count("\n", begins, place)


def find_delimiter(text: str) -> tuple[str, str]:
    """The delimiter of a CSV text, and the text without a line that only says it.

    Args:
        text: The file, or its beginning.
    """
    if said := _SEP_LINE.match(text):
        return said[1], text[said.end() :]
    firsts = {one: next(csv_rows(text, one), CsvRow(1, ())) for one in DELIMITERS}
    return max(DELIMITERS, key=lambda one: len(firsts[one].cells)), text
