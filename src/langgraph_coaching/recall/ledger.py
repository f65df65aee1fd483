"""The ledger: the table of receipts."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.database import COMPRESSED, KEY, Database, faults
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError
from langgraph_coaching.recall.advice import NOT_SEEN, Advice, Followed, Receipt

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from lancedb.table import Table

TABLE = "receipts"

_COLUMNS = ("record", "trace_id", "step", "followed")
"""What a receipt is read from."""

_INDEXED = ("moment",)


@dataclass(frozen=True, slots=True)
class Entry:
    """Advice as it was given at one moment."""

    moment: str
    """Digest of thread, node and messages: equal for the same model call when it is resumed or replayed."""
    advice: Advice
    revises: bool = False
    """Whether receipts of it may be there as not seen by the model, which it has been by now."""


@dataclass(frozen=True, slots=True)
class Link:
    """Says in which trace and step receipts were found."""

    receipt_ids: tuple[str, ...]
    trace_id: str
    step: int
    followed: tuple[Followed, ...] = ()
    """Of each receipt, in the same order; empty where nothing is known."""


def _schema() -> pa.Schema:
    import pyarrow as pa

    text, whole = pa.string(), pa.int32()
    return pa.schema(
        [
            pa.field("key", text, nullable=False, metadata=KEY),
            pa.field("namespace", text, nullable=False),
            pa.field("moment", text, nullable=False),
            pa.field("position", whole, nullable=False),
            pa.field("coaching_id", text),
            pa.field("revision", whole),
            pa.field("outcome", text, nullable=False),
            pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
            pa.field("trace_id", text),
            pa.field("step", whole),
            pa.field("followed", text),
            # On the first receipt of a moment only: the prompt block, for resume and replay.
            pa.field("prompt", text, metadata=COMPRESSED),
            pa.field("record", text, nullable=False, metadata=COMPRESSED),
        ]
    )


class Ledger:
    """Receipts of one namespace in LanceDB.

    Args:
        database: Where the table lives.
        namespace: Every read is filtered by it in the query; every write carries it.
    """

    def __init__(self, database: Database, namespace: str) -> None:
        self._database = database
        self.namespace = namespace
        self._complete = False

    def write(self, entries: Sequence[Entry]) -> None:
        """Adds receipts; one that is there already stays as it is.

        Raises:
            StoreError: The write failed.
        """
        import pyarrow as pa

        # A retry records the advice of the first try again, perhaps in the same batch, and a model may see it by then.
        rows: dict[str, dict[str, Any]] = {}
        for row in (row for entry in entries for row in self._rows(entry)):
            if rows.get(row["key"], row)["outcome"] in (NOT_SEEN, row["outcome"]):
                rows[row["key"]] = row
        if not rows:
            return
        table = self._database.ensure(TABLE, _schema())
        data = pa.Table.from_pylist(list(rows.values()), schema=_schema())
        self._database.write(
            table, lambda t: t.merge_insert("key").when_not_matched_insert_all().execute(data), indexed=_INDEXED
        )
        revising = {row["key"] for entry in entries if entry.revises for row in self._rows(entry)}
        self._revise([rows[key] for key in sorted(revising) if rows[key]["outcome"] == "applied"])

    def _revise(self, rows: Sequence[dict[str, Any]]) -> None:
        """Makes receipts that are there as not seen by the model applied."""
        table = self._database.table(TABLE)
        if not rows or table is None:
            return
        from lancedb.expr import col, lit

        unseen = (col("key").isin([row["key"] for row in rows]) & (col("outcome") == lit(NOT_SEEN))).to_sql()
        with faults(self._database.uri):
            found = {row["key"] for row in table.search().where(unseen).select(["key"]).limit(None).to_list()}
        for row in rows:
            if row["key"] in found:
                values = {"outcome": row["outcome"], "record": row["record"]}
                update = partial(_update, where=(col("key") == lit(row["key"])).to_sql(), values=values)
                self._database.write(table, update, indexed=_INDEXED)

    def _rows(self, entry: Entry) -> list[dict[str, Any]]:
        return [
            {
                "key": json.dumps([self.namespace, receipt.id], ensure_ascii=False),
                "namespace": self.namespace,
                "moment": entry.moment,
                "position": position,
                "coaching_id": receipt.coaching_id,
                "revision": receipt.revision,
                "outcome": receipt.outcome,
                "at": receipt.at,
                "trace_id": receipt.trace_id,
                "step": receipt.step,
                "followed": None if receipt.followed == "unknown" else receipt.followed,
                "prompt": entry.advice.prompt if position == 0 else None,
                # ASCII, because a user's words may hold half a character, which Arrow refuses
                "record": json.dumps(asdict(receipt) | {"at": receipt.at.isoformat()}),
            }
            for position, receipt in enumerate(entry.advice.considered)
        ]

    def link(self, links: Sequence[Link]) -> None:
        """Writes into receipts which trace and step they belong to.

        Raises:
            StoreError: The write failed.
        """
        table = self._database.table(TABLE)
        if table is None:
            return
        from lancedb.expr import col

        for link in links:
            groups: dict[str | None, list[str]] = {}
            for name, known in zip_longest(link.receipt_ids, link.followed):
                key = json.dumps([self.namespace, name], ensure_ascii=False)
                groups.setdefault(None if known in (None, "unknown") else known, []).append(key)
            for known, keys in groups.items():
                values = {"trace_id": link.trace_id, "step": link.step} | ({"followed": known} if known else {})
                update = partial(_update, where=col("key").isin(keys).to_sql(), values=values)
                self._database.write(table, update, indexed=_INDEXED)

    def receipts(self, *, limit: int | None = None, **equal: Any) -> list[Receipt]:
        """Receipts, newest first.

        Args:
            limit: Most to return.
            **equal: Values of `coaching_id`, `trace_id`, `outcome` or `moment`.

        Raises:
            StoreError: The table could not be read.
        """
        if limit is not None and limit < 0:
            raise InvalidCoachingError(f"limit is a number of receipts, or None for all, not {limit}")
        if limit == 0:  # which LanceDB takes for "all"
            return []
        found = [_receipt(row) for row in self._read(_COLUMNS, equal, limit)]
        found.sort(key=lambda receipt: receipt.at, reverse=True)
        return found

    def situations(self, limit: int) -> list[str]:
        """The situations of the latest calls, each once, as the receipts have them.

        Args:
            limit: Most calls to look at.

        Raises:
            StoreError: The table could not be read.
        """
        return list(dict.fromkeys(receipt.situation for receipt in self.calls(limit)))

    def calls(self, limit: int) -> list[Receipt]:
        """The first receipt of each of the latest calls, newest first.

        Args:
            limit: Most calls to look at.

        Raises:
            StoreError: The table could not be read.
        """
        return [_receipt(row) for row in self._read(_COLUMNS, {"position": 0}, limit)]

    def receipt(self, receipt_id: str) -> Receipt:
        """One receipt.

        Raises:
            NotFoundError: There is none of that id in this namespace.
            StoreError: The table could not be read.
        """
        key = json.dumps([self.namespace, receipt_id], ensure_ascii=False)
        rows = self._read(_COLUMNS, {"key": key})
        if not rows:
            raise NotFoundError(f"no receipt {receipt_id!r} in the namespace {self.namespace!r}")
        return _receipt(rows[0])

    def advice(self, moment: str, task: str | None = None) -> Advice | None:
        """The advice that was given at a moment, or None where none is recorded; a failure is none.

        Args:
            moment: Digest of thread, node and messages.
            task: Only what was given in this task, such as `agent:4b0c6…`: see `task_of`.

        Raises:
            StoreError: The table could not be read.
        """
        columns = (*_COLUMNS, "position", "prompt", "outcome")
        rows = sorted(self._read(columns, {"moment": moment}), key=lambda row: int(row["position"]))
        found = [(_receipt(row).chosen(), row["prompt"] or "") for row in rows if row["outcome"] != "failed"]
        if task is not None:
            found = [pair for pair in found if task_of(pair[0].checkpoint_ns or "") == task]
        if not found:
            return None
        # Receipts of one advice share their time; of two callers at once, the earlier one counts.
        first = min(receipt.at for receipt, _ in found)
        same = [(receipt, prompt) for receipt, prompt in found if receipt.at == first]
        return Advice(considered=[receipt for receipt, _ in same], prompt=same[0][1], situation=same[0][0].situation)

    def _read(self, columns: Sequence[str], equal: dict[str, Any], newest: int | None = None) -> list[dict[str, Any]]:
        """Rows in no particular order; where `newest` is given, so many of the latest, newest first."""
        table = self._database.table(TABLE)
        if table is None:
            return []
        from lancedb.expr import col, lit
        from lancedb.query import ColumnOrdering

        where = col("namespace") == lit(self.namespace)
        for column, value in equal.items():
            where &= col(column) == lit(value)
        with faults(self._database.uri):
            if not self._complete:  # an earlier version made fewer columns
                columns = [name for name in columns if name in table.schema.names]
                self._complete = "followed" in columns
            query = table.search().where(where)
            if newest is not None:
                latest = ColumnOrdering(column_name="at", ascending=False)
                query = query.order_by([latest, ColumnOrdering(column_name="position", ascending=True)])
                columns = [*columns, "at", "position"]
            return query.select(list(columns)).limit(newest).to_list()


def task_of(namespace: str) -> str:
    """The outermost task in a checkpoint namespace: `agent:4b0c6…` of `child|agent:4b0c6…|model:77e1f…`."""
    return next((part for part in namespace.split("|") if ":" in part), "")


def _update(table: Table, *, where: str, values: dict[str, Any]) -> None:
    table.update(where=where, values=values)


def _receipt(row: dict[str, Any]) -> Receipt:
    known = {"followed": row["followed"]} if row.get("followed") else {}
    return Receipt.from_json(json.loads(row["record"]) | {"trace_id": row["trace_id"], "step": row["step"]} | known)
