"""The whole check: what is the matter with any coaching, looked for behind the page where there are many."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langgraph_coaching.studio.behind import begin_behind, is_made_soon

if TYPE_CHECKING:
    from concurrent.futures import Future

    from langgraph_coaching.authoring.lint.finding import Finding
    from langgraph_coaching.coach import Coach

FRESH = 10.0
"""Seconds for which it is given to all who ask, so that several who wait for one have it."""


@dataclass(slots=True)
class WholeCheck:
    """One check at a time, however many ask for it."""

    _lock: Any = field(default_factory=threading.Lock)
    _looking: Future[tuple[float, list[Finding]]] | None = None

    def take(self, coach: Coach, graph: Any) -> list[Finding] | None:
        """What was found; None while it is being looked for: ask again.

        Args:
            coach: Whose coachings are checked.
            graph: Whose names they may use, or None.

        Raises:
            CoachingError: It failed; the next call tries again.
        """
        with self._lock:
            if self._looking is None or _is_old(self._looking):
                self._looking = begin_behind(lambda: _look(coach, graph))
            looking = self._looking
        if not is_made_soon(looking):
            return None
        if looking.exception() is not None:
            with self._lock:
                self._looking = None
        return looking.result()[1]


def _look(coach: Coach, graph: Any) -> tuple[float, list[Finding]]:
    found = [*coach.lint(graph=graph)]
    return time.monotonic(), found


def _is_old(looking: Future[tuple[float, list[Finding]]]) -> bool:
    return looking.done() and looking.exception() is None and time.monotonic() > looking.result()[0] + FRESH
