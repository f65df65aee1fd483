"""The inbox's open questions, looked for once for many answers, and behind the page where that takes long."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from langgraph_coaching.studio.behind import begin_behind, is_made_soon

if TYPE_CHECKING:
    from concurrent.futures import Future

    from langgraph_coaching.coach import Coach
    from langgraph_coaching.recall.receipt import Receipt

LOOKED_FOR = 50
"""Open questions that are looked for at once."""

FRESH = 30.0
"""Seconds for which they are asked as they were found: to find them costs a second where much is recorded."""

RESTS = 60
"""For each second that it took to find them, so many more."""

REMEMBERED = 500
"""Questions of earlier looks that are remembered."""

QUICK = 0.1
"""Seconds below which it is no matter to look for them again as soon as there are none."""


@dataclass(frozen=True, slots=True)
class _Look:
    """One look for questions."""

    found: list[Receipt]
    asked: int
    took: float
    at: float
    """When it was done, by the monotonic clock."""

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() < self.at + FRESH + RESTS * self.took

    @property
    def is_worth_another(self) -> bool:
        """Whether there may be more once all of it is answered: it costs nothing, or there was no end of them."""
        return self.took < QUICK or len(self.found) >= self.asked


@dataclass(slots=True)
class Questions:
    """The receipts whose verdict would teach most; what was judged meanwhile, here or elsewhere, is not asked again."""

    _last: _Look | None = None
    _earlier: list[Receipt] = field(default_factory=list)
    """Those of earlier looks, so that an answer that is taken back is asked about without another look."""
    _again: list[Receipt] = field(default_factory=list)
    """Whose answers were taken back, the last one first."""
    _looking: Future[_Look] | None = None
    _lock: Lock = field(default_factory=Lock)

    def open(self, coach: Coach, skipped: list[str], patience: float | None = None) -> list[Receipt] | None:
        """The questions that are open now, the most telling first; None while they are being looked for: ask again.

        Args:
            coach: Whose store is asked.
            skipped: Ids of receipts that are left out.
            patience: Seconds to wait for them; `behind.PATIENCE` when None.

        Raises:
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        with self._lock:
            self._take_over()
            last, again = self._last, self._again
        left = _unanswered(last, again, coach, skipped)
        if last is not None and last.is_fresh and (left or not last.is_worth_another):
            return left
        with self._lock:
            if self._looking is None:
                most = LOOKED_FOR + len(skipped)
                self._looking = begin_behind(lambda: _look(coach, most))
            looking = self._looking
        if left:
            return left
        if not is_made_soon(looking, patience):
            return None
        with self._lock:
            self._take_over()
        return _unanswered(looking.result(), again, coach, skipped)

    def ask_again(self, receipt_id: str) -> None:
        """Asks about a receipt again, whose verdict was taken back; others are as they were found.

        Args:
            receipt_id: Of which.
        """
        with self._lock:
            self._take_over()
            found = [*self._earlier, *(self._last.found if self._last else ())]
            known = next((one for one in found if one.id == receipt_id), None)
            if known is None:
                self._last = self._looking = None
            else:
                self._again = [known, *(one for one in self._again if one.id != receipt_id)][:LOOKED_FOR]

    def _take_over(self) -> None:
        """What was found meanwhile is what is known now; a fault is raised once."""
        looking = self._looking
        if looking is not None and looking.done():
            self._looking = None
            if self._last is not None:
                self._earlier = [*self._earlier, *self._last.found][-REMEMBERED:]
            self._last = looking.result()


def _look(coach: Coach, most: int) -> _Look:
    began = time.monotonic()
    found = coach.review(limit=most)
    now = time.monotonic()
    return _Look(found, most, now - began, now)


def _unanswered(last: _Look | None, again: list[Receipt], coach: Coach, skipped: list[str]) -> list[Receipt]:
    found = {one.id: one for one in [*again, *(last.found if last else ())]}
    if not found:
        return []
    judged = {one.receipt_id for one in coach.verdicts(receipt_ids=[*found])}
    live = {one.id for one in coach.list() if one.status != "archived"}
    left = (one for one in found.values() if one.id not in judged and one.coaching_id in live)
    return [one for one in left if one.id not in skipped]
