"""Where recordings come from: files, or rows in memory; all become numbered rows."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from langgraph_coaching.errors import TraceImportError


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a source."""

    number: int
    """From 1: the line of a file of lines, otherwise the place among the rows."""
    value: Any
    fault: str | None = None
    """Why there is nothing to read in it; `value` is then the text that was there."""


def rows_of(source: Any) -> list[Row]:
    """The rows of a source.

    Args:
        source: A path (.json, .jsonl), one row, or an iterable of rows.

    Raises:
        TraceImportError: There is no such file, or no rows can come out of it.
    """
    if isinstance(source, str | os.PathLike):
        return _file_rows(Path(source))
    if isinstance(source, Mapping):
        return [Row(1, source)]
    if not isinstance(source, Iterable):
        raise TraceImportError(f"{type(source).__name__} is no source of traces; give a path, a row or a list of rows")
    return list(_numbered(source))


def modified_at(source: Any) -> datetime:
    """The latest a recording can be from, where it says no time: when its file was changed, or else now."""
    if isinstance(source, str | os.PathLike):
        return datetime.fromtimestamp(Path(source).stat().st_mtime, UTC)
    return datetime.now(UTC)


def _numbered(rows: Iterable[Any]) -> Iterator[Row]:
    number = 0
    try:
        for number, value in enumerate(rows, 1):
            yield Row(number, value)
    except Exception as error:  # noqa: BLE001 - a chat loader may raise anything; what it gave so far is kept
        yield Row(number + 1, None, f"the source broke off here: {type(error).__name__}: {error}")


def _file_rows(path: Path) -> list[Row]:
    try:
        # Bytes that are no UTF-8 become lone surrogates, which are mended row by row.
        text = path.read_text(encoding="utf-8-sig", errors="surrogateescape")
    except OSError as error:
        raise TraceImportError(
            f"cannot read {path}: {error.strerror or error}; give the path of a .json or .jsonl file"
        ) from error
    if path.suffix.lower() not in (".jsonl", ".ndjson"):
        try:
            whole = json.loads(text)
        except (ValueError, RecursionError) as error:
            rows = list(_lines(text))
            if not any(row.fault is None and isinstance(row.value, dict | list) for row in rows[:1]):
                raise TraceImportError(
                    f"{path} is no JSON: {error}; give a file of JSON, or one JSON row a line"
                ) from error
            return rows
        return list(_numbered(whole)) if isinstance(whole, list) else [Row(1, whole)]
    return list(_lines(text))


def _lines(text: str) -> Iterator[Row]:
    # Not `splitlines`: inside JSON strings other separators than a newline are ordinary text.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield Row(number, json.loads(line))
        except (ValueError, RecursionError) as error:
            yield Row(number, line, f"no JSON: {error}")


def gathered(
    rows: Iterable[Row], parts_of: Callable[[Any], Iterable[Any]], lacking: str, trace_of: Callable[[Any], str]
) -> list[Row]:
    """Rows that hold parts of traces as rows of whole ones, whose value is the list of the parts.

    Args:
        rows: As they were read.
        parts_of: The parts in the value of a row.
        lacking: What is said of a row without any part.
        trace_of: The id of the trace a part belongs to.
    """
    traces: dict[str, Row] = {}
    faulty = []
    for row in rows:
        parts = list(parts_of(row.value)) if row.fault is None else []
        if not parts:
            faulty.append(Row(row.number, row.value, row.fault or lacking))
        for part in parts:
            traces.setdefault(trace_of(part), Row(row.number, [])).value.append(part)
    return sorted([*traces.values(), *faulty], key=lambda row: row.number)
