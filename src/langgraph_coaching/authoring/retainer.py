"""The retainer: keeps a namespace to its rule of retention, once where somebody asks, or by itself from then on."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.retention import Retention, rule_text
from langgraph_coaching.errors import CoachingError, InvalidCoachingError
from langgraph_coaching.traces.deletion import Deletion
from langgraph_coaching.traces.which_traces import check_filters, rule_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from langgraph_coaching.authoring.retention import Retentions
    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.traces.archive import Archive
    from langgraph_coaching.traces.which_traces import TraceFilters

log = logging.getLogger("langgraph_coaching")

MOST = 10_000
"""Traces that one call of `retain` deletes, at most."""

AT_ONCE = 1_000
"""Traces that go at once where the rule is kept by itself."""

EVERY = timedelta(hours=1)
"""Between two times that processes see to a rule; and a tenth of it, between two looks of one process for a rule."""

_MANY = 2**62

MORE = timedelta(minutes=1)
"""The same where more has to go than goes at once."""


class Retainer:
    """Lets traces of one namespace go by a rule.

    Args:
        store: The coachings.
        traces: Recorded runs.
        rules: Where a rule is that is kept by itself.
        flush: Writes out what running graphs have left behind.
        now: What time it is.
    """

    def __init__(
        self,
        store: Coachings,
        traces: Archive,
        rules: Retentions,
        flush: Callable[[], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._traces = traces
        self._rules = rules
        self._flush = flush
        self._now = now
        self._keeping = threading.Lock()
        self._next: datetime | None = None

    def retain(
        self,
        *,
        days: float | None = None,
        traces: int | None = None,
        dry_run: bool = False,
        always: bool | None = None,
    ) -> Deletion:
        """Keeps to a rule: deletes traces that are older, or more, than it allows, as `coach.traces.delete` does.

        One call deletes the oldest 10,000 at most. A trace that a coaching was written from stays, for its preview,
        replays and tests. Receipts keep their situations, which is all that a verdict needs; `coach.forget` erases the
        words as well. With `always=True` the rule is stored, and from then on every process that captures or imports
        runs of this namespace sees to it, hourly, off the path of its graphs; `coach.retention()` says what has gone.

        Args:
            days: How old a trace may become.
            traces: How many there may be. Without either it is the stored rule.
            dry_run: Say only what would be done.
            always: True to store the rule, in place of any other; False, without a rule, to end the stored one.

        Returns:
            What it touched, printed as text; false where all is within the rule.

        Raises:
            InvalidCoachingError: No rule is given, nor is one stored; or one is not acceptable.
            StoreError: The store could not be read or written; what is done is done, call it again.
        """
        if always is False:
            return self._end(days, traces)
        if days is None and traces is None and (stored := self._rules.find()) is not None:
            days, traces = stored.days, stored.traces
        rule = rule_of(days, traces)
        for which in rule:
            check_filters(None, which)
        if always and not dry_run:
            most = None if traces is None else min(traces, _MANY)
            self._rules.save(Retention(days=days, traces=most, set_at=self._now()))
            self._next = None
        self._flush()
        return self._traces.delete(self._over(rule, MOST), dry_run=dry_run)

    def retention(self) -> Retention | None:
        """The rule that is kept by itself, with what has gone by it, printed as text; None where there is none.

        Raises:
            StoreError: It could not be read.
        """
        return self._rules.find()

    def keep(self) -> None:
        """Sees to the stored rule where it is time to; called by upkeep, after writes; never raises."""
        if not self._keeping.acquire(blocking=False):
            return
        try:
            if self._next is None or self._now() >= self._next:
                self._keep()
        except CoachingError as error:
            log.warning("retention was left to the next time: %s", error)
        finally:
            self._keeping.release()

    def _keep(self) -> None:
        now = self._now()
        self._next = now + EVERY / 10
        stored = self._rules.find()
        if stored is None or (stored.due_at is not None and now < stored.due_at):
            return
        self._rules.note(
            looked_at=now, due_at=now + EVERY
        )  # others need not look at the same time; if they do, what is gone is gone
        over = self._over(rule_of(stored.days, stored.traces), AT_ONCE)
        gone = len(self._traces.delete(over).trace_ids) if over else 0
        if not gone:
            return
        log.info("retention deleted %d traces; kept are %s", gone, rule_text(stored.days, stored.traces))
        told = {"removed": stored.removed + gone, "last_removed": gone, "removed_at": now}
        if gone == AT_ONCE:
            self._next = now + MORE
            told["due_at"] = now + MORE
        self._rules.note(**told)

    def _over(self, rule: Sequence[TraceFilters], most: int) -> list[str]:
        """The oldest traces that are over a rule."""
        sources = {one.source.trace_id for one in self._store.heads() if one.source is not None}
        # Each part of the rule lets go of the oldest, so that the one that lets go of more has all of the other's.
        over = max((self._traces.reach(None, self._before(which)).found_ids for which in rule), key=len)
        return [*islice((name for name in over if name not in sources), most)]

    def _before(self, which: TraceFilters) -> TraceFilters:
        age = which.get("older_than")
        if age is None:
            return which
        try:
            return {"before": self._now() - age}
        except OverflowError:  # nothing is that old
            return {"before": datetime(1, 1, 2, tzinfo=UTC)}

    def _end(self, days: float | None, traces: int | None) -> Deletion:
        if days is not None or traces is not None:
            raise InvalidCoachingError("always=False ends the stored rule; give no days= and no traces= with it")
        self._rules.end()
        return Deletion(trace_ids=())
