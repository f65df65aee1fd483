"""Findings of an import, a row each: what was repaired, what is missing, what could not be read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from langgraph_coaching.traces.model import Trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Finding:
    """One repair, lack or fault of one row."""

    row: int
    """Its number, from 1: the line of a file of lines, otherwise the place among the rows."""
    kind: Literal["repaired", "unreadable", "incomplete"]
    """`incomplete`: it was read, but something that a conversation has is not in it, such as a user."""
    message: str
    """What was wrong and what became of it."""
    raw: Any = None
    """The untouched row where it is unreadable, so that nothing is lost; None where it was read."""
    file: str | None = None
    """Which file of a folder it is in; None where there is one source."""

    def __str__(self) -> str:
        place = "" if self.file is None else f"{self.file} "
        return f"{place}row {self.row} {self.kind}: {self.message}"


@dataclass
class Repairs:
    """Collects the repairs and lacks of one row."""

    row: int
    file: str | None = None
    _made: Counter[str] = field(default_factory=Counter)
    _lacking: Counter[str] = field(default_factory=Counter)

    def note(self, repair: str) -> None:
        """Remembers one repair; equal ones are counted."""
        self._made[repair] += 1

    def note_lack(self, what: str) -> None:
        """Remembers something that is missing in the row; equal ones are counted."""
        self._lacking[what] += 1

    def findings(self) -> list[Finding]:
        """One finding for each sort of repair and of lack, in the order of their first."""
        return [*self._all("repaired", self._made), *self._all("incomplete", self._lacking)]

    def _all(self, kind: Literal["repaired", "incomplete"], counts: Counter[str]) -> Iterator[Finding]:
        for said, count in counts.items():
            yield Finding(self.row, kind, said + (f" ({count} times)" if count > 1 else ""), file=self.file)


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
        kinds = ("repaired", "unreadable", "incomplete")
        rows = {kind: len({(f.file, f.row) for f in self.findings if f.kind == kind}) for kind in kinds}
        lost = [f"\n  {finding}" for finding in self.findings if finding.kind == "unreadable"]
        counts = (
            f"traces: {len(self)}, steps: {steps}; rows repaired: {rows['repaired']}, unreadable: {rows['unreadable']}"
        )
        if rows["incomplete"]:
            counts += f", incomplete: {rows['incomplete']}"
        return counts + "".join(lost)
