"""The table of chunks, `histories`: parts that traces share, each once in a namespace, whichever traces name it."""

from __future__ import annotations

import json
import secrets
from collections import OrderedDict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from langgraph_coaching.storage.database import REMADE
from langgraph_coaching.storage.faults import faults
from langgraph_coaching.storage.row_ids import ROW, read_rows, scan_rows
from langgraph_coaching.storage.rows import read_each
from langgraph_coaching.storage.storable import literal
from langgraph_coaching.storage.table import COMPRESSED, KEY, Table, key_of
from langgraph_coaching.traces.encoding import chunk_names, names_within

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    import pyarrow as pa

    from langgraph_coaching.storage.database import Database

TABLE = "histories"

ERASURES = "erasures"
"""The table of which each commit says that chunks were erased."""

REMEMBERED = 100_000
"""Names of chunks that are known to be in the table, so that a turn writes only what is new."""

_AT_ONCE = 2_000
"""Chunks asked for in one query."""


def _schema() -> pa.Schema:
    import pyarrow as pa

    text = pa.string()
    return pa.schema(
        [
            pa.field("key", text, nullable=False, metadata=KEY),
            pa.field("namespace", text, nullable=False),
            pa.field("trace_id", text, nullable=False),  # the first trace that held it: text in it is found there
            pa.field("content", pa.large_string(), nullable=False, metadata=COMPRESSED),
        ]
    )


def _erasure_schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            pa.field("key", pa.string(), nullable=False, metadata=KEY),
            pa.field("namespace", pa.string(), nullable=False),
            pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
        ]
    )


class Chunks:
    """Chunks of one namespace.

    Args:
        database: Where the table lives.
        namespace: Whose traces.
    """

    def __init__(self, database: Database, namespace: str) -> None:
        self._namespace = namespace
        self._table = Table(database, TABLE, _schema, namespace)
        self._erasures = Table(database, ERASURES, _erasure_schema, namespace)
        self._known: OrderedDict[str, None] = OrderedDict()
        self._version = 0
        self._mark = 0
        self._owners: tuple[int, pa.Table | None] = (0, None)
        """Where the chunks of each trace are, as of a version."""

    def mark(self) -> int:
        """What is another number once somebody has erased chunks; a few microseconds while a folder stays as it is.

        Raises:
            StoreError: It could not be read.
        """
        return self._erasures.version()

    def write(self, chunks: Mapping[str, Mapping[str, str]]) -> None:
        """Adds chunks; one that is there already stays as it is.

        Args:
            chunks: For the id of each trace the chunks it names.

        Raises:
            StoreError: The write failed.
        """
        if not any(chunks.values()):
            return
        version, mark = self._table.version(), self.mark()  # in this order: the first notices a folder made anew
        if version < self._version or mark != self._mark:  # or somebody has put an older copy there
            self._known.clear()
            self._mark = mark
        rows = {
            name: self._row(name, trace_id, content)
            for trace_id, contents in reversed([*chunks.items()])
            for name, content in contents.items()
            if name not in self._known
        }
        if not rows:
            return
        self._table.insert([*rows.values()])
        self._known.update(dict.fromkeys(rows))
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        self._version = self._table.version()

    def _row(self, name: str, trace_id: str, content: str) -> dict[str, Any]:
        key = key_of(self._namespace, name)
        return {"key": key, "namespace": self._namespace, "trace_id": trace_id, "content": content}

    def read(self, names: Iterable[str]) -> dict[str, Any]:
        """The contents of chunks by their names, and of those that these name; one that is missing is left out.

        Raises:
            StoreError: The table could not be read.
        """
        found: dict[str, Any] = {}
        wanted = list(dict.fromkeys(names))
        while wanted:
            read: dict[str, Any] = {}
            for start in range(0, len(wanted), _AT_ONCE):
                read |= self._contents(wanted[start : start + _AT_ONCE])
            found |= read
            further = read_each(((f"part {name!r} of a history", text) for name, text in read.items()), _chunk_names)
            wanted = [name for name in dict.fromkeys(name for some in further for name in some) if name not in found]
        return found

    def _contents(self, names: Sequence[str]) -> dict[str, Any]:
        rows = self._table.rows(["key", "content"], key=[key_of(self._namespace, name) for name in names])
        named = ((f"part {row['key']} of a history", row) for row in rows)
        return dict(read_each(named, lambda row: (json.loads(row["key"])[1], json.loads(row["content"]))))

    def version(self) -> int:
        """Number of the latest commit."""
        return self._table.version()

    def names(self) -> dict[str, str]:
        """Every chunk by its name, with the trace in which text of it is found.

        Raises:
            StoreError: The table could not be read.
        """
        return {_name_of(row): row["trace_id"] for row in self._table.rows(["key", "trace_id"])}

    def links(self, version: int | None = None) -> dict[str, list[str]]:
        """The chunks that name others, with what they name; what only looks like a name does no harm.

        Args:
            version: As they were at a commit that is still there; as they are now when None.

        Raises:
            StoreError: The table could not be read.
        """
        rows = self._rows_at(version) if version else self._table.each(["key", "content"])
        named = ((_name_of(row), names_within(row["content"])) for row in rows)
        return {name: names for name, names in named if names}

    def _rows_at(self, version: int, *keys: str) -> Iterator[dict[str, Any]]:
        """Rows as they were at a commit: those of keys, or all."""
        from lancedb.expr import col, lit

        own = col("namespace") == lit(self._namespace)
        with faults(self._table.database.uri):
            past = self._table.database.reopen(TABLE)
            past.checkout(version % REMADE)
            found = past.search().where(own & col("key").isin([*keys]) if keys else own)
            for batch in found.select(["key", "namespace", "trace_id", "content"]).limit(None).to_batches():
                yield from batch.to_pylist()

    def assign(self, owners: Mapping[str, str]) -> None:
        """Says in which trace text of some chunks is found from now on.

        Raises:
            StoreError: The write failed.
        """
        if owners:
            self._table.update(
                [{"key": key_of(self._namespace, name), "trace_id": trace_id} for name, trace_id in owners.items()]
            )

    def erase(self, names: Sequence[str]) -> None:
        """Takes chunks away, and lets every writer know.

        Raises:
            StoreError: The write failed.
        """
        for start in range(0, len(names), _AT_ONCE):
            self._table.delete(key=[key_of(self._namespace, name) for name in names[start : start + _AT_ONCE]])
        key, now = key_of(self._namespace, secrets.token_hex(8)), datetime.now(UTC)
        self._erasures.insert([{"key": key, "namespace": self._namespace, "at": now}])

    def bring_back(self, names: Sequence[str], version: int) -> None:
        """Puts chunks there again as they were at a commit that is still there.

        Raises:
            StoreError: They could not be read or written.
        """
        for start in range(0, len(names), _AT_ONCE):
            keys = [key_of(self._namespace, name) for name in names[start : start + _AT_ONCE]]
            self._table.insert([*self._rows_at(version, *keys)])

    def clear_past(self) -> bool:
        """As of its table."""
        return self._table.clear_past()

    def traces_holding(self, text: str) -> list[str]:
        """The ids of the traces that were the first to hold a history in which a text stands, in any case.

        Raises:
            StoreError: The table could not be read.
        """
        from lancedb.expr import col, func

        lowered = text.lower()
        where = func("contains", func("lower", col("content")), literal(_as_json(lowered)))
        return sorted(_owners_saying(lowered, self._table.rows(["key", "trace_id", "content"], [where])))

    def holding_among(self, text: str, trace_ids: Collection[str]) -> set[str]:
        """As `traces_holding`, of some traces, whose histories alone are read.

        Args:
            text: In any case.
            trace_ids: Which traces.

        Raises:
            StoreError: The table could not be read.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        version = self._table.version()
        if self._owners[0] != version:
            self._owners = version, scan_rows(self._table, ("key", "trace_id")) if version else None
        owners = self._owners[1]
        if owners is None or not trace_ids:
            return set()
        own = owners.filter(pc.is_in(owners["trace_id"], value_set=pa.array([*trace_ids], pa.string())))
        places = dict(zip(own["key"].to_pylist(), own[ROW].to_pylist(), strict=True))
        lowered = text.lower()
        rows = read_rows(self._table, ("trace_id", "content"), places).values()
        return _owners_saying(lowered, [row for row in rows if _as_json(lowered) in row["content"].lower()])


def _as_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _owners_saying(lowered: str, rows: Iterable[dict[str, Any]]) -> set[str]:
    named = ((f"part {row['key']} of a history", row) for row in rows)
    said = read_each(named, lambda row: (row["trace_id"], _text_of(json.loads(row["content"])).lower()))
    return {trace_id for trace_id, text in said if lowered in text}


def _name_of(row: Mapping[str, Any]) -> str:
    return str(json.loads(row["key"])[1])


def _chunk_names(content: Any) -> list[str]:
    return [*chunk_names(content)]


def _text_of(content: Any) -> str:
    items = content if isinstance(content, list) else [content]
    steps = [item for item in items if isinstance(item, dict) and item.get("type") != "system"]
    return "\n".join(text for step in steps if isinstance(text := step.get("text"), str))
