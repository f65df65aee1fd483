"""Revisions: which of each coaching is the latest, told by small columns; only those that are wanted are read whole.

A coaching that is judged and edited for months has thousands, each with its examples and their vectors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from langgraph_coaching.storage.row_ids import ROW, read_places, scan_rows
from langgraph_coaching.storage.table import key_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    import pyarrow as pa

    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.storage.table import Table

    Row = dict[str, Any]


_AT_ONCE = 2_000
"""Revisions asked for in one query."""

_TRIES = 4
"""How often the latest revisions are looked for where others change them meanwhile."""

_FEW = 500
"""Up to so many revisions are fetched by their keys in any case."""


class Revision(NamedTuple):
    """What tells one revision from every other: an id that was erased may begin again at revision 1."""

    id: str
    revision: int
    updated_at: datetime

    @classmethod
    def of(cls, coaching: Coaching) -> Revision:
        """That of a coaching."""
        return cls(coaching.id, coaching.revision, coaching.updated_at)


REVISION_KEY = Revision._fields
"""The columns that it is read from."""


def list_revisions(rows: pa.Table) -> list[Revision]:
    """The revision of each row.

    Args:
        rows: With `REVISION_KEY`.
    """
    return [*map(Revision._make, zip(*(rows[name].to_pylist() for name in REVISION_KEY), strict=True))]


def latest_revisions(table: Table) -> dict[Revision, int]:
    """The latest revision of every coaching of the namespace, the deleted ones too, and where it is.

    Args:
        table: The coachings.

    Raises:
        StoreError: The table could not be read.
    """
    found = scan_rows(table, REVISION_KEY)
    if found is None or not found.num_rows:
        return {}
    numbers = found["id"].combine_chunks().dictionary_encode().indices.to_numpy()
    order = np.lexsort((found["revision"].to_numpy(), numbers))
    is_last = np.diff(numbers[order], append=-1) != 0
    latest = found.take(order[is_last])
    return dict(zip(list_revisions(latest), latest[ROW].to_pylist(), strict=True))


def read_latest(
    table: Table, columns: Iterable[str], known: Collection[Revision]
) -> dict[Revision, dict[str, Any] | None]:
    """The latest revisions, the row of each that is not known; None for those that are.

    Args:
        table: The coachings of a namespace.
        columns: What to read of a row, besides `REVISION_KEY`.
        known: Those of which nothing has to be read.

    Raises:
        StoreError: The table could not be read.
    """
    wanted = [*dict.fromkeys((*columns, *REVISION_KEY))]
    for left in reversed(range(_TRIES)):
        latest = latest_revisions(table)
        missing = {one: place for one, place in latest.items() if one not in known}
        found = read_revisions(table, wanted, missing, missing.values())
        rows: dict[Any, Row] = {
            tuple(row[name] for name in REVISION_KEY): row for row in (found.to_pylist() if found else ())
        }
        if not left or missing.keys() <= rows.keys():  # else some were changed between the two looks
            break
    return {one: rows.get(one) for one in latest if one in rows or one not in missing}


def read_revisions(
    table: Table, columns: Sequence[str], wanted: Iterable[Sequence[Any]], places: Collection[int] = ()
) -> pa.Table | None:
    """The rows of some revisions; others may be among them, and one that was changed meanwhile is not. None for none.

    Args:
        table: The coachings of a namespace.
        columns: What to read.
        wanted: Which; each begins with its id and revision.
        places: Where they may be, as `latest_revisions` says: a table that is in many pieces is looked through only for
            those that are not there.

    Raises:
        StoreError: The table could not be read.
    """
    names = [key_of(str(table.namespace), one[0], one[1]) for one in wanted]
    opened = table.opened()
    if opened is None or not names:
        return None
    if len(names) > _FEW and 2 * len(names) > opened.count_rows():  # cheaper in one scan
        return table.arrow(columns)
    import pyarrow as pa

    found, missing = [], names
    if (taken := read_places(table, [*columns, "key"], [*places])) is not None:
        asked, there = {*names}, taken["key"].to_pylist()
        found.append(taken.filter(pa.array([key in asked for key in there], pa.bool_())).select([*columns]))
        missing = sorted(asked - {*there})  # upkeep has moved them
    pages = [missing[start : start + _AT_ONCE] for start in range(0, len(missing), _AT_ONCE)]
    return pa.concat_tables([*found, *(table.arrow(columns, key=page) for page in pages)])


def latest_rows(rows: Iterable[Row]) -> list[Row]:
    """Of rows with `id` and `revision`, the highest revision of each id."""
    latest: dict[str, Row] = {}
    for row in rows:
        if row["id"] not in latest or row["revision"] > latest[row["id"]]["revision"]:
            latest[row["id"]] = row
    return list(latest.values())
