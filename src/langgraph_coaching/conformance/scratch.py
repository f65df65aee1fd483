"""Scratch: two namespaces of a store that nobody else has, and all that is in them erased at the end."""

from __future__ import annotations

import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coach import Coach
from langgraph_coaching.doctor.every_table import NAMESPACED
from langgraph_coaching.errors import CoachingError
from langgraph_coaching.recall.limits import Limits
from langgraph_coaching.storage.database import Database
from langgraph_coaching.storage.locks import LOCKS, Locks
from langgraph_coaching.storage.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from langchain_core.embeddings import Embeddings

PATIENT = Limits(deadline=60.0)
"""How fast it is, is a check of its own."""


@dataclass
class Scratch:
    """Where the checks write."""

    uri: str
    embeddings: Embeddings | None
    options: dict[str, str] | None
    namespace: str = field(default_factory=lambda: f"conformance-{secrets.token_hex(6)}")
    kept: dict[str, Any] = field(default_factory=dict)
    """What one check leaves for a later one."""

    @property
    def others(self) -> str:
        """The second namespace, with signs that a filter could stumble over."""
        return f"{self.namespace}' OR '1'='1 注文"

    @contextmanager
    def opened(self, namespace: str | None = None, limits: Limits = PATIENT) -> Iterator[Coach]:
        """A coach with a connection of its own."""
        name = namespace or self.namespace
        with Coach(
            self.uri, embeddings=self.embeddings, namespace=name, limits=limits, storage_options=self.options
        ) as coach:
            yield coach

    def erase(self, made: set[str]) -> list[str]:
        """Takes away every row of both namespaces, and of the tables that it made those that are empty.

        Args:
            made: The tables that were not there before.

        Returns:
            What could not be taken away, and why.
        """
        database, left = Database(self.uri, self.options), []
        for name in NAMESPACED:
            try:
                for namespace in (self.namespace, self.others):
                    Table(database, name, _no_schema, namespace).delete()
            except CoachingError as error:
                left.append(f"{name}: {error}")
        database.close()
        with suppress(Exception):  # an empty table harms nobody
            self._drop_empty(database, sorted(made))
        return left

    def _drop_empty(self, database: Database, names: Sequence[str]) -> None:
        """Drops tables without a row, while nobody writes, and the folder where that was all."""
        if database.uri.startswith("db://"):
            return
        import lancedb

        folder = None if database.remote else Path(database.uri)
        with Locks(folder).alone() as alone:
            connection = lancedb.connect(database.uri, storage_options=self.options)
            for name in names if alone is not False else ():
                with suppress(ValueError):  # it was never made
                    if connection.open_table(name).count_rows() == 0:
                        connection.drop_table(name)
        if folder is not None:
            _remove_empty(folder)

    def count_pieces(self) -> int | None:
        """In how many pieces the coachings lie; None where that is not this process's to know."""
        if self.uri.startswith("db://"):
            return None
        database = Database(self.uri, self.options)
        try:
            table = database.table("coachings")
            if table is None or database.remote:
                return None
            stats: Any = table.stats()
            return int(stats["fragment_stats"]["num_fragments"])
        finally:
            database.close()

    def absent_tables(self) -> set[str]:
        """Tables that are not there yet."""
        database = Database(self.uri, self.options)
        try:
            return {name for name in NAMESPACED if database.table(name) is None}
        except CoachingError:
            return set()
        finally:
            database.close()


def _no_schema() -> Any:
    raise AssertionError("what is only erased needs no schema")


def _remove_empty(folder: Path) -> None:
    """Removes a folder in which nothing but files of locks is left."""
    with suppress(OSError):
        files = [*folder.iterdir()]
        if all(file.name in LOCKS for file in files):
            for file in files:
                file.unlink()
            folder.rmdir()
