"""Agent choices: what the agents of recorded runs are called, as the list's filter offers them."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING

from langgraph_coaching.studio.behind import begin_behind, is_made_soon

if TYPE_CHECKING:
    from concurrent.futures import Future

    from langgraph_coaching.coach import Coach

FRESH = 60.0
"""Seconds for which the choices are as they were found."""

MOST, LONGEST = 200, 80
"""Names that are offered, and characters of one: others can be typed all the same."""


class AgentChoices:
    """Names of agents, looked up behind the page: one that comes before they are known has none.

    Args:
        coach: Whose traces.
    """

    def __init__(self, coach: Coach) -> None:
        self._coach = coach
        self._looking: Future[list[str]] | None = None
        self._known: list[str] = []
        self._at = -FRESH
        self._lock = Lock()

    def take(self) -> list[str]:
        """Those that are known, in order of the alphabet.

        Raises:
            StoreError: The traces could not be read.
        """
        with self._lock:
            if self._looking is None and time.monotonic() >= self._at + FRESH:
                self._looking = begin_behind(lambda: agents_in(self._coach))
            looking, is_first = self._looking, self._at < 0
        if looking is not None and (looking.done() or (is_first and is_made_soon(looking))):
            with self._lock:
                self._looking, self._at = None, time.monotonic()
            self._known = looking.result()
        return self._known


def agents_in(coach: Coach) -> list[str]:
    """What the agents of recorded runs are called.

    Args:
        coach: Whose traces.

    Raises:
        StoreError: The traces could not be read.
    """
    found = coach.traces.columns(["name", "agents"])
    if found is None:
        return []
    rows = {lines or "" for column in found.columns for lines in column.unique().to_pylist()}
    names = {name for lines in rows for name in lines.split("\n") if name.isprintable() and len(name) <= LONGEST}
    return sorted(names - {""}, key=str.casefold)[:MOST]
