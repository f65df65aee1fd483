"""Recorder: receipts and captured runs go through one background writer into their tables, in order."""

from __future__ import annotations

import logging
from collections import OrderedDict
from functools import cached_property, lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import CoachingError
from langgraph_coaching.recall.receipt_links import Link
from langgraph_coaching.recall.receipts import Entry
from langgraph_coaching.recall.situation import Situation
from langgraph_coaching.storage.writer import Writer
from langgraph_coaching.traces.capture.assembler import Assembler
from langgraph_coaching.traces.capture.event import FLUSH
from langgraph_coaching.traces.capture.limits import CaptureLimits
from langgraph_coaching.traces.followed import fill_followed
from langgraph_coaching.traces.redaction import Redaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from langchain_core.callbacks import BaseCallbackHandler

    from langgraph_coaching.coaching.behavior import Behavior
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.recall.receipts import Receipts
    from langgraph_coaching.recall.scoring.traffic_sampler import TrafficSampler
    from langgraph_coaching.traces.archive import Archive
    from langgraph_coaching.traces.capture.callback import Capture
    from langgraph_coaching.traces.capture.event import Event
    from langgraph_coaching.traces.model import Trace

log = logging.getLogger("langgraph_coaching")

RECENT = 4_096
"""Receipts kept in memory until the trace they belong to is put together."""


class Recorder:
    """Keeps receipts and captured runs, off the graph's path, in order.

    Args:
        receipts_table: Where receipts go.
        archive: Where traces go.
        sampler: What takes note of the situations that were met.
        behavior_of: The behavior of a coaching at a revision, for telling whether it was followed.
        limits: Which runs are kept, and how much of them.
        redaction: What runs over receipts and traces before they are written.
    """

    def __init__(
        self,
        receipts_table: Receipts,
        archive: Archive,
        sampler: TrafficSampler,
        behavior_of: Callable[[str, int], Behavior | None] = lambda *_: None,
        *,
        limits: CaptureLimits | None = None,
        redaction: Redaction | None = None,
    ) -> None:
        self._receipts_table = receipts_table
        self._archive = archive
        self._sampler = sampler
        self._behavior_of = lru_cache(RECENT)(behavior_of)  # a revision never changes
        self._limits = limits or CaptureLimits()
        self._redaction = redaction or Redaction()
        self._recent: OrderedDict[str, Receipt] = OrderedDict()
        self._assembler = Assembler(self._recent.get)
        self._writer = Writer({"live": self._take_items, "records": self._write_records}, self._queue_flush)

    @cached_property
    def handler(self) -> Capture:
        """The callback handler; one serves any number of graphs, threads and event loops."""
        from langgraph_coaching.traces.capture.callback import Capture  # loads langgraph, which authoring does without

        return Capture(lambda event: self._writer.put("live", event))

    def callback(self) -> BaseCallbackHandler:
        """A callback handler that captures every run it is given to as a trace; one serves any number of graphs."""
        return self.handler

    def keep(self, entry: Entry) -> None:
        """Queues the receipts of one call; takes microseconds and never raises."""
        self._writer.put("live", entry)

    def remember(self, receipts: Iterable[Receipt]) -> None:
        """Takes note of receipts that another coach of the same store writes, for the trace they belong to."""
        self._recent.update((receipt.id, receipt) for receipt in receipts)

    def flush(self) -> None:
        """Waits until every receipt and every step so far is in the store; runs that go on are written as they are.

        Raises:
            StoreError: They could not be written; they stay queued and are tried again.
        """
        self._queue_flush()
        self._writer.flush()

    def _queue_flush(self) -> None:
        self._writer.put("live", FLUSH)

    # What is put together here is queued and not written: when the store fails, records are tried again, but no event
    # is read twice.

    def _take_items(self, items: Sequence[Entry | Event]) -> None:
        for entry, group in groupby(items, key=lambda item: isinstance(item, Entry)):
            for ready in self._redact_entries(group) if entry else self._assemble_traces(group):
                self._writer.put("records", ready)

    def _redact_entries(self, entries: Iterable[Any]) -> Iterator[Entry]:
        for entry in entries:
            for receipt in entry.advice.considered:
                self._recent[receipt.id] = receipt
            try:
                yield self._redaction.redact_entry(entry)
            except Exception:
                log.exception("some receipts cannot be kept and are given up")
        while len(self._recent) > RECENT:
            self._recent.popitem(last=False)

    def _assemble_traces(self, events: Iterable[Any]) -> Iterator[Trace]:
        for recorded in filter(self._limits.keeps, self._assembler.consume(events)):
            try:
                # Redacted before it is cut: half of a secret looks like none.
                yield self._limits.cut(self._redaction.redact_trace(self._fill_followed(recorded)))
            except Exception:
                log.exception("the trace %s cannot be kept and is given up", recorded.id)

    def _write_records(self, records: Sequence[Entry | Trace]) -> None:
        """Writes what is ready: one commit for all receipts, and for all traces."""
        entries = [record for record in records if isinstance(record, Entry)]
        traces = [record for record in records if not isinstance(record, Entry)]
        # Receipts with what is known of their traces by now: most of them need no second commit.
        self._receipts_table.write(entries, [link for trace in traces for link in links_of(trace)])
        self._archive.keep(traces)
        live = [entry.advice for entry in entries if not entry.advice.is_test]
        self._sampler.add_live([met for advice in live if (met := Situation.from_text(advice.situation)).turns])

    def _fill_followed(self, trace: Trace) -> Trace:
        try:
            return fill_followed(trace, self._behavior_of)
        except CoachingError:  # the store cannot be read just now; the trace is worth keeping without
            log.warning("whether coaching was followed in %s could not be decided", trace.id, exc_info=True)
            return trace


def links_of(trace: Trace) -> list[Link]:
    """What the receipts of a trace are told about it."""
    return [
        Link(tuple(r.id for r in step.receipts), trace.id, step.index, tuple(r.followed for r in step.receipts))
        for step in trace.steps
        if step.receipts
    ]
