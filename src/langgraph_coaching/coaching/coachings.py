"""The table of coachings: every revision is a row, the highest one is the head, nothing is overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from langgraph_coaching.coaching.revisions import latest_revisions, latest_rows, read_latest, read_revisions
from langgraph_coaching.coaching.row import coaching_of, row_of, schema_of
from langgraph_coaching.errors import ChangedMeanwhileError, ConflictError, EmbedderMismatchError, StoreError
from langgraph_coaching.storage.faults import faults
from langgraph_coaching.storage.rows import read_each, read_one
from langgraph_coaching.storage.table import DESCENDING, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import pyarrow as pa
    from lancedb.table import Table as LanceTable
    from numpy.typing import NDArray

    from langgraph_coaching.coaching.behavior import Behavior
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.coaching.revisions import Revision
    from langgraph_coaching.coaching.row import Vectors
    from langgraph_coaching.storage.database import Database

TABLE = "coachings"

_NAMED = ["namespace", "id", "revision", "record"]
"""The columns of a revision that can be read, and be named where it cannot."""


class Coachings:
    """Coachings of one namespace in LanceDB.

    Args:
        database: Where the table lives.
        namespace: Every read is filtered by it in the query; every write carries it.
        embedder: Id of the embedder whose vectors the table holds, such as `coaching-minilm-2`.
    """

    def __init__(self, database: Database, namespace: str, embedder: str) -> None:
        self.database = database
        self.namespace = namespace
        self.embedder = embedder
        self._table = self._table_of(namespace)
        self._heads: tuple[int, list[Coaching]] | None = None
        self._read: dict[Revision, Coaching | None] = {}
        """What was read of each head, None where it was deleted: a save changes one of thousands."""

    def _table_of(self, namespace: str | None, dimension: int = 0) -> Table:
        # Whoever only reads does not need to know the dimension, nor the schema.
        return Table(self.database, TABLE, lambda: schema_of(self.embedder, dimension), namespace)

    def exists(self) -> bool:
        """Whether there may be anything to read; known without loading LanceDB, except for an object store."""
        return self.database.exists(TABLE)

    def table(self) -> LanceTable | None:
        """LanceDB's handle of the table, or None before the first write."""
        return self._table.opened()

    def version(self) -> int:
        """Number of the table's latest commit, 0 before the first; a few microseconds while a folder stays as it is.

        Raises:
            StoreError: The table is missing files or damaged.
        """
        return self._table.version()

    def check(self, table: LanceTable, dimension: int | None = None) -> str:
        """Refuses vectors of another embedder.

        Args:
            table: Its handle.
            dimension: Of the vectors at hand, where it is known.

        Returns:
            A token that changes when every vector of the table was computed anew.

        Raises:
            EmbedderMismatchError: The table was written with another embedder or dimension.
            StoreError: It is another kind of table, or damaged.
        """
        with faults(self.database.uri):
            metadata = {name.decode(): value.decode() for name, value in (table.schema.metadata or {}).items()}
        if not {"embedder", "dimension", "made"} <= metadata.keys():
            raise StoreError(
                f"the table `{TABLE}` at {self.database.uri} is none of coachings, or its files are damaged: restore "
                "the folder from a copy, or give another one"
            )
        held, size = metadata["embedder"], int(metadata["dimension"])
        if held != self.embedder or (dimension is not None and dimension != size):
            given = f"{self.embedder} ({dimension})" if dimension else self.embedder
            raise EmbedderMismatchError(
                f"the store at {self.database.uri} holds vectors of {held} ({size}), you gave {given}; "
                "open it with that embedder, or run `langgraph-coaching reembed` once to change all of them"
            )
        return str(metadata["made"])

    def rows(self, columns: Sequence[str], **equal: Any) -> list[dict[str, Any]]:
        """Rows of this namespace.

        Args:
            columns: What to read.
            **equal: A column's value, or a list of values it may have.

        Returns:
            One mapping a row, in no particular order; [] before the first write.
        """
        return self._table.rows(columns, **equal)

    def latest_revisions(self) -> dict[Revision, int]:
        """See `revisions.latest_revisions`."""
        return latest_revisions(self._table)

    def read_revisions(
        self, columns: Sequence[str], wanted: Iterable[Sequence[Any]], places: Collection[int] = ()
    ) -> pa.Table | None:
        """See `revisions.read_revisions`."""
        return read_revisions(self._table, columns, wanted, places)

    def arrow(self, columns: Sequence[str], **equal: Any) -> pa.Table | None:
        """Like `rows`, as an Arrow table; None before the first write."""
        return self._table.arrow(columns, **equal)

    def insert(
        self, coachings: Sequence[Coaching], vectors: Iterable[Vectors], made_of: dict[str, int] | None = None
    ) -> None:
        """Writes revisions; each either becomes the only row of its key or is refused.

        Args:
            coachings: Revisions not in the table yet.
            vectors: For each of them the unit vectors (`float32[dimension]`) of `recall.vectors.texts_of`.
            made_of: By id the revisions that they follow, which still have to be the latest: then all are written in
                one commit, or none.

        Raises:
            ConflictError: Another writer has taken one of these revisions; the others are written.
            EmbedderMismatchError: The table holds vectors of another embedder.
            StoreError: The write failed; nothing of it is visible.
        """
        rows = [row_of(coaching, parts) for coaching, parts in zip(coachings, vectors, strict=True)]
        if not rows:
            return
        dimension = len(rows[0]["vector"])
        table = self._table_of(None, dimension)

        # It is looked at before every attempt: what got in between may have been a `reembed`.
        def check(opened: LanceTable) -> None:
            self.check(opened, dimension)
            self._refuse_overtaken(made_of or {})

        if table.insert(rows, check, together=made_of is not None) < len(rows):
            self._refuse_overtaken(made_of or {})
            raise ConflictError(
                "somebody else saved the same coaching at the same moment; read it again and redo the change"
            )

    def _refuse_overtaken(self, made_of: dict[str, int]) -> None:
        found = latest_rows(self.rows(["id", "revision"], id=[*made_of])) if made_of else []
        if changed := sorted(row["id"] for row in found if row["revision"] != made_of[row["id"]]):
            raise ChangedMeanwhileError(
                f"{', '.join(changed)} was changed by somebody else at the same moment, so that nothing of this was "
                f"written; look at coach.history({changed[0]!r}), and say it again"
            )

    def marked(self) -> list[Coaching]:
        """Every revision that a change set has made, in no particular order."""
        table = self.table()
        if table is None or "change_set" not in table.schema.names:
            return []
        from lancedb.expr import col, lit

        rows = self._table.rows(_NAMED, [col("change_set") > lit("")])
        return [*read_each(((name_of(row), row["record"]) for row in rows), coaching_of)]

    def history(self, coaching_id: str) -> list[Coaching]:
        """Every revision of one coaching, oldest first; [] where there is none.

        Raises:
            StoreError: A newer version has written its latest revision, which cannot be read, nor be built upon.
        """
        rows = sorted(self.rows(_NAMED, id=coaching_id), key=lambda row: int(row["revision"]))
        latest = [read_one(name_of(row), row["record"], coaching_of) for row in rows[-1:]]
        return [*read_each(((name_of(row), row["record"]) for row in rows[:-1]), coaching_of), *latest]

    def latest(self, coaching_id: str) -> Coaching | None:
        """The latest revision of one coaching, read alone however many there are; None where there is none.

        Raises:
            StoreError: A newer version has written it, so that it cannot be read, nor be built upon.
        """
        found = self._table.rows(_NAMED, order={"revision": DESCENDING}, limit=1, id=coaching_id)
        return read_one(name_of(found[0]), found[0]["record"], coaching_of) if found else None

    def vectors(self, coaching_id: str, revision: int) -> list[NDArray[np.float32]] | None:
        """The stored vectors of one revision, as `insert` took them; None where there is none."""
        found = self._table.arrow(["vector", "examples"], id=coaching_id, revision=revision)
        if found is None or not found.num_rows:
            return None
        intent, examples = (found[name][0].values for name in ("vector", "examples"))
        flat = np.asarray(examples.flatten() if len(examples) else [], dtype=np.float32)
        return [np.asarray(intent, dtype=np.float32), *flat.reshape(-1, len(intent))]

    def histories(self) -> dict[str, list[Coaching] | None]:
        """Every revision of every coaching, the deleted ones too, oldest first.

        None for a coaching whose latest revision cannot be read: nothing may be built upon an earlier one.
        """
        rows = sorted(self.rows(_NAMED), key=lambda row: int(row["revision"]))
        found: dict[str, list[Coaching] | None] = {row["id"]: [] for row in rows}
        for row in rows:
            read = list(read_each([(name_of(row), row["record"])], coaching_of))
            earlier = found[row["id"]] or []
            found[row["id"]] = [*earlier, *read] if read else None
        return found

    def at(self, coaching_id: str, revision: int) -> Coaching | None:
        """One coaching at one revision, or None where there is none, or none that this version can read."""
        rows = self.rows(_NAMED, id=coaching_id, revision=revision)
        return next(read_each(((name_of(row), row["record"]) for row in rows), coaching_of), None)

    def behavior(self, coaching_id: str, revision: int) -> Behavior | None:
        """What it says to do at one revision, or None where there is none, or no longer."""
        found = self.at(coaching_id, revision)
        return found.behavior if found else None

    def heads(self) -> list[Coaching]:
        """The latest revision of every coaching that was not deleted, oldest first.

        One whose latest revision cannot be read is not among them: an earlier one says what holds no longer.
        """
        version = self.version()
        if self._heads is not None and self._heads[0] == version:
            return [one.unshared() for one in self._heads[1]]
        read = self._read_latest()
        heads = sorted((one for one in read.values() if one is not None), key=lambda c: (c.created_at, c.id))
        self._read, self._heads = read, (version, heads)
        return [one.unshared() for one in heads]

    def _read_latest(self) -> dict[Revision, Coaching | None]:
        """The latest revision of every coaching that can be read; those that are known are not read again."""
        latest = read_latest(self._table, _NAMED, self._read)
        named = [(name_of(row), one) for one, row in latest.items() if row is not None]
        read = dict(read_each(named, lambda one: (one, coaching_of((latest[one] or {})["record"]))))
        known = {one: self._read[one] for one, row in latest.items() if row is None}
        return known | {one: None if coaching.deleted else coaching for one, coaching in read.items()}

    def purge(self, coaching_id: str) -> None:
        """Erases every revision of one coaching."""
        self._table.delete(id=coaching_id)

    def rewrite(self, rows: Sequence[dict[str, Any]]) -> None:
        """Changes revisions that are there, where something has to go out of the history as well.

        Args:
            rows: Each with its `key` and the same other columns.

        Raises:
            StoreError: The write failed; nothing of it is visible.
        """
        dimension = len(self.rows(["vector"], limit=1)[0]["vector"])
        self._table_of(self.namespace, dimension).update(rows)

    def complete(self, table: LanceTable) -> None:
        """Adds the columns that have come since an earlier version made the table."""
        dimension = int(table.schema.field("vector").type.list_size)
        self.database.ensure(TABLE, schema_of(self.embedder, dimension))

    def clear_past(self) -> bool:
        """Takes away all that the files hold besides what is there now; whether it is so."""
        return self._table.clear_past()

    def erase(self, keys: Sequence[str]) -> None:
        """Erases revisions of any namespace by their keys."""
        self._table_of(None).delete(key=[*keys])


def name_of(row: dict[str, Any]) -> str:
    """What a revision is called where it cannot be read."""
    place = f" of the namespace {row['namespace']!r}" if "namespace" in row else ""
    return f"coaching {row['id']!r}, revision {row['revision']}{place}"
