"""What is the matter with the folder of a store: its place, its disk, its locks, what was left in it."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from langgraph_coaching.doctor.problem import Problem
from langgraph_coaching.storage.locks import CREATING, TURN, WRITING, is_held

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST = 200 * 1024 * 1024
"""Bytes that should be free on the disk."""

PATIENCE = 2.0
"""Seconds for which a lock has to be held without a break to be spoken of."""

LOOK = 0.05
"""Seconds between two looks."""

SPOOLS = ".durable"
"""The folder in which a durable coach keeps what a loss of power must not take."""


def look_at_folder(folder: Path) -> Iterator[Problem]:
    """What is the matter with it.

    Args:
        folder: Of the store.
    """
    if not folder.is_dir():
        yield _no_folder(folder)
        return
    yield from _disk(folder)
    yield from _locks(folder)
    yield from _spools(folder)


def _no_folder(folder: Path) -> Problem:
    if os.path.lexists(folder):
        what = "there is a file, or a link to nothing, where the folder should be"
        remedy = f"move {folder} away, or give the address of the folder"
        return Problem(severity="error", kind="no_folder", where="", what=what, remedy=remedy)
    remedy = "give the address of the store; if it is to be here, the first write makes it"
    return Problem(severity="warning", kind="absent", where="", what=f"there is no folder {folder}", remedy=remedy)


def size_of(folder: Path) -> int:
    """Bytes of everything in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _disk(folder: Path) -> Iterator[Problem]:
    free = shutil.disk_usage(folder).free
    largest = max((size_of(table) for table in folder.glob("*.lance")), default=0)
    wanted = max(LEAST, largest)
    if free < wanted:
        what = f"{megabytes(free)} are free on its disk, and upkeep writes tables anew, one of {megabytes(largest)}"
        remedy = f"free {megabytes(wanted - free)} at least, or `langgraph-coaching retain` fewer recorded runs"
        yield Problem(severity="warning", kind="disk", where="", what=what, remedy=remedy)


def megabytes(size: int) -> str:
    """Bytes in words."""
    return f"{size / 1024**2:,.1f} MB"


def _locks(folder: Path) -> Iterator[Problem]:
    for name, who in ((CREATING, "makes a table"), (TURN, "tidies up"), (WRITING, "tidies up")):
        until = time.monotonic() + PATIENCE
        while is_held(folder / name) and time.monotonic() < until:
            time.sleep(LOOK)
        if time.monotonic() >= until:
            owners = ", ".join(map(str, _owners_of(folder / name))) or "unknown to this system"
            what = f"a process {who}, or has stopped while it did, and others wait for it (process: {owners})"
            remedy = "if it hangs, end that process: the system takes the lock back at once; never delete the file"
            yield Problem(severity="warning", kind="held_lock", where=name, what=what, remedy=remedy)


def _owners_of(file: Path) -> list[int]:
    """The processes that hold a lock on a file, where the system tells."""
    try:
        inode, lines = file.stat().st_ino, Path("/proc/locks").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    rows = [line.split() for line in lines if "->" not in line]
    return sorted({int(row[4]) for row in rows if row[5].rpartition(":")[2] == str(inode)})


def _spools(folder: Path) -> Iterator[Problem]:
    place = folder / SPOOLS
    files = sorted(file for file in place.glob("*") if file.is_file()) if place.is_dir() else []
    damaged = [file for file in files if "damaged" in file.name]
    for file in damaged:
        what, remedy = "it holds acknowledged writes that could not be done again", "keep it, and restore from a copy"
        yield Problem(severity="error", kind="spool", where=f"{SPOOLS}/{file.name}", what=what, remedy=remedy)
    left = [file for file in files if file not in damaged and file.suffix == ".spool" and file.stat().st_size]
    if left:
        what = f"{len(left)} files of acknowledged writes ({megabytes(sum(file.stat().st_size for file in left))})"
        remedy = "none: a running process keeps its own, and the next use of the store does what another has left"
        yield Problem(severity="note", kind="spool", where=SPOOLS, what=what, remedy=remedy)
