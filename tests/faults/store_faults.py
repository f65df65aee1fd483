"""Faults of the store: how each is brought about, what the receipts say of it, and what becomes of the agent."""

from __future__ import annotations

import fcntl
import json
import shutil
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import lancedb
from lancedb.db import LanceDBConnection
from lancedb.table import LanceTable

from langgraph_coaching.coaching.coachings import Coachings
from langgraph_coaching.recall.pause import Pauses
from langgraph_coaching.storage import places

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


class Fault(NamedTuple):
    """One fault, and what a person may read of it."""

    happens: str
    """In words, for the table."""
    plant: Callable[[Path, pytest.MonkeyPatch], Any]
    """Brings it about: on the folder of the store, or in what is called."""
    said: str = ""
    """What the receipt says, a pattern; "" where coaching applies all the same."""
    repair: str = ""
    """What a person does, for the table; "" where nothing is to be done."""
    deadline: float = 60.0
    """Seconds of the coach that meets it."""
    reads: str = ""
    """What `coach.receipts()` says, a pattern; "" where it can be read."""
    empty: bool = False
    """Whether it is no fault: there is nothing, and no receipt."""


def _each(pattern: str, damage: Callable[[bytes], bytes | None]) -> Callable[[Path, Any], None]:
    def plant(folder: Path, _: Any) -> None:
        for file in folder.glob(pattern):
            damaged = damage(file.read_bytes())
            if damaged is None:
                file.unlink()
            else:
                file.write_bytes(damaged)

    return plant


def _in_place_of_the_folder(make: Callable[[Path], None]) -> Callable[[Path, Any], None]:
    def plant(folder: Path, _: Any) -> None:
        shutil.rmtree(folder)
        make(folder)

    return plant


def _refusing(said: str) -> Callable[[Path, Any], None]:
    def plant(_: Path, patch: Any) -> None:
        def refuse(*_: Any, **__: Any) -> None:
            raise RuntimeError(f"lance error: LanceError(IO): {said}, /src/io.rs:7:7")

        for name in ("merge_insert", "add", "update", "delete"):
            patch.setattr(LanceTable, name, refuse)
        patch.setattr(LanceDBConnection, "create_table", refuse)

    return plant


def _unreadable(_: Path, patch: Any) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    patch.setattr(places.Place, "find", refuse)


def _unanswered(_: Path, patch: Any) -> Callable[[], None]:
    answer = threading.Event()
    for table in (Coachings, Pauses):  # whichever is asked first
        name = "version" if table is Coachings else "current"
        real = getattr(table, name)
        patch.setattr(table, name, lambda self, real=real: (answer.wait(60), real(self))[1])
    return answer.set


def _of_somebody_else(folder: Path, _: Any) -> None:
    lancedb.connect(folder).create_table("coachings", [{"words": "x"}], mode="overwrite")


def _of_another_embedder(folder: Path, _: Any) -> None:
    table = lancedb.connect(folder).open_table("coachings")
    rows = table.to_arrow()
    told = dict(rows.schema.metadata) | {b"embedder": b"text-embedding-3-small", b"made": b"else"}
    lancedb.connect(folder).create_table("coachings", rows.replace_schema_metadata(told), mode="overwrite")


def _of_a_newer_version(folder: Path, _: Any) -> None:
    table = lancedb.connect(folder).open_table("coachings")
    (row,) = table.search().where("id = 'c-newer'").to_list()
    newer = json.dumps(json.loads(row["record"]) | {"behavior": {"type": "sing", "song": "la"}})
    table.update(where="id = 'c-newer'", values={"record": newer})


@contextmanager
def _held(folder: Path) -> Any:
    with (folder / ".writing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _locked(folder: Path, patch: Any) -> Callable[[], None]:
    held = _held(folder)
    held.__enter__()
    patch.setattr("langgraph_coaching.storage.locks.PATIENCE", 0.05)
    return lambda: held.__exit__(None, None, None)


_RESTORE = "restore the folder from a copy; it is used at once"
_MANIFESTS, _DATA = "coachings.lance/_versions/*.manifest", "coachings.lance/data/*.lance"

STORE_FAULTS = {
    "not there yet": Fault("nothing to recall; no fault", lambda folder, _: shutil.rmtree(folder), empty=True),
    "a file where the folder should be": Fault(
        "no coaching",
        _in_place_of_the_folder(lambda folder: folder.write_text("x")),
        "there is a file, or a link to nothing, where its folder should be",
        "move the file away",
        reads="there is a file",
    ),
    "a link to a disk that is not mounted": Fault(
        "no coaching",
        _in_place_of_the_folder(lambda folder: folder.symlink_to("/nowhere/at/all")),
        "a link to nothing, where its folder should be",
        "mount it; it is used at once",
        reads="a link to nothing",
    ),
    "may not be read": Fault(
        "no coaching",
        _unreadable,
        r"Permission denied.*check its permissions",
        "give the process the right to read it",
        reads="check its permissions",
    ),
    "manifest cut off": Fault("no coaching", _each(_MANIFESTS, lambda was: was[:10]), "damaged: restore", _RESTORE),
    "manifest emptied": Fault("no coaching", _each(_MANIFESTS, lambda _: b""), "damaged: restore", _RESTORE),
    "manifest of zeros": Fault(
        "no coaching", _each(_MANIFESTS, lambda was: bytes(len(was))), "damaged: restore", _RESTORE
    ),
    "manifests missing": Fault("no coaching", _each(_MANIFESTS, lambda _: None), "missing: restore", _RESTORE),
    "data file cut off": Fault("no coaching", _each(_DATA, lambda was: was[:10]), "damaged: restore", _RESTORE),
    "data file missing": Fault("no coaching", _each(_DATA, lambda _: None), "missing: restore", _RESTORE),
    "bits flipped in a data file": Fault(
        "no coaching where it is noticed",
        _each(_DATA, lambda was: bytes(byte ^ 0x55 for byte in was)),
        "damaged: restore",
        _RESTORE,
    ),
    "a table of somebody else": Fault("no coaching", _of_somebody_else, "is none of coachings", "give another folder"),
    "vectors of another embedder": Fault(
        "no coaching",
        _of_another_embedder,
        r"holds vectors of text-embedding-3-small \(384\), you gave coaching-minilm-2",
        "open it with that embedder, or `langgraph-coaching reembed` once",
    ),
    "a record of a newer version": Fault(
        "the others apply; the log names it once", _of_a_newer_version, repair="upgrade this process"
    ),
    "never answers": Fault(
        "no coaching, after one deadline for all calls together",
        _unanswered,
        "it is still being loaded",
        "see to the disk or the network; it is used once it answers",
        deadline=0.05,
    ),
    "locked by an upkeep that hangs": Fault(
        "coaching applies; receipts wait", _locked, repair="end the process that holds the lock: `doctor` names it"
    ),
    "disk full": Fault(
        "coaching applies; receipts wait", _refusing("No space left on device (os error 28)"), repair="free some space"
    ),
    "read-only": Fault(
        "coaching applies; receipts wait",
        _refusing("Read-only file system (os error 30)"),
        repair="make it writable, or open another",
    ),
}

WHILE_OPEN = {
    "deleted while it is open": Fault(
        "no coaching",
        lambda folder, _: shutil.rmtree(folder),
        "was deleted or moved away since it was opened",
        _RESTORE,
        reads="was deleted or moved away",
    ),
    **{
        name: STORE_FAULTS[name]
        for name in ("manifest of zeros", "manifests missing", "a file where the folder should be", "may not be read")
    },
}
"""Met by a coach that has recalled from the store before."""
