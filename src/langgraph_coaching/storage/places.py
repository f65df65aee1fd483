"""Places: the folders of the tables that are open, and whether each still is the one that was opened."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from langgraph_coaching.errors import StoreError
from langgraph_coaching.storage.locks import WRITING

if TYPE_CHECKING:
    from langgraph_coaching.storage.commit import Commit

log = logging.getLogger("langgraph_coaching")


class Place(NamedTuple):
    """What tells a file or folder from one that was made in its place later; a microsecond to look at."""

    number: int
    """Of the inode; the file system gives it to another once this one is gone."""
    changed: int
    """Nanoseconds: when something directly in it was last made or taken away."""

    @classmethod
    def find(cls, path: str) -> Place | None:
        """That of a path, or None where nothing is there."""
        try:
            found = os.stat(path)  # noqa: PTH116 - at every call
        except FileNotFoundError:
            return None
        return cls(found.st_ino, found.st_ctime_ns)


class Places:
    """The folders of one store.

    Args:
        uri: Where it is; nothing is looked at before `note`.
    """

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._tables: dict[str, Place] = {}
        self._store: tuple[int, Place | None] | None = None

    def note(self, name: str) -> None:
        """Takes note of the folder of a table that was just opened."""
        found = place_of(self._uri, name)
        if found is not None:
            self._tables[name] = found
            self._store = self._store or self._find_store()

    def are_same(self, name: str, commit: Commit | None) -> bool:
        """Whether the folder of a table still is the one that was opened; where not, all has to be opened again.

        Args:
            name: Of the table.
            commit: The latest one of it, as far as it was seen.

        Raises:
            StoreError: It was deleted, and nobody has made the store anew.
        """
        before, now = self._tables.get(name), place_of(self._uri, name)
        if before is None or now == before:
            return True
        if now is None:
            if not self._is_store_remade():
                raise StoreError(
                    f"the coaching store at {self._uri} failed: {name}.lance was deleted or moved away since it was "
                    "opened. Files of it are missing: restore the folder from a copy, which is then used at once; to "
                    "begin with an empty one, close the coach and open another"
                )
        elif now.number == before.number and (commit.is_there if commit else not self._is_store_remade()):
            self._tables[name] = now  # only something in it is new
            return True
        if self._is_store_remade():
            log.warning("the coaching store at %s was made anew since it was opened, and is read again", self._uri)
        return False

    def _is_store_remade(self) -> bool:
        found = self._find_store()
        if found is None or self._store is None:
            return False
        (number, lock), (earlier, earlier_lock) = found, self._store
        return number != earlier or (None not in (lock, earlier_lock) and lock != earlier_lock)

    def _find_store(self) -> tuple[int, Place | None] | None:
        """The folder, and the lock in it that the first write makes and nothing changes."""
        folder = Place.find(self._uri)
        return folder and (folder.number, Place.find(f"{self._uri}/{WRITING}"))


def place_of(uri: str, name: str) -> Place | None:
    """The folder of a table, or None where there is none.

    Raises:
        StoreError: Where the folder of the store should be there is a file.
        OSError: It cannot be looked at.
    """
    try:
        found = Place.find(f"{uri}/{name}.lance")
        missing = found is None and os.path.lexists(uri) and not os.path.isdir(uri)  # noqa: PTH112 - at every call
    except NotADirectoryError:
        missing = True
    if missing:
        raise StoreError(
            f"the coaching store at {uri} failed: there is a file, or a link to nothing, where its folder should be. "
            "Move that away, or give the address of the folder"
        )
    return found


def refuse_unreadable(uri: str, name: str) -> None:
    """Refuses a table that this process may not read, at once: LanceDB tries such a folder again for seconds.

    Args:
        uri: Of the store; nothing is looked at where it is no folder.
        name: Of the table.

    Raises:
        PermissionError: So it is.
    """
    with suppress(FileNotFoundError), os.scandir(f"{uri}/{name}.lance/_versions"):
        pass


def refuse_without_manifest(uri: str, name: str) -> None:
    """Refuses a table that LanceDB does not find although its rows are there.

    Raises:
        StoreError: So it is.
    """
    if any(Path(uri, f"{name}.lance", "data").glob("*")):
        raise StoreError(
            f"the coaching store at {uri} failed: {name}.lance has data and no manifest (`_versions`). Files of it are "
            "missing: restore the folder from a copy"
        )
