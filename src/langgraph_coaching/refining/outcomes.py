"""Outcomes: threads are put on the side with a coaching or without it, and compared by how they ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.refining.comparison import compare

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from langgraph_coaching.refining.comparison import Comparison, Design
    from langgraph_coaching.refining.evaluated_runs import EvaluatedRun

    Firsts = dict[int, datetime]
    """When something was first so, by the place of the thread."""
    End = tuple[datetime, float]
    """When a run was started, and what its evaluation says."""


class Outcomes:
    """What became of the threads of some runs.

    A thread counts once, since its runs are not independent: as the last of its runs that was evaluated says. It is
    with a coaching where that was applied in any of its runs, and evaluated then or later. It is without:

    - where there were threads that a canary held back: those alone, and both sides only from the first run of them to
      the last, the time of the canary;
    - else, where it was watched before it went live: the threads in which it would have applied;
    - else the threads in which it was considered and not applied: it was there, and in scope.

    Args:
        runs: Oldest first.
    """

    def __init__(self, runs: Sequence[EvaluatedRun]) -> None:
        self._runs = runs
        self._places: dict[str, int] = {}
        for run in runs:
            self._places.setdefault(run.thread, len(self._places))
        # By coaching; None stands for any.
        self._applied = self._firsts(lambda run: run.applied)
        self._considered = self._firsts(lambda run: run.considered)
        self._held_back = self._firsts(lambda run: run.held_back)
        self._shadow = self._firsts(lambda run: run.shadow)

    def _firsts(self, read: Callable[[EvaluatedRun], frozenset[str]]) -> dict[str | None, Firsts]:
        found: dict[str | None, Firsts] = {}
        for run in self._runs:
            for name in (*(ids := read(run)), *([None] if ids else ())):
                found.setdefault(name, {}).setdefault(self._places[run.thread], run.at)
        return found

    def compare(
        self, measure: str, values: Sequence[float | None], coaching_ids: Sequence[str | None]
    ) -> dict[str | None, Comparison]:
        """One comparison for each coaching that was applied or held back in any evaluated thread.

        Args:
            measure: `label`, or the name of a score.
            values: Of each run; None where it was not evaluated.
            coaching_ids: Which coachings; None for any.
        """
        ends: dict[int, list[End]] = {}
        for run, value in zip(self._runs, values, strict=True):
            if value is not None:
                ends.setdefault(self._places[run.thread], []).append((run.at, value))
        if not ends:
            return {}
        found = ((name, self._compare_one(measure, ends, name)) for name in coaching_ids)
        return {name: one for name, one in found if one is not None}

    def _compare_one(self, measure: str, ends: dict[int, list[End]], name: str | None) -> Comparison | None:
        design, applied, others, until = self._sides_of(name)
        mixed = applied.keys() & others.keys()
        with_it, without = (_values(side, ends, mixed, until) for side in (applied, others))
        return compare(measure, design, with_it, without, len(mixed)) if with_it or design != "not applied" else None

    def _sides_of(self, name: str | None) -> tuple[Design, Firsts, Firsts, datetime | None]:
        """The design, when threads were first with it and without it, and the end of what is looked at."""
        applied = self._applied.get(name, {})
        if name is not None and (held := self._held_back.get(name)):
            first, last = min(held.values()), max(held.values())
            return "held back", {place: at for place, at in applied.items() if first <= at <= last}, held, last
        if name is not None and (watched := self._shadow.get(name)):
            return "shadow", applied, watched, None
        considered = self._considered.get(name, {})
        return "not applied", applied, {place: at for place, at in considered.items() if place not in applied}, None


def _values(side: Firsts, ends: dict[int, list[End]], mixed: set[int], until: datetime | None) -> list[float]:
    """How the threads of a side ended, of those that were evaluated once they were on it."""
    found = []
    for place, first in side.items():
        told = [] if place in mixed else ends.get(place, [])
        last = next((end for end in reversed(told) if until is None or end[0] <= until), None)
        if last is not None and last[0] >= first:
            found.append(last[1])
    return found
