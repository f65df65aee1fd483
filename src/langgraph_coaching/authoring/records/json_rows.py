"""Rows of a JSON file: those of one document, of a page of an API, or one on each line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

JsonRow = tuple[int, Any, str]
"""The line that a value stands on (in a list: its place in it), the value, and why there is none, or ""."""


def json_documents(text: str) -> list[JsonRow]:
    """The documents of a text: one over several lines, or one on each line.

    Args:
        text: With line feeds between its lines.
    """
    try:
        return [(1, json.loads(text), "")]
    except (ValueError, RecursionError) as error:
        whole = _reason(error)
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    found = [_read_line(number, line) for number, line in lines]
    return found if any(not fault for _, _, fault in found) else [(1, None, whole)]


def rows_of(document: Any) -> Iterator[tuple[int, Any]]:
    """The rows of a document: of a list, of a page (`data`) of an API, or itself."""
    rows = document.get("data") if isinstance(document, dict) and isinstance(document.get("data"), list) else document
    yield from enumerate(rows if isinstance(rows, list) else [rows], 1)


def _read_line(number: int, line: str) -> JsonRow:
    try:
        return number, json.loads(line), ""
    except (ValueError, RecursionError) as error:
        return number, None, _reason(error)


def _reason(error: Exception) -> str:
    return "is nested too deeply" if isinstance(error, RecursionError) else f"is no JSON: {error}"
