"""Creation: a table of a folder is there with its first rows, in one commit, or it is not there.

Made empty and then written, it would cost three times as much.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

from langgraph_coaching.storage.unused_memory import read_and_release

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pyarrow as pa

MAKING = ".making"
"""The folder beside the tables in which whoever holds the lock makes one. LanceDB writes the rows first: seen by
others, or left by a process that is killed, a table without a commit would be one that is damaged."""


class Creation(NamedTuple):
    """What LanceDB says of other writes, of the one that has made a table."""

    num_inserted_rows: int
    version: int = 1


def create_with(folder: Path, name: str, rows: pa.Table, connect: Callable[[str], object]) -> Creation:
    """Makes a table that is not there, while nobody else makes one.

    Args:
        folder: Of the store.
        name: Of the table.
        rows: What is in it from the beginning.
        connect: Gives LanceDB's connection to a folder.

    Raises:
        OSError: It could not be put in its place, as where there is one; LanceDB raises what it likes, too.
    """
    making = folder / MAKING
    remove_half_made(folder)  # of a process that was killed
    try:
        connect(str(making)).create_table(name, read_and_release(rows), schema=rows.schema)  # type: ignore[attr-defined]
        (making / f"{name}.lance").rename(folder / f"{name}.lance")
    finally:
        remove_half_made(folder)
    return Creation(rows.num_rows)


def remove_half_made(folder: Path) -> None:
    """Takes away what a process that was killed has left, while nobody makes a table."""
    shutil.rmtree(folder / MAKING, ignore_errors=True)
