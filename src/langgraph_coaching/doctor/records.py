"""What is the matter with records: of a newer version, or damaged; without vectors; of coaching that is gone."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from langgraph_coaching.coaching.coachings import TABLE as COACHINGS
from langgraph_coaching.coaching.row import coaching_of
from langgraph_coaching.doctor.problem import Problem
from langgraph_coaching.errors import say_error
from langgraph_coaching.recall.receipt import Receipt
from langgraph_coaching.recall.receipts import TABLE as RECEIPTS
from langgraph_coaching.traces.archive import TABLE as TRACES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

_FEW = 5


def _read_receipt(record: str) -> Receipt:
    return Receipt.from_json(json.loads(record))


READERS: dict[str, Callable[[str], Any]] = {
    COACHINGS: coaching_of,
    RECEIPTS: _read_receipt,
    TRACES: json.loads,  # the rest of one is in parts, of which a missing one is named where it is read
}


@dataclass
class RecordsLook:
    """One look at the records of all tables, some rows at a time."""

    unreadable: dict[str, list[str]] = field(default_factory=dict)
    """By table, each by its name with what is said of it."""
    silent: list[str] = field(default_factory=list)
    """Revisions of coachings whose vectors are no vectors."""
    known: set[tuple[str, str]] = field(default_factory=set)
    """Namespace and id of every coaching."""
    complete: bool = True
    """Whether every coaching could be read."""
    received: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Namespace and coaching of receipts."""

    def see(self, table: str, batch: pa.RecordBatch) -> None:
        """Looks at some rows of a table."""
        if (read := READERS.get(table)) is None:
            return
        namespaces = batch["namespace"].to_pylist()
        self._read_records(table, batch, read)
        if table == COACHINGS:
            ids = batch["id"].to_pylist()
            self.known.update(zip(namespaces, ids, strict=True))
            bad = np.flatnonzero(~_are_vectors(batch["vector"]))
            revisions = batch["revision"].to_pylist()
            self.silent += [f"{ids[row]} revision {revisions[row]}" for row in bad]
        elif table == RECEIPTS:
            pairs = zip(namespaces, batch["coaching_id"].to_pylist(), strict=True)
            self.received.update((namespace, named) for namespace, named in pairs if named)

    def _read_records(self, table: str, batch: pa.RecordBatch, read: Callable[[str], Any]) -> None:
        for key, record in zip(batch["key"].to_pylist(), batch["record"].to_pylist(), strict=True):
            try:
                read(record)
            except Exception as error:  # noqa: BLE001 - what somebody else has written may be anything
                self.unreadable.setdefault(table, []).append(f"{key} ({say_error(error, 120)})")

    def problems(self, reembed: Callable[[], object] | None) -> Iterator[Problem]:
        """What is the matter.

        Args:
            reembed: Computes all vectors anew; None where the embedder at hand is another than theirs.
        """
        for table, names in self.unreadable.items():
            what = f"{len(names)} records cannot be read, and are left alone: {_name_few(names)}"
            remedy = "upgrade langgraph-coaching here, if a newer one has written them; else restore them from a copy"
            yield Problem(severity="error", kind="unreadable_record", where=table, what=what, remedy=remedy)
        if self.silent:
            what = f"{len(self.silent)} revisions have no vector, and so are silent: {_name_few(self.silent)}"
            remedy = "`langgraph-coaching reembed` computes all vectors anew"
            known: dict[str, Any] = {"severity": "error", "kind": "no_vector", "where": COACHINGS}
            yield Problem(**known, what=what, remedy=remedy, repair=reembed)
        unknown = {pair: count for pair, count in self.received.items() if pair not in self.known}
        if unknown and self.complete:
            named = [f"{name} of {namespace!r}" for namespace, name in sorted(unknown)]
            what = f"{sum(unknown.values())} receipts are of coachings that are not there: {_name_few(named)}"
            remedy = "none, if those were erased; else restore the folder from a copy"
            yield Problem(severity="note", kind="unknown_coaching", where=RECEIPTS, what=what, remedy=remedy)


def _are_vectors(column: Any) -> NDArray[np.bool_]:
    """Of each row, whether it is of finite numbers and not zero."""
    size = column.type.list_size
    numbers = np.asarray(column.fill_null([0.0] * size).flatten().to_numpy(zero_copy_only=False)).reshape(-1, size)
    sound: NDArray[np.bool_] = np.isfinite(numbers).all(axis=1) & numbers.any(axis=1)
    return sound


def _name_few(names: Sequence[str]) -> str:
    return ", ".join(names[:_FEW]) + (f" and {len(names) - _FEW} more" if len(names) > _FEW else "")
