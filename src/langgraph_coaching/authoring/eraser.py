"""The eraser: what was said in traces goes, wherever it has come to stand in the store, and out of its files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack

from langgraph_coaching.coaching.erasing import erase_taken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.erasing import Erased
    from langgraph_coaching.recall.receipts import Receipts
    from langgraph_coaching.recall.scoring.kept_vectors import KeptVectors
    from langgraph_coaching.traces.archive import Archive
    from langgraph_coaching.traces.deletion import Deletion
    from langgraph_coaching.traces.model import Trace
    from langgraph_coaching.traces.which_traces import TraceFilters


class Eraser:
    """Forgets what was recorded, in one namespace.

    Args:
        store: The coachings.
        traces: Recorded runs.
        receipts_table: The receipts.
        kept_vectors: Where recorded situations are.
        flush: Writes out what running graphs have left behind.
    """

    def __init__(
        self,
        store: Coachings,
        traces: Archive,
        receipts_table: Receipts,
        kept_vectors: KeptVectors,
        flush: Callable[[], None],
    ) -> None:
        self._store = store
        self._traces = traces
        self._receipts_table = receipts_table
        self._kept_vectors = kept_vectors
        self._flush = flush

    def forget(
        self,
        traces: Trace | str | Iterable[Trace | str] | None = None,
        *,
        dry_run: bool = False,
        **which: Unpack[TraceFilters],
    ) -> Deletion:
        """Forgets what was said in traces, so that the words are nowhere in the store, nor in its files.

        The traces go as by `coach.traces.delete`, and besides: the situations of their receipts, and of threads of
        which no trace is left; examples that were taken from either, and excerpts, in every revision of every coaching.
        Then the tables are written anew. Receipts stay and count; what people have written stays: intents, behaviors,
        notes, comments of verdicts, examples of their own. What was deleted before is reached by its id or its thread.

        Args:
            traces: Which, by id; or by the filters, which all have to hold.
            dry_run: Say only what would be done.
            **which: As for `coach.traces.delete`: `thread_id`, `user`, `before`, `older_than`, `keep_latest`.

        Returns:
            What it touched, printed as text; false where nothing matched. `cleared` says whether the files are clear.

        Raises:
            InvalidCoachingError: Nothing says which traces, or a filter is not acceptable.
            StoreError: The store could not be read or written; what is done is done, forget again.
        """
        self._flush()
        reach = self._traces.reach(traces, which)
        receipts = self._receipts_table.find_erasable(reach.trace_ids, reach.thread_ids)
        # The traces last: while they are there, all of it is found again, should something fail on the way.
        taken = {*reach.trace_ids, *(name for one in receipts for name in (one.id, one.trace_id) if name)}
        lost = erase_taken(self._store, taken, dry_run=dry_run)
        worded = [one.key for one in receipts if one.worded]
        if not dry_run:
            self._receipts_table.erase_situations(worded)
            self._kept_vectors.erase(taken)
        found = self._traces.delete([*reach.found_ids], dry_run=dry_run)
        done = replace(found, receipts=len(worded), forgotten=True, dry_run=dry_run, **_count_lost(lost))
        return done if dry_run or not done else replace(done, cleared=self._clear_past())

    def _clear_past(self) -> bool:
        tables = (self._store, self._receipts_table, self._kept_vectors, self._traces)
        cleared = [table.clear_past() for table in tables]
        return all(cleared)


def _count_lost(lost: Iterable[Erased]) -> dict[str, Any]:
    """What coachings have lost, each example once in a coaching, however many revisions had it."""
    lost = list(lost)
    return {
        "examples": len({(one.id, example) for one in lost for example in one.examples}),
        "excerpts": len({one.id for one in lost if one.excerpt}),
        "coaching_ids": tuple(sorted({one.id for one in lost})),
    }
