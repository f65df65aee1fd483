"""The doctor of a coach: looks at all of its store, and repairs what is safe."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from langgraph_coaching.coaching.coachings import TABLE as COACHINGS
from langgraph_coaching.doctor.diagnosis import Diagnosis
from langgraph_coaching.doctor.every_table import EVERY_TABLE
from langgraph_coaching.doctor.folder import look_at_folder, megabytes, size_of
from langgraph_coaching.doctor.packages import find_outdated, versions
from langgraph_coaching.doctor.problem import Problem
from langgraph_coaching.doctor.records import RecordsLook
from langgraph_coaching.doctor.schema import look_at_schema
from langgraph_coaching.doctor.tables import TableLook
from langgraph_coaching.errors import CoachingError, EmbedderMismatchError
from langgraph_coaching.recall.pause import TABLE as PAUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa

    from langgraph_coaching.coaching.coachings import Coachings

NOTHING_ELSE = ("absent", "no_folder", "unreadable")
"""Kinds of problems behind which there is nothing to look at."""


class Doctor:
    """Looks at one store, at all of its namespaces.

    Args:
        store: Its coachings, with the embedder at hand.
        reembed: Computes the vectors of all coachings anew.
        flush: Has everything written that waits here.
    """

    def __init__(self, store: Coachings, reembed: Callable[[], object], flush: Callable[[], None]) -> None:
        self._store = store
        self._database = store.database
        self._reembed = reembed
        self._flush = flush

    def doctor(self, *, repair: bool = False) -> Diagnosis:
        """What is the matter with the store, in all namespaces, and what to do; never raises for what it finds.

        It reads all of the store: seconds for 100,000 records. Others may go on meanwhile.

        Args:
            repair: Whether to do what is safe: put small files together, embed what has no vector, leave out rows
                that are there twice, move aside damaged tables that are computed again.

        Returns:
            What was found; `print` it. Its `healthy` says whether nothing has to be done.
        """
        with suppress(CoachingError):  # what keeps it from being written is found below
            self._flush()
        facts: dict[str, str] = {}
        problems = [*self._look(facts)]
        if repair:
            problems = [_attempt(one) for one in problems]
        return Diagnosis.of(self._database.uri, problems, facts)

    def _look(self, facts: dict[str, str]) -> Iterator[Problem]:
        folder = None if self._database.remote else Path(self._database.uri)
        placed = [] if folder is None else [*look_at_folder(folder)]
        yield from placed
        facts |= versions()
        yield from find_outdated()
        if any(one.kind in NOTHING_ELSE for one in placed):
            return
        names = EVERY_TABLE if folder is None else sorted(table.stem for table in folder.glob("*.lance"))
        if folder is not None:
            facts["disk"] = f"{megabytes(shutil.disk_usage(folder).free)} free"
        schema = [*look_at_schema(self._database, facts)]
        yield from schema
        if any(one.severity == "error" for one in schema):  # the tables may mean anything
            return
        newer = any(one.severity == "warning" for one in schema)  # what may be read only is not repaired
        held = any(one.kind == "held_lock" for one in placed)
        found = self._look_at_tables(names, folder, facts, held=held)
        yield from (replace(one, repair=None) for one in found) if newer else found

    def _look_at_tables(
        self, names: Iterable[str], folder: Path | None, facts: dict[str, str], *, held: bool
    ) -> Iterator[Problem]:
        records = RecordsLook()
        for name in names:
            table = TableLook(self._database, name, held=held)
            paused: list[dict[str, object]] = []
            see = partial(self._see, records, name, paused)
            found = [*table.look(see)]
            yield from found
            records.complete &= name != COACHINGS or all(one.kind != "unreadable_table" for one in found)
            yield from map(_pause_problem, paused)
            size = "" if folder is None else f", {megabytes(size_of(folder / f'{name}.lance'))}"
            if table.rows or folder is not None:
                facts[f"table {name}"] = f"{table.rows:,} rows{size}"
        other = self._other_embedder()
        yield from () if other is None else (other,)
        yield from records.problems(None if other else self._reembed)

    @staticmethod
    def _see(records: RecordsLook, name: str, paused: list[dict[str, object]], batch: pa.RecordBatch) -> None:
        records.see(name, batch)
        if name == PAUSES:
            paused += [row for row in batch.to_pylist() if row["on"]]

    def _other_embedder(self) -> Problem | None:
        try:
            if (table := self._store.table()) is not None:
                self._store.check(table)
        except EmbedderMismatchError as error:
            remedy = "open it with that embedder (`--embeddings`), or run `langgraph-coaching reembed` once"
            return Problem(severity="error", kind="embedder", where=COACHINGS, what=str(error), remedy=remedy)
        except CoachingError:  # said of the table already
            return None
        return None


def _attempt(problem: Problem) -> Problem:
    if problem.repair is None:
        return problem
    try:
        problem.repair()
    except CoachingError as error:
        return replace(problem, remedy=f"{problem.remedy}; it could not be done: {error}")
    return problem.done()


def _pause_problem(row: dict[str, object]) -> Problem:
    by = f" by {row['author']}" if row["author"] else ""
    why = f": {row['reason']}" if row["reason"] else ""
    what = f"all of its coaching is paused since {row['at']:%Y-%m-%d %H:%M} UTC{by}{why}"
    remedy = "`langgraph-coaching resume` ends it, or coach.resume()"
    return Problem(
        severity="warning", kind="paused", where=f"the namespace {row['namespace']!r}", what=what, remedy=remedy
    )
