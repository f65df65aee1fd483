"""What of the folder of a store this process may not read: it is not damaged, and needs no copy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from langgraph_coaching.doctor.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

_FEW = 3


def look_at_permissions(folder: Path) -> Problem | None:
    """The problem, or None where all of it may be read.

    Args:
        folder: Of the store.
    """
    closed = sorted(set(_closed_places(folder)))
    if not closed:
        return None
    more = f" and {len(closed) - _FEW} more" if len(closed) > _FEW else ""
    return Problem(
        severity="error",
        kind="unreadable",
        where="",
        what=f"this process may not read {', '.join(map(str, closed[:_FEW]))}{more}",
        remedy="give the user it runs as the right to read them and to enter the folders above; nothing is damaged",
    )


def _closed_places(folder: Path) -> Iterator[Path]:
    """Tables only: locks and spools are their owner's."""
    try:
        os.stat(f"{folder}/.")  # noqa: PTH116 - a `Path` drops the dot, by which it has to be entered
    except PermissionError:
        yield folder
        return
    except OSError:  # it is not there, nor is anything in it
        return
    refused: list[Path] = []
    for table in folder.glob("*.lance"):
        for place, _, names in os.walk(table, onerror=lambda error: refused.append(Path(str(error.filename)))):
            yield from (Path(place, name) for name in names if not may(Path(place, name), os.R_OK))
    yield from refused


def may(place: Path, what: int) -> bool:
    """Whether this process may do that with a file or folder.

    Args:
        place: Which; one that is gone meanwhile keeps nobody out.
        what: `os.R_OK`, `os.W_OK`, `os.X_OK`, or several of them.
    """
    return os.access(place, what, effective_ids=os.access in os.supports_effective_ids) or not os.path.lexists(place)
