"""What is the matter with the folder of a store: its place, its disk, its locks, what was left in it."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from langgraph_coaching.doctor.permissions import look_at_permissions, may
from langgraph_coaching.doctor.problem import Problem
from langgraph_coaching.storage.locks import CREATING, TURN, WRITING, is_held
from langgraph_coaching.storage.recovery import DAMAGED, find_spool_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.doctor.problem import Severity

LEAST = 200 * 1024 * 1024
"""Bytes that should be free on the disk."""

PATIENCE = 2.0
"""Seconds for which a lock has to be held without a break to be spoken of."""

LOOK = 0.05
"""Seconds between two looks."""


def look_at_folder(folder: Path) -> Iterator[Problem]:
    """What is the matter with it.

    Args:
        folder: Of the store.
    """
    if (closed := look_at_permissions(folder)) is not None:
        yield closed
        return
    if not folder.is_dir():
        yield _no_folder(folder)
        return
    yield from _unwritable(folder)
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


def _unwritable(folder: Path) -> Iterator[Problem]:
    places = [folder, *sorted(folder.glob("*.lance"))]
    closed = [place for place in places if not may(place, os.W_OK | os.X_OK)]
    if closed:
        named = "the folder" if closed[0] == folder else ", ".join(place.name for place in closed[:3])
        what = f"this process cannot write {named}: advice goes on, and nothing is kept"
        remedy = "give its owner the right to write, or mount its disk to be written to"
        yield Problem(severity="warning", kind="unwritable", where="", what=what, remedy=remedy)


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
    for path, said in find_spool_faults(folder).items():
        what, _, remedy = said.partition(": ")
        severity: Severity = "error" if path.name.endswith(DAMAGED) else "note"
        where = str(path.relative_to(folder))
        yield Problem(severity=severity, kind="spool", where=where, what=what, remedy=remedy)
