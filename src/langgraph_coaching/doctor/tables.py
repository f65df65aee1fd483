"""What is the matter with a table: whether all of it can be read, each key once, and it is in few files."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langgraph_coaching.doctor.problem import Problem
from langgraph_coaching.errors import CoachingError, StoreError
from langgraph_coaching.recall.scoring.background.cache import TABLE as BACKGROUNDS
from langgraph_coaching.recall.scoring.kept_vectors import TABLE as SITUATIONS
from langgraph_coaching.recall.scoring.traffic import TABLE as TRAFFIC
from langgraph_coaching.storage.faults import faults
from langgraph_coaching.storage.locks import Locks
from langgraph_coaching.storage.table import KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from langgraph_coaching.storage.database import Database

DERIVED = (BACKGROUNDS, SITUATIONS, TRAFFIC)
"""Tables whose rows are computed again where they are missing."""

MANY = 64
"""Commits in a folder from which on it is said: upkeep puts a table together at a quarter of these."""

MOST_REWRITTEN = 200_000
"""Rows up to which a table with rows twice is written anew."""

_NAMED = next(iter(KEY)).encode()
_FEW = 3


@dataclass
class TableLook:
    """One look at every row of a table.

    Args:
        database: Where it is.
        name: What it is called there.
        held: Whether somebody holds a lock there, which nobody then waits for: what goes meanwhile is said.
    """

    database: Database
    name: str
    held: bool = False
    rows: int = 0
    keys: Counter[str] = field(default_factory=Counter)
    """How often each key is there."""

    def look(self, see: Callable[[pa.RecordBatch], None]) -> Iterator[Problem]:
        """What is the matter with it.

        Args:
            see: Is given all rows, some at a time.
        """
        try:
            self._read(see)
        except CoachingError as error:
            yield self._unreadable(error)
            return
        twice = sorted(key for key, count in self.keys.items() if count > 1)
        if twice:
            yield self._duplicates(twice)
        yield from self._small_files()

    def _read(self, see: Callable[[pa.RecordBatch], None]) -> None:
        table = self.database.table(self.name)
        if table is None:
            return
        self.database.version(self.name)
        with nullcontext() if self.held else self.database.hold_versions(), faults(self.database.uri):
            key = next((one.name for one in table.schema if _NAMED in (one.metadata or {})), None)
            for batch in table.search().limit(None).to_batches():
                self.rows += batch.num_rows
                self.keys.update(batch[key].to_pylist() if key else ())
                see(batch)

    def _unreadable(self, error: CoachingError) -> Problem:
        known = {"severity": "error", "kind": "unreadable_table", "where": self.name, "what": str(error)}
        if self.name not in DERIVED or self.database.remote:
            folder = f"{self.database.uri}/{self.name}.lance"
            return Problem(**known, remedy=f"restore {folder} from a copy: all of it, not single files")  # type: ignore[arg-type]
        remedy = "move it aside: what is in it is computed again"
        return Problem(**known, remedy=remedy, repair=partial(move_aside, self.database, self.name))  # type: ignore[arg-type]

    def _duplicates(self, twice: list[str]) -> Problem:
        named = ", ".join(twice[:_FEW]) + (f" and {len(twice) - _FEW} more" if len(twice) > _FEW else "")
        remedy = "one of each stays, where they are equal; it should not be: report it, with the version of LanceDB"
        return Problem(
            severity="error",
            kind="duplicate_key",
            where=self.name,
            what=f"more than one row of {named}",
            remedy=remedy,
            repair=partial(drop_duplicates, self.database, self.name),
        )

    def _small_files(self) -> Iterator[Problem]:
        folder = Path(self.database.uri, f"{self.name}.lance", "_versions")
        count = 0 if self.database.remote else sum(1 for _ in folder.glob("*.manifest"))
        if count >= MANY:
            yield Problem(
                severity="warning",
                kind="small_files",
                where=self.name,
                what=f"it is in the pieces of {count} commits, which slows every search",
                remedy="put it together: any process that writes to it does so by itself, in the course of time",
                repair=partial(put_together, self.database, self.name),
            )


@contextmanager
def _nobody_writing(database: Database) -> Iterator[None]:
    with Locks(None if database.remote else Path(database.uri)).alone() as alone:
        if alone is not True:
            raise StoreError(
                f"others are writing to the coaching store at {database.uri}, or that cannot be known there; try again "
                "once nobody does"
            )
        yield


def put_together(database: Database, name: str) -> None:
    """Writes a table that is in many pieces into few, and lets its superseded versions go, while nobody writes.

    Raises:
        StoreError: Others write, or it cannot be written.
    """
    with _nobody_writing(database), faults(database.uri):
        if (table := database.table(name)) is not None:
            table.optimize(cleanup_older_than=timedelta(milliseconds=1))


def move_aside(database: Database, name: str) -> None:
    """Moves the folder of a table into `.damaged` beside the others, while nobody writes.

    Raises:
        StoreError: Others write, or it cannot be moved.
    """
    folder = Path(database.uri)
    place = folder / ".damaged" / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.lance"
    with _nobody_writing(database), faults(database.uri):
        place.parent.mkdir(exist_ok=True)
        (folder / f"{name}.lance").rename(place)
    database.close()


def drop_duplicates(database: Database, name: str) -> None:
    """Writes a table anew with each row once, in one commit, while nobody writes.

    Raises:
        StoreError: Others write, rows of one key are not equal, or there are too many.
    """
    with _nobody_writing(database), faults(database.uri):
        table = database.table(name)
        if table is None:
            return
        if table.count_rows() > MOST_REWRITTEN:
            raise StoreError(f"{name} has more than {MOST_REWRITTEN:,} rows: restore the folder from a copy")
        rows: Any = table.to_arrow()
        key = next(one.name for one in rows.schema if _NAMED in (one.metadata or {}))
        kept: dict[str, int] = {}
        values = rows.to_pylist()
        for place, row in enumerate(values):
            first = kept.setdefault(row[key], place)
            if values[first] != row:
                raise StoreError(f"the rows of {row[key]} in {name} are not equal: restore the folder from a copy")
        table.add(rows.take(sorted(kept.values())), mode="overwrite")
