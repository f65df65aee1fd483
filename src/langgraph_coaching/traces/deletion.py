"""A deletion: what went with traces that were deleted or forgotten, or would go."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

_FEW = 5
"""Ids that are named; of more, their number is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What went with traces, or would go; prints as text."""

    trace_ids: tuple[str, ...]
    """The traces, oldest first."""
    chunks: int = 0
    """Parts of histories that no trace names any more."""
    receipts: int = 0
    """Receipts that no longer point to a trace, or whose words went; all of them still count."""
    examples: int = 0
    """Examples of coachings that were taken from there, each once in a coaching."""
    excerpts: int = 0
    """Excerpts of the step a coaching was written from."""
    coaching_ids: tuple[str, ...] = ()
    """The coachings that have lost an example or an excerpt."""
    left: int = 0
    """Traces of the same threads that stay: what was said before them is told in them as well."""
    forgotten: bool = False
    """Whether the words went everywhere, and not the traces alone."""
    cleared: bool | None = None
    """Whether the words are in no file of the store any more; None where nobody asked for that."""
    dry_run: bool = False
    """Whether nothing was done."""

    def __bool__(self) -> bool:
        return bool(self.trace_ids or self.receipts or self.coaching_ids)

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self) | {"trace_ids": [*self.trace_ids], "coaching_ids": [*self.coaching_ids]}

    def __str__(self) -> str:
        if not self:
            return "nothing matched: no trace, receipt or example is touched"
        verb = "forgotten" if self.forgotten else "deleted"
        few = f": {', '.join(self.trace_ids)}" if 0 < len(self.trace_ids) <= _FEW else ""
        lines = [f"{_count(len(self.trace_ids), 'trace')} {'would be ' if self.dry_run else ''}{verb}{few}"]
        lines += [f"  {_count(self.chunks, 'part')} of histories that no other trace shares"] if self.chunks else []
        if self.receipts:
            what = "without their words" if self.forgotten else "without their trace"
            lines.append(f"  {_count(self.receipts, 'receipt')} {what}; they still count")
        if self.coaching_ids:
            went = f"{_count(self.examples, 'example')} and {_count(self.excerpts, 'excerpt')}"
            lines.append(f"  {went} of {', '.join(self.coaching_ids)}, in every revision")
        if self.left:
            lines.append(
                f"  {_count(self.left, 'other trace')} of the same threads would still tell what was said before; "
                "name the thread to reach them"
            )
        if self.cleared is False:
            lines.append(
                "  earlier versions of the tables are still on disk: somebody goes on writing, or the store is in no "
                "folder; they go with the next upkeep, in an object store after an hour, behind "
                "db:// when the service lets go of them"
            )
        return "\n".join(lines)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
