"""Problem: one thing that is the matter with a store, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

Severity = Literal["error", "warning", "note"]
"""An `error` keeps coaching from working; a `warning` will, or keeps some of it; a `note` is worth knowing."""

Kind = Literal[
    "absent",
    "no_folder",
    "unreadable",
    "schema",
    "unreadable_table",
    "unreadable_record",
    "duplicate_key",
    "embedder",
    "no_vector",
    "unknown_coaching",
    "small_files",
    "held_lock",
    "spool",
    "paused",
    "disk",
    "unwritable",
    "package",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is the matter; prints in two lines."""

    severity: Severity
    """How bad it is."""
    kind: Kind
    """What was looked for."""
    where: str
    """The table, file or namespace that it is in; "" where it is of all of the store."""
    what: str
    """What was found."""
    remedy: str
    """What to do."""
    repair: Callable[[], object] | None = field(default=None, compare=False, repr=False)
    """Does it, where that is safe; raises a `CoachingError` where it cannot."""
    repaired: bool = False
    """Whether it has been done."""

    def __str__(self) -> str:
        where = f" in {self.where}" if self.where else ""
        state = "repaired" if self.repaired else self.severity
        safe = " (`--repair` does it)" if self.repair and not self.repaired else ""
        return f"{state} {self.kind}{where}: {self.what}\n  {self.remedy}{safe}"

    @property
    def stays(self) -> bool:
        """Whether something has to be done about it still."""
        return self.severity != "note" and not self.repaired

    def done(self) -> Problem:
        """The same, repaired."""
        return replace(self, repaired=True)

    def to_json(self) -> dict[str, Any]:
        """JSON values of all of it."""
        named = {name: getattr(self, name) for name in ("severity", "kind", "where", "what", "remedy", "repaired")}
        return named | {"repairable": self.repair is not None}
