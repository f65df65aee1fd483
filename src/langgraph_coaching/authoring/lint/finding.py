"""Finding: one thing that is the matter with a coaching, why that is bad, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from langgraph_coaching.coaching.notebook import card_html
from langgraph_coaching.coaching.one_line import cut_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from langgraph_coaching.coaching.model import Status

Severity = Literal["error", "warning", "note"]
"""An `error` harms: `check` fails on it. A `warning` is likely a mistake. A `note` is worth a look."""

Rule = Literal[
    "conflict",
    "duplicate",
    "near_duplicate",
    "shadowed",
    "too_broad",
    "too_narrow",
    "several_scenarios",
    "system_prompt",
    "specifics",
    "unknown_reference",
    "fence",
    "unseen",
    "secret",
    "beyond_scope",
    "expired",
]
"""What was looked for."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""The worst first."""

_QUOTED = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is the matter with a coaching; prints in two lines."""

    severity: Severity
    """How bad it is."""
    rule: Rule
    """What was looked for."""
    what: str
    """What was found."""
    why: str
    """Why that is bad."""
    remedy: str
    """What to do."""
    coaching_ids: tuple[str, ...]
    """The coachings concerned: the one to change first."""
    stages: tuple[Status, ...] = ()
    """The status of each of them, in the same order, where one is not active; () where all are."""

    def __str__(self) -> str:
        return f"{self.short()}\n  {self.why}; {self.remedy}"

    def _repr_html_(self) -> str:
        rows = [
            ("found", self.what),
            ("why", self.why),
            ("what to do", self.remedy),
            ("coachings", self.named),
        ]
        return card_html(f"{self.severity} {self.rule}", "", rows)

    def short(self) -> str:
        """One line: how bad, which rule, which coachings, what."""
        return f"{self.severity} {self.rule} {self.named}: {self.what}"

    @property
    def named(self) -> str:
        """The ids, with the status of those that are not active."""
        stages = self.stages or ("active",) * len(self.coaching_ids)
        pairs = zip(self.coaching_ids, stages, strict=True)
        return " ".join(name if stage == "active" else f"{name} ({stage})" for name, stage in pairs)


class Findings(list[Finding]):
    """A list of findings; prints with a paragraph for each."""

    def __str__(self) -> str:
        return "\n".join(map(str, self)) or "no findings"

    def _repr_html_(self) -> str:
        counts = (f"{sum(one.severity == level for one in self)} {level}s" for level in SEVERITIES)
        rows = ((f"{one.severity} {one.rule}", f"{one.named}: {one.what}; {one.remedy}") for one in self)
        return card_html("Findings", ", ".join(counts), rows)


def sort_findings(found: Iterable[Finding]) -> Findings:
    """The worst first, then by rule and coaching; each once."""
    once = dict.fromkeys(found)
    return Findings(sorted(once, key=lambda one: (SEVERITIES.index(one.severity), one.rule, one.coaching_ids)))


def quote(text: str) -> str:
    """A text in quotation marks on one line, cut."""
    return f'"{cut_line(text, _QUOTED)}"'
