"""What an export has done; prints as text."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Exported:
    """What `coach.export` has done, by the names of files."""

    folder: str
    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    """Files of coachings that are gone."""
    unchanged: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    """Files that were not written over, each with the reason."""

    def __str__(self) -> str:
        lines = [f"{len(self.written)} written, {len(self.removed)} removed, {len(self.unchanged)} unchanged"]
        lines[0] += f" in {self.folder}"
        lines += [f"  written  {name}" for name in self.written]
        lines += [f"  removed  {name}" for name in self.removed]
        lines += [f"  kept     {name}: {why}" for name, why in self.kept.items()]
        if self.kept:
            lines.append(
                "what was kept: import it first (langgraph-coaching import FOLDER), or export with --force (force=True)"
            )
        return "\n".join(lines)
