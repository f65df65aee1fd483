"""Migrations: what makes the rows of one schema version those of the next; each a pure change of a row.

What only adds nullable columns needs none (`columns`): the next write adds them. A migration is for what an older
process would misread, or what a newer one could not read as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langgraph_coaching.storage.columns import add_missing
from langgraph_coaching.storage.merging import merge_rows
from langgraph_coaching.storage.retrying import OVERTAKEN, retrying
from langgraph_coaching.storage.rows import read_each
from langgraph_coaching.storage.storable import arrow_of
from langgraph_coaching.storage.table import KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import pyarrow as pa
    from lancedb.table import Table

    Row = Mapping[str, Any]

TOGETHER = 1_000
"""Rows that are read and written at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happens to the rows of one table, in every namespace."""

    table: str
    columns: tuple[str, ...]
    """What it reads and writes, besides the key."""
    change: Callable[[Row], Row]
    """Given the key and these columns of a row, the same as they shall be. Done twice it changes nothing more, so that
    it can be done again after it was interrupted."""
    added: Callable[[], Iterable[pa.Field]] = tuple
    """Nullable columns that have to be there first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """From the schema version before to this one."""

    version: int
    """That a store has afterwards."""
    does: str
    """In words, for whoever looks after the store."""
    changes: tuple[Change, ...]
    readable_from: int
    """The earliest schema version whose processes still read right what it leaves; they never write to it."""


MIGRATIONS: tuple[Migration, ...] = ()
"""In order, each by one further; `schema_version.SCHEMA_VERSION` is that of the last. None is ever taken away: stores
of the first release go through all of them."""


def list_pending(number: int) -> list[Migration]:
    """What a store of a version has before it."""
    return [one for one in MIGRATIONS if one.version > number]


def change_rows(rows: Iterable[Row], change: Change) -> Iterator[Row]:
    """Those that shall be otherwise, changed; one that cannot be read stays as it is, and is named in the log."""
    pairs = ((f"row {row} of the table {change.table}"[:200], row) for row in rows)
    for before, after in read_each(pairs, lambda row: (row, {**row, **change.change(row)})):
        if after != before:
            yield after


def change_table(table: Table, change: Change) -> None:
    """Reads every row and writes those that change, some in one commit; interrupted, the rest is left to the next time.

    Raises:
        RuntimeError: What LanceDB raises.
    """
    import pyarrow as pa

    add_missing(table, pa.schema([*change.added()]))
    (key,) = [field.name for field in table.schema if KEY.items() <= _metadata_of(field).items()]
    schema = pa.schema([table.schema.field(name) for name in (key, *change.columns)])
    for batch in table.search().select(schema.names).limit(None).to_batches(TOGETHER):
        if changed := [*change_rows(batch.to_pylist(), change)]:
            retrying(table, OVERTAKEN, 10)(merge_rows, table, "update", key, arrow_of(changed, schema))


def _metadata_of(field: pa.Field) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in (field.metadata or {}).items()}
