"""The rest of an impact: what a page had no time to look up is looked up behind it, or before one types at all."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langgraph_coaching.studio.behind import begin_behind

if TYPE_CHECKING:
    from concurrent.futures import Future

    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.authoring.impact import Impact
    from langgraph_coaching.coach import Coach


@dataclass(slots=True)
class RestOfImpact:
    """Looks at what is left, for one draft at a time; what is embedded for one is known for all."""

    _lock: Any = field(default_factory=threading.Lock)
    _looking: Future[Any] | None = None

    def impact(self, draft: Draft, within: float) -> Impact:
        """The impact of a draft as far as there is time; the rest is looked at behind the page.

        Args:
            draft: Any.
            within: Seconds that the page has for embedding, unless that is going on behind it already.

        Raises:
            CoachingError: It could not be reckoned.
        """
        found = draft.impact(within=0.0 if self.is_looking() else within)
        if found.not_looked_at:
            with self._lock:
                if not self.is_looking():
                    self._looking = begin_behind(lambda: draft.impact(within=None))
        return found

    def prepare(self, coach: Coach) -> None:
        """Looks up behind the page what every impact is held against, unless it is looking already.

        Args:
            coach: Whose drafts are about to be typed, or who has just saved something.
        """
        with self._lock:
            if not self.is_looking():
                self._looking = begin_behind(coach.prepare_impact)

    def is_looking(self) -> bool:
        """Whether it is looking at what is left."""
        return self._looking is not None and not self._looking.done()
