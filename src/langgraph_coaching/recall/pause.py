"""The kill switch of a namespace: while it is on, none of its coaching is in any prompt, in any process."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from langgraph_coaching.recall.advice import Advice
from langgraph_coaching.recall.reasons import join_reason
from langgraph_coaching.recall.receipt import Receipt
from langgraph_coaching.storage.table import KEY, Table, key_of

if TYPE_CHECKING:
    import pyarrow as pa

    from langgraph_coaching.storage.database import Database

TABLE = "pauses"

LOOK = 1.0
"""Seconds after which it is looked again where a look is a call over the network; a folder is looked at every time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A pause of all coaching of a namespace."""

    reason: str = ""
    author: str | None = None
    """Who has paused it."""
    at: datetime
    """When, in UTC."""

    def __str__(self) -> str:
        """One line: by whom, since when, why."""
        by = f" by {self.author}" if self.author else ""
        why = f": {self.reason}" if self.reason else ""
        return f"paused{by} on {self.at:%Y-%m-%d %H:%M} UTC{why}"


def _schema() -> pa.Schema:
    import pyarrow as pa

    text = pa.string()
    return pa.schema(
        [
            pa.field("key", text, nullable=False, metadata=KEY),
            pa.field("namespace", text, nullable=False),
            pa.field("on", pa.bool_(), nullable=False),
            pa.field("reason", text, nullable=False),
            pa.field("author", text),
            pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
        ]
    )


class Pauses:
    """The table of pauses: one row a namespace, on or off.

    Args:
        database: Where the table lives.
        namespace: Whose it is.
    """

    def __init__(self, database: Database, namespace: str) -> None:
        self._namespace = namespace
        self._remote = database.remote
        self._table = Table(database, TABLE, _schema, namespace)
        self._seen: tuple[int, Pause | None] = (0, None)
        self._look_at = 0.0

    def current(self) -> Pause | None:
        """The pause that is on, or None; some microseconds while a folder stays as it is.

        Raises:
            StoreError: The table could not be read.
        """
        if self._remote and time.monotonic() < self._look_at:
            return self._seen[1]
        version = self._table.version()
        if version != self._seen[0]:
            self._seen = version, self._read()
        self._look_at = time.monotonic() + LOOK
        return self._seen[1]

    def _read(self) -> Pause | None:
        rows = self._table.rows(["on", "reason", "author", "at"], key=key_of(self._namespace))
        on = [row for row in rows if row["on"]]
        return Pause(reason=on[0]["reason"], author=on[0]["author"], at=on[0]["at"]) if on else None

    def switch(self, reason: str, author: str | None, *, on: bool) -> Pause:
        """Switches it on or off, whatever it was.

        Raises:
            StoreError: The write failed; it is as it was.
        """
        made = Pause(reason=reason, author=author, at=datetime.now(UTC))
        row = {"key": key_of(self._namespace), "namespace": self._namespace, "on": on}
        self._table.upsert([row | {"reason": reason, "author": author, "at": made.at}])
        self._look_at = 0.0
        return made


class Paused(Exception):  # noqa: N818 - a way out, not an error
    """All coaching is paused; the advice is empty, and its receipt says so.

    Args:
        pause: Which.
        situation: The text that would have been matched.
    """

    def __init__(self, pause: Pause, situation: str = "") -> None:
        super().__init__(str(pause))
        self.pause = pause
        self.situation = situation


def paused_advice(pause: Pause, situation: str = "", **fields: Any) -> Advice:
    """Empty advice with the one receipt that says by whom all is paused.

    Args:
        pause: Which.
        situation: The text that would have been matched.
        **fields: Further fields of the receipt.
    """
    receipt = Receipt(
        coaching_id=None,
        revision=None,
        probability=0.0,
        outcome="paused",
        reason=join_reason(f"all coaching is {pause}", "coach.resume()"),
        situation=situation,
        **fields,
    )
    return Advice(considered=[receipt], situation=situation)


def pause_advice(advice: Advice, pause: Pause) -> Advice:
    """Advice of before the pause, without what would be in the prompt; it stays where the call was made."""
    first = advice.considered[0]
    there = {
        name: getattr(first, name) for name in ("namespace", "thread_id", "checkpoint_ns", "node", "agent", "tags")
    }
    return replace(paused_advice(pause, advice.situation, **there), seconds=advice.seconds)
