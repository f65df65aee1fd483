"""Where recordings come from: files, rows in memory, chat loaders; all become numbered rows."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from langgraph_coaching.errors import TraceImportError

_LINES = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a source."""

    number: int
    """From 1: the line of a file of lines, otherwise the place among the rows."""
    value: Any
    fault: str | None = None
    """Why it could not even be taken apart; `value` is then what was there."""


def rows_of(source: Any) -> list[Row]:
    """The rows of a source.

    Args:
        source: A path (.json, .jsonl), one row, or rows.

    Raises:
        TraceImportError: There is no such file, or it holds nothing of the kind.
    """
    if isinstance(source, str | os.PathLike):
        return _file_rows(Path(source))
    if isinstance(source, Mapping):
        return [Row(1, source)]
    if not isinstance(source, Iterable):
        raise TraceImportError(f"{type(source).__name__} is no source of traces; give a path, a row or a list of rows")
    return list(numbered(source))


def numbered(rows: Iterable[Any]) -> Iterator[Row]:
    """Numbers rows from 1; where their source breaks off, the last row says so."""
    number = 0
    try:
        for number, value in enumerate(rows, 1):
            yield Row(number, value)
    except Exception as error:
        yield Row(number+1, None, ...)


def modified_at(source: Any) -> datetime:
    """When a recording without times was made, at the latest: the time of its file, or else now."""
    if isinstance(source, str | os.PathLike):
        return datetime.fromtimestamp(Path(source).stat().st_mtime, UTC)
    return datetime.now(UTC)
