"""Coachings in a file: a JSON object a line, each with the fields of `coach.add`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from pathlib import Path


def read_rows(file: Path) -> list[Any]:
    """The JSON value of every line that is not empty.

    Raises:
        InvalidCoachingError: The file cannot be read, a line is no JSON, or there is none.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidCoachingError(f"cannot read {file}: {error}") from None
    rows = [_read_row(file, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise InvalidCoachingError(f"{file} holds no coachings; write one JSON object a line")
    return rows


def _read_row(file: Path, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise InvalidCoachingError(f"{file} line {number} is no JSON: {error}; nothing was saved") from None
