"""What an import brings back: the traces, and what was found on the way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from langgraph_coaching.traces.model import Trace

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one row that was not as it should be."""

    row: int
    """Its number, from 1: the line of a file of lines, otherwise the place among the rows."""
    kind: Literal["repaired", "unreadable"]
    message: str
    """What was wrong and what became of it."""
    raw: Any = None
    """The untouched row where it is unreadable, so that nothing is lost; None where it was repaired."""

    def __str__(self) -> str:
        return f"row {self.row} {self.kind}: {self.message}"


@dataclass
class Repairs:
    """The repairs made in one row."""

    row: int
    _made: Counter[str] = field(default_factory=Counter)

    def note(self, repair: str) -> None:
        """Remembers one repair; equal ones are counted."""
        self._made[repair] += 1

    def findings(self) -> list[Finding]:
        """One finding for each sort of repair, in the order of their first."""
        times = {repair: f" ({count} times)" if count > 1 else "" for repair, count in self._made.items()}
        return [Finding(self.row, "repaired", repair + times[repair]) for repair in self._made]


class Imported(list[Trace]):
    """The imported traces, and beside them what had to be repaired or could not be read.

    Args:
        traces: In the order of their rows.
        findings: In the order of their rows.
    """

    def __init__(self, traces: Iterable[Trace] = (), findings: Iterable[Finding] = ()) -> None:
        super().__init__(traces)
        self.findings: list[Finding] = list(findings)

    def __str__(self) -> str:
        steps = sum(len(trace.steps) for trace in self)
        rows = {kind: len({f.row for f in self.findings if f.kind == kind}) for kind in ("repaired", "unreadable")}
        lost = [f"\n  {finding}" for finding in self.findings if finding.kind == "unreadable"]
        counts = (
            f"traces: {len(self)}, steps: {steps}; rows repaired: {rows['repaired']}, unreadable: {rows['unreadable']}"
        )
        return counts + "".join(lost)
