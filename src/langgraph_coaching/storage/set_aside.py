"""Commits that a loss of power has damaged are set aside: LanceDB takes the latest one, whatever is in it."""

from __future__ import annotations

import logging
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from langgraph_coaching.storage.durability import FOLDER

if TYPE_CHECKING:
    from langgraph_coaching.storage.database import Database

log = logging.getLogger("langgraph_coaching")

END = b"LANC"
"""What a whole file of LanceDB ends with."""

_MANIFEST = re.compile(r"\d{20}\.manifest")

FIRST = f"{2**64 - 2}.manifest"
"""Of the commit that makes a table."""

SET_ASIDE = ".lance.damaged"

HINT = "latest_version_hint.json"


def set_aside_damaged(database: Database, table: str) -> None:
    """Moves commits from the end of a table into the folder of the spools, until one can be read whole.

    Where none can be and the first is among them, the table has never been on the disk, and goes as a whole. Where
    none can be and there were others before them, nothing is moved: then it is not a loss of power that did it.

    Args:
        database: Where.
        table: Which.
    """
    folder, place = Path(database.uri, f"{table}.lance"), Path(database.uri, FOLDER)
    # Counted down from the largest number: the latest comes first.
    manifests = sorted(path for path in folder.glob("_versions/*.manifest") if _MANIFEST.fullmatch(path.name))
    moved: list[tuple[Path, Path]] = []
    for manifest in manifests:
        if _is_whole(manifest) and _can_be_read(database, table):
            break
        aside = place / f"{table}-{manifest.name}"
        manifest.rename(aside)
        (manifest.parent / HINT).unlink(missing_ok=True)
        moved.append((manifest, aside))
    else:
        for before, aside in moved:
            aside.rename(before)
        never = not any(folder.glob("_versions/*.manifest")) or (manifests and manifests[-1].name == FIRST)
        if folder.is_dir() and never:
            folder.rename(place / f"{table}-{secrets.token_hex(4)}{SET_ASIDE}")
    if moved:
        log.warning("commits of the table %s were damaged; what was acknowledged is written again", table)


def _is_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - len(END)))
        return file.read() == END


def _can_be_read(database: Database, table: str) -> bool:
    try:
        opened = database.reopen(table)
        for batch in opened.search().limit(None).to_batches():
            batch.validate()
    except Exception:
        log.debug("the latest commit of %s cannot be read", table, exc_info=True)
        return False
    return True
