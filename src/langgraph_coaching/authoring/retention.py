"""Retention: the rule by which traces go by themselves, as the store has it, and what has gone by it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from langgraph_coaching.storage.table import KEY, Table

if TYPE_CHECKING:
    import pyarrow as pa

    from langgraph_coaching.storage.database import Database

TABLE = "retention"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """A rule that is kept by itself; prints as text."""

    days: float | None
    """How old a trace may become; None for any age."""
    traces: int | None
    """How many there may be; None for any number."""
    set_at: datetime
    """When a person said so."""
    looked_at: datetime | None = None
    """When a process last saw to it."""
    due_at: datetime | None = None
    """From when on one sees to it again; None for at once."""
    removed: int = 0
    """Traces that have gone by it since."""
    last_removed: int = 0
    """Of these, in the last deletion."""
    removed_at: datetime | None = None
    """When that was."""

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(self).items()
        }

    def __str__(self) -> str:
        lines = [f"kept by itself since {self.set_at:%Y-%m-%d}: {rule_text(self.days, self.traces)}"]
        if self.looked_at is None:
            lines.append("  not looked at yet: a process that captures or imports runs does it")
        else:
            lines.append(f"  last looked at {self.looked_at:%Y-%m-%d %H:%M} UTC")
        if self.removed_at is not None:
            last = f"the last {self.last_removed:,} at {self.removed_at:%Y-%m-%d %H:%M} UTC"
            lines.append(f"  {self.removed:,} deleted so far, {last}")
        return "\n".join(lines)


def rule_text(days: float | None, traces: int | None) -> str:
    """A rule in words."""
    parts = [f"traces of the last {days:g} days"] if days is not None else []
    parts += (
        [f"{'of these ' if parts else ''}the latest {traces:,}{'' if parts else ' traces'}"]
        if traces is not None
        else []
    )
    return ", ".join(parts)


class Retentions:
    """The rule of one namespace, a row; another process may change it at any time.

    Args:
        database: Where it is.
        namespace: Whose.
    """

    def __init__(self, database: Database, namespace: str) -> None:
        self._database = database
        self._namespace = namespace
        self._table = Table(database, TABLE, _schema, namespace, key="namespace")

    def find(self) -> Retention | None:
        """The rule, or None; of a folder without one only the folder is looked at.

        Raises:
            StoreError: The table could not be read.
        """
        names = [field.name for field in fields(Retention)]
        rows = self._table.rows(names) if self._database.exists(TABLE) else []
        return Retention(**rows[0]) if rows else None

    def save(self, rule: Retention) -> None:
        """Makes it the rule, in place of any other.

        Raises:
            StoreError: It could not be written.
        """
        self._table.upsert([{"namespace": self._namespace, **asdict(rule)}])

    def note(self, **columns: Any) -> None:
        """Changes columns of the rule, where there still is one.

        Raises:
            StoreError: It could not be written.
        """
        self._table.update([{"namespace": self._namespace, **columns}])

    def end(self) -> None:
        """Takes it away.

        Raises:
            StoreError: It could not be written.
        """
        if self._database.exists(TABLE):
            self._table.delete()


def _schema() -> pa.Schema:
    import pyarrow as pa

    time = pa.timestamp("us", tz="UTC")
    return pa.schema(
        [
            pa.field("namespace", pa.string(), nullable=False, metadata=KEY),
            pa.field("days", pa.float64()),
            pa.field("traces", pa.int64()),
            pa.field("set_at", time, nullable=False),
            pa.field("looked_at", time),
            pa.field("due_at", time),
            pa.field("removed", pa.int64(), nullable=False),
            pa.field("last_removed", pa.int64(), nullable=False),
            pa.field("removed_at", time),
        ]
    )
