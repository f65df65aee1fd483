"""The table of receipts: each kept once, linked to its trace when that is known, read newest first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import NotFoundError
from langgraph_coaching.recall.advice import Advice
from langgraph_coaching.recall.receipt import NOT_SEEN, NOTHING, Receipt
from langgraph_coaching.recall.receipt_erasing import (
    erase_situations,
    find_erasable,
    linked_rows,
    unlink_receipts,
)
from langgraph_coaching.recall.receipt_links import Link, find_tests, link_columns, mark_applied, write_links
from langgraph_coaching.storage.paging import first_readable
from langgraph_coaching.storage.rows import read_each, read_one
from langgraph_coaching.storage.storable import json_of
from langgraph_coaching.storage.table import ASCENDING, COMPRESSED, DESCENDING, KEY, Table, key_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import pyarrow as pa

    from langgraph_coaching.recall.receipt_erasing import Erasable
    from langgraph_coaching.storage.database import Database

TABLE = "receipts"

_COLUMNS = ("key", "record", "trace_id", "step", "followed")
"""What a receipt is read from."""

_NEWEST = {"at": DESCENDING, "position": ASCENDING, "key": ASCENDING}


@dataclass(frozen=True, slots=True)
class Entry:
    """Advice as it was given at one moment."""

    moment: str
    """Digest of thread, node and messages: equal for the same model call when it is resumed or replayed."""
    advice: Advice
    revises: bool = False
    """Whether receipts of it may be there as not seen by the model, which it has been by now."""


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
            # On the first receipt of a call only, like the next one: milliseconds of recall; null before it was kept.
            pa.field("took_ms", pa.float32()),
            pa.field("simulated", pa.bool_()),  # of a test conversation; null before it was kept
            # On the first receipt of a moment only: the prompt block, for resume and replay.
            pa.field("prompt", text, metadata=COMPRESSED),
            pa.field("record", text, nullable=False, metadata=COMPRESSED),
            pa.field("enforced", text),
        ]
    )


class Receipts:
    """Receipts of one namespace in LanceDB.

    Args:
        database: Where the table lives.
        namespace: Whose receipts.
    """

    def __init__(self, database: Database, namespace: str) -> None:
        self.namespace = namespace
        self._table = Table(database, TABLE, _schema, namespace, indexed=("moment", "trace_id"))

    def write(self, entries: Sequence[Entry], links: Sequence[Link] = ()) -> None:
        """Adds receipts; one that is there already stays as it is. All of them are one commit.

        Args:
            entries: Advice as it was given.
            links: What is known already of where these and earlier receipts were found; of earlier ones it takes
                another commit.

        Raises:
            StoreError: The write failed.
        """
        # A retry records the advice of the first try again, perhaps in the same batch, and a model may see it by then.
        rows: dict[str, dict[str, Any]] = {}
        for row in (row for entry in entries for row in self._rows(entry)):
            if rows.get(row["key"], row)["outcome"] in (NOT_SEEN, row["outcome"]):
                rows[row["key"]] = row
        said = link_columns(links, self.namespace)
        for key in rows.keys() & said.keys():
            rows[key] |= {name: value for name, value in said[key].items() if value is not None}
        if rows:
            if self._table.insert([*rows.values()]) == len(rows):
                said = {key: values for key, values in said.items() if key not in rows}
            else:
                revising = {row["key"] for entry in entries if entry.revises for row in self._rows(entry)}
                seen = [rows[key] for key in sorted(revising) if rows[key]["outcome"] == "applied"]
                mark_applied(self._table, seen)
        self._write_links(said)

    def _rows(self, entry: Entry) -> list[dict[str, Any]]:
        return [
            {
                "key": key_of(self.namespace, receipt.id),
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
                "simulated": receipt.is_test,
                "took_ms": 1_000 * entry.advice.seconds or None if position == 0 else None,
                "prompt": entry.advice.prompt if position == 0 else None,
                "record": json_of(receipt.to_json()),
                "enforced": receipt.enforced,
            }
            for position, receipt in enumerate(entry.advice.considered)
        ]

    def link(self, links: Sequence[Link]) -> None:
        """Writes into receipts which trace and step they belong to.

        Raises:
            StoreError: The write failed.
        """
        self._write_links(link_columns(links, self.namespace))

    def _write_links(self, said: dict[str, dict[str, Any]]) -> None:
        if said and self._table.opened() is not None:
            write_links(self._table, said)

    def count_linked(self, trace_ids: Sequence[str]) -> int:
        """How many receipts point to some traces.

        Raises:
            StoreError: The table could not be read.
        """
        return len(linked_rows(self._table, trace_ids, ["key"]))

    def unlink(self, trace_ids: Sequence[str]) -> int:
        """Lets receipts no longer point to traces that are gone; they stay, and know in their record where they were.

        Args:
            trace_ids: Which traces.

        Returns:
            How many did.

        Raises:
            StoreError: The table could not be read or written.
        """
        return unlink_receipts(self._table, trace_ids)

    def find_erasable(self, trace_ids: Collection[str], thread_ids: Collection[str]) -> list[Erasable]:
        """The receipts of traces, of those that are gone too, and of threads.

        Raises:
            StoreError: The table could not be read.
        """
        return find_erasable(self._table, trace_ids, thread_ids)

    def erase_situations(self, keys: Sequence[str]) -> None:
        """Takes what was said out of receipts, by the keys of their rows; they stay, and count.

        Raises:
            StoreError: The table could not be read or written.
        """
        erase_situations(self._table, keys)

    def clear_past(self) -> bool:
        """As of its table."""
        return self._table.clear_past()

    def receipts(self, *, limit: int | None = None, **equal: Any) -> list[Receipt]:
        """Receipts, newest first.

        Args:
            limit: Most to return.
            **equal: Values of `coaching_id`, `trace_id` or another column.

        Raises:
            StoreError: The table could not be read.
        """
        return first_readable(self._table, _read_receipts, _COLUMNS, order=_NEWEST, limit=limit, **equal)

    def situations(self, limit: int) -> list[str]:
        """The situations of the latest calls, each once, as the receipts have them; limits and faults as of `calls`."""
        return list(dict.fromkeys(receipt.situation for receipt in self.calls(limit)))

    def calls(self, limit: int) -> list[Receipt]:
        """The first receipt of each of the latest calls, newest first, without those of test conversations.

        Args:
            limit: Most calls to look at.

        Raises:
            StoreError: The table could not be read.
        """
        return [receipt for receipt in self.receipts(limit=limit, position=0) if not receipt.is_test]

    def tests_among(self, receipt_ids: Iterable[str]) -> set[str]:
        """The ids of those receipts that are of test conversations.

        Raises:
            StoreError: The table could not be read.
        """
        keys = [key_of(self.namespace, one) for one in receipt_ids]
        return find_tests(self._table, keys, lambda some: self.receipts(key=some))

    def columns(self, names: Sequence[str], where: Iterable[Any] = (), **asked: Any) -> pa.Table | None:
        """Some columns of receipts as an Arrow table, for whoever counts them; None before the first write.

        Args:
            names: Which columns; one that an earlier version has not made is left out.
            where: LanceDB expressions that all hold.
            **asked: As `Table.arrow` takes it.

        Raises:
            StoreError: The table could not be read.
        """
        return self._table.arrow(names, where, **asked)

    def receipt(self, receipt_id: str) -> Receipt:
        """One receipt.

        Raises:
            NotFoundError: There is none of that id in this namespace.
            StoreError: The table could not be read.
        """
        key = key_of(self.namespace, receipt_id)
        rows = self._table.rows(_COLUMNS, key=key)
        if not rows:
            raise NotFoundError(
                f"no receipt {receipt_id!r} in the namespace {self.namespace!r} of this store: it is of another "
                "one, or was never kept; list them with coach.receipts()"
            )
        return read_one(_name(rows[0]), rows[0], _receipt_of)

    def advice(self, moment: str, task: str | None = None) -> Advice | None:
        """The advice that was given at a moment, or None where none is recorded; a failure or a pause is none.

        Args:
            moment: Digest of thread, node and messages.
            task: Only what was given in this task, such as `agent:4b0c6…`: see `task_of`.

        Raises:
            StoreError: The table could not be read.
        """
        columns = (*_COLUMNS, "position", "prompt", "outcome", "at")
        rows = sorted(self._table.rows(columns, moment=moment), key=lambda row: int(row["position"]))
        prompts = {row["at"]: row["prompt"] or "" for row in reversed(rows)}
        found = [receipt.chosen() for receipt in _read_receipts(row for row in rows if row["outcome"] not in NOTHING)]
        if task is not None:
            found = [receipt for receipt in found if task_of(receipt.checkpoint_ns or "") == task]
        if not found:
            return None
        # Receipts of one advice share their time; of two callers at once, the earlier one counts.
        first = min(receipt.at for receipt in found)
        same = [receipt for receipt in found if receipt.at == first]
        return Advice(considered=same, prompt=prompts[first], situation=same[0].situation)


def task_of(namespace: str) -> str:
    """The outermost task in a checkpoint namespace: `agent:4b0c6…` of `child|agent:4b0c6…|model:77e1f…`."""
    return next((part for part in namespace.split("|") if ":" in part), "")


def _read_receipts(rows: Iterable[dict[str, Any]]) -> list[Receipt]:
    return [*read_each(((_name(row), row) for row in rows), _receipt_of)]


def _name(row: dict[str, Any]) -> str:
    return f"receipt {row['key']}"


def _receipt_of(row: dict[str, Any]) -> Receipt:
    known = {"followed": row["followed"]} if row["followed"] else {}
    return Receipt.from_json(json.loads(row["record"]) | {"trace_id": row["trace_id"], "step": row["step"]} | known)
