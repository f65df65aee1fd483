"""On the disk: what a loss of power leaves, which is no more than what was waited for."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

FileMark = tuple[str, int, int, int]
"""A file as it was seen: path, number, size and time."""


def sync(path: Path) -> None:
    """Waits until a file, or what a folder lists, is on the disk.

    Raises:
        OSError: It is not; of a folder only where the system can tell.
    """
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        if path.is_dir():  # Windows opens none, and the folder above may not be ours to read
            return
        raise
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path, known: AbstractSet[FileMark] = frozenset()) -> set[FileMark]:
    """Waits until all files below a folder are on the disk, and their names.

    Args:
        folder: Of a table.
        known: Files that are there already.

    Returns:
        All files there are.

    Raises:
        OSError: One is not; one that has gone meanwhile is no fault.
    """
    there: set[FileMark] = set()
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            with suppress(FileNotFoundError):  # superseded, and taken away by another process
                found = path.stat()
                mark = (str(path), found.st_ino, found.st_size, found.st_mtime_ns)
                if mark not in known:
                    sync(path)
                there.add(mark)
        with suppress(FileNotFoundError):
            sync(Path(place))
    return there
