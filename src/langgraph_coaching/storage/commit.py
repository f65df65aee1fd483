"""The latest commit of a table in a folder, told by its file alone: microseconds, where LanceDB takes a hundred."""

from __future__ import annotations

import os
from typing import NamedTuple


class Commit(NamedTuple):
    """A commit as it was seen. It is there with the file that is named after it, and the next has the next number."""

    version: int
    file: str
    following: str
    """What the file of the next commit will be."""
    mark: tuple[int, int, int]
    """Of the file as it was seen; a damaged one has another."""

    @classmethod
    def find(cls, folder: str, version: int) -> Commit | None:
        """The commit of that number, or None where its file cannot be told: in tables that name their files otherwise.

        Args:
            folder: Of the table.
            version: Its number, from 1.
        """
        # Counted down from the largest number, so that the latest comes first in any listing.
        file, following = (f"{folder}/_versions/{2**64 - 1 - n}.manifest" for n in (version, version + 1))
        mark = _mark(file)
        return None if mark is None else cls(version, file, following, mark)

    @property
    def is_latest(self) -> bool:
        """Whether it surely is the latest one still, as it was seen."""
        # In this order: an upkeep that drops the next one, since there are later ones, has dropped this one too.
        return not os.path.exists(self.following) and _mark(self.file) == self.mark  # noqa: PTH110 - at every call

    @property
    def is_there(self) -> bool:
        """Whether it is there as it was seen, perhaps with others after it."""
        return _mark(self.file) == self.mark


def _mark(file: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(file)  # noqa: PTH116 - at every call
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
