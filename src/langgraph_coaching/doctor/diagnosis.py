"""Diagnosis: all that is the matter with a store, the worst first, and what else there is to know of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args

from langgraph_coaching.coaching.notebook import card_html
from langgraph_coaching.doctor.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from langgraph_coaching.doctor.problem import Problem


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found; prints with a paragraph for each problem."""

    uri: str
    """Of the store."""
    problems: tuple[Problem, ...] = ()
    """The worst first; those that were repaired, too."""
    facts: dict[str, str] = field(default_factory=dict)
    """What else there is to know: tables and their rows, free space, versions."""

    @classmethod
    def of(cls, uri: str, problems: Iterable[Problem], facts: dict[str, str]) -> Diagnosis:
        """The worst first."""
        order = get_args(Severity)
        return cls(
            uri, tuple(sorted(problems, key=lambda one: (order.index(one.severity), one.kind, one.where))), facts
        )

    def __str__(self) -> str:
        counts = [(level, sum(one.severity == level and not one.repaired for one in self.problems)) for level in
                  get_args(Severity)]  # fmt: skip
        said = ", ".join(f"{count} {level}{'' if count == 1 else 's'}" for level, count in counts if count)
        done = sum(one.repaired for one in self.problems)
        state = "; ".join(filter(None, (said or "nothing is the matter", f"{done} repaired" if done else "")))
        return "\n".join([*map(str, self.problems), *map(": ".join, self.facts.items()), f"{self.uri}: {state}"])

    def _repr_html_(self) -> str:
        rows = [(f"{one.severity} {one.kind}", f"{one.what}; {one.remedy}") for one in self.problems]
        return card_html(self.uri, "healthy" if self.healthy else "not healthy", [*rows, *self.facts.items()])

    @property
    def healthy(self) -> bool:
        """Whether nothing has to be done: notes aside, every problem is repaired."""
        return not any(one.stays for one in self.problems)

    def to_json(self) -> dict[str, Any]:
        """JSON values of all of it."""
        problems = [one.to_json() for one in self.problems]
        return {"uri": self.uri, "healthy": self.healthy, "problems": problems, "facts": self.facts}
