"""What was looked at: the revision of each coaching that somebody has seen last, and so changes when they edit it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from langgraph_coaching.coaching.model import Coaching

MOST = 20_000
"""Coachings that are known; of what was looked at before them the latest revision is taken."""

LISTS = frozenset({"examples", "never", "scope", "tags"})
"""What is given as a whole, so that it undoes what somebody else has put into it since."""


class LookedAt:
    """The revisions that one coach has handed out, by id."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._revisions: dict[str, int] = {}

    def note(self, coachings: Iterable[Coaching]) -> None:
        """Takes note of what somebody sees now."""
        with self._lock:
            for one in coachings:
                self._revisions.pop(one.id, None)
                self._revisions[one.id] = one.revision
            while len(self._revisions) > MOST:
                del self._revisions[next(iter(self._revisions))]

    def revision_for(self, coaching_id: str, changes: Iterable[str]) -> int | None:
        """The revision a change was begun at, where it matters.

        Args:
            coaching_id: Of what.
            changes: Names of the fields that are given.
        """
        with self._lock:
            return None if LISTS.isdisjoint(changes) else self._revisions.get(coaching_id)
