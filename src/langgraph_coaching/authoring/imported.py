"""What an import has done, or would do; prints as text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from langgraph_coaching.authoring.merge import Merge
    from langgraph_coaching.authoring.merge_fields import FieldConflict
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.traces.importers.findings import Finding

_DRAFTS = (
    "what was added is a draft, and not recalled yet; look at it, then make it live with coach.promote(id, to='active')"
)
_CUT = 300
"""Characters of a value that are shown."""


@dataclass(slots=True, kw_only=True)
class Imported:
    """What `coach.import_` has done, or would do."""

    folder: str
    dry_run: bool = False
    added: list[Coaching] = field(default_factory=list)
    changed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Ids, each with the fields that the next revision changes."""
    unchanged: list[str] = field(default_factory=list)
    """Ids of those that need nothing: the store says the same, or has gone on from it."""
    conflicts: dict[str, tuple[FieldConflict, ...]] = field(default_factory=dict)
    """Ids, each with the fields that were changed in the file and in the store; nothing of them was written."""
    findings: list[Finding] = field(default_factory=list)
    """Of another product's export: rows that were left out or repaired, or what is missing, each with its row."""
    status: str | None = None
    """Of what is new from another product's export."""

    def take(self, merges: Mapping[str, Merge], known: Collection[str]) -> None:
        """Tells anew what becomes of each coaching.

        Args:
            merges: By its id.
            known: Ids of those that were in the store.
        """
        self.added, self.changed, self.unchanged, self.conflicts = [], {}, [], {}
        for name, merge in merges.items():
            if merge.conflicts:
                self.conflicts[name] = merge.conflicts
            elif merge.coaching is None:
                self.unchanged.append(name)
            elif name in known:
                self.changed[name] = merge.fields
            else:
                self.added.append(merge.coaching)

    def __str__(self) -> str:
        counts = f"{len(self.added)} added, {len(self.changed)} changed, {len(self.unchanged)} unchanged"
        would = ", nothing was written" if self.dry_run else ""
        lines = [f"{counts}, {len(self.conflicts)} conflicts from {self.folder}{would}"]
        lines += [f"  added     {one.id}: {one.intent}" for one in self.added]
        lines += [f"  changed   {name}: {', '.join(fields)}" for name, fields in self.changed.items()]
        for name, conflicts in self.conflicts.items():
            lines.append(f"  conflict  {name}: both the file and the store have changed it")
            lines += [line for one in conflicts for line in _conflict_lines(one)]
        if self.conflicts:
            lines.append(
                "let the files say what shall hold and import with prefer='file', "
                "or keep what is stored with prefer='store'"
            )
        lines += [f"  {finding}" for finding in self.findings]
        if self.status == "draft" and self.added:
            lines.append(_DRAFTS)
        return "\n".join(lines)


def _conflict_lines(one: FieldConflict) -> list[str]:
    sides = (("base", one.base), ("file", one.file), ("store", one.store))
    return [f"    {one.field}", *(f"      {side:<6} {_short(value)}" for side, value in sides)]


def _short(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(_short(one) for one in value)[:_CUT] or "-"
    if hasattr(value, "applies"):
        return ("" if value.applies else "never: ") + " ".join(value.text.split())
    told = value.render() if hasattr(value, "render") else "-" if value in (None, "") else str(value)
    flat = " ".join(told.split())
    return flat if len(flat) <= _CUT else flat[: _CUT - 1] + "…"
