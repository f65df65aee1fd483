"""The table of traces: written in batches, found by text, coaching, label and time."""

from __future__ import annotations

import json
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Unpack

from langgraph_coaching.coaching.namespace import refuse_foreign
from langgraph_coaching.errors import NotFoundError, StoreError
from langgraph_coaching.recall.receipts import Receipts
from langgraph_coaching.recall.scoring.kept_vectors import KeptVectors
from langgraph_coaching.storage.paging import first_readable
from langgraph_coaching.storage.rows import read_each, read_one
from langgraph_coaching.storage.table import ASCENDING, DESCENDING, Table
from langgraph_coaching.surrogates import replace_surrogates
from langgraph_coaching.traces.archive_row import archive_row, archive_schema
from langgraph_coaching.traces.chunking import MissingChunkError
from langgraph_coaching.traces.chunks import Chunks
from langgraph_coaching.traces.conditions import conditions_of, values_of
from langgraph_coaching.traces.delete_traces import delete_traces
from langgraph_coaching.traces.encoding import chunk_names, decode_trace
from langgraph_coaching.traces.filters import fits
from langgraph_coaching.traces.model import Trace
from langgraph_coaching.traces.redaction import Redaction
from langgraph_coaching.traces.said import asked_runs
from langgraph_coaching.traces.storable_trace import StorableTrace, batches_of
from langgraph_coaching.traces.thread_page import page_of_threads
from langgraph_coaching.traces.which_traces import reach_of
from langgraph_coaching.wrong_arguments import explain_arguments

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    import pyarrow as pa

    from langgraph_coaching.storage.database import Database
    from langgraph_coaching.traces.conditions import ThreadFilters
    from langgraph_coaching.traces.deletion import Deletion
    from langgraph_coaching.traces.thread_page import ThreadPage, TraceSummary
    from langgraph_coaching.traces.which_traces import Reach, TraceFilters

TABLE = "traces"

PAGE, MOST_PAGE = 200, 2_000
"""Traces read at once where nobody knows how many are needed: at first, and after some pages."""

_COLUMNS = ("id", "record")
"""What a trace is read from, and named by where it cannot be."""

_NEWEST = {"started_at": DESCENDING, "id": ASCENDING}


@explain_arguments
class Archive:
    """Traces of one namespace.

    Args:
        database: Where the table lives.
        namespace: Whose traces.
        redaction: What runs over traces that are added.
    """

    def __init__(self, database: Database, namespace: str, redaction: Redaction | None = None) -> None:
        self._namespace = namespace
        self._table = Table(database, TABLE, archive_schema, namespace)
        self._redaction = redaction or Redaction()
        self._chunks = Chunks(database, namespace)
        self._receipts_table = Receipts(database, namespace)
        self._kept_vectors = KeptVectors(database, namespace)

    def add(self, traces: Trace | Iterable[Trace]) -> builtins.list[str]:
        """Keeps traces in this namespace; one that is there already, by id, is replaced.

        Args:
            traces: One, or many such as `import_traces` returns.

        Returns:
            Their ids as they are stored, in order.

        Raises:
            InvalidCoachingError: One is of another namespace; nothing was written.
            StoreError: The write failed.
        """
        given = [traces] if isinstance(traces, Trace) else list(traces)
        for trace in given:
            refuse_foreign("trace", trace.namespace, self._namespace)
        self.keep([self._redaction.redact_trace(trace) for trace in given])
        return [replace_surrogates(trace.id) for trace in given]

    def keep(self, traces: Sequence[Trace]) -> None:
        """Like `add`, for traces that are redacted already.

        Raises:
            StoreError: The write failed.
        """
        latest = {replace_surrogates(trace.id): trace for trace in traces}
        for batch in batches_of([trace.model_copy(update={"namespace": self._namespace}) for trace in latest.values()]):
            self._write(batch)

    def _write(self, batch: Sequence[StorableTrace]) -> None:
        # First: a trace that can be read has all its chunks.
        chunks, mark = {one.trace.id: one.chunks for one in batch}, self._chunks.mark()
        self._chunks.write(chunks)
        self._table.upsert([archive_row(one.trace, one.record) for one in batch])
        if self._chunks.mark() != mark:  # somebody has deleted traces meanwhile, perhaps with what these share
            self._chunks.write(chunks)

    def delete(
        self,
        traces: Trace | str | Iterable[Trace | str] | None = None,
        *,
        dry_run: bool = False,
        **which: Unpack[TraceFilters],
    ) -> Deletion:
        """Deletes traces, with the parts of histories that no other trace shares.

        Receipts stay and count, without a trace. Coachings keep what was taken from there, and the files of the store
        keep it until upkeep; `coach.forget` reaches both. A run that goes on is captured as before.

        Args:
            traces: Which, by id; or by the filters, which all have to hold.
            dry_run: Say only what would be done.
            **which: `thread_id`, `user` (`user_id`, `user` or `userId` in the run's metadata), `before` (a time),
                `older_than` (a timedelta), `keep_latest` (a number: all but the latest so many of them).

        Returns:
            What it touched, printed as text; false where nothing matched.

        Raises:
            InvalidCoachingError: Nothing says which traces, or a filter is not acceptable.
            StoreError: The store could not be read or written; what is done is done, delete again.
        """
        done = delete_traces(self._table, self._chunks, self._receipts_table, traces, which, dry_run=dry_run)
        if not dry_run:
            self._kept_vectors.try_erase(done.trace_ids)
        return done

    def reach(self, traces: Trace | str | Iterable[Trace | str] | None, which: TraceFilters) -> Reach:
        """What `delete` would find, and what else is meant: for whoever erases more than traces."""
        return reach_of(self._table, traces, which)

    def clear_past(self) -> bool:
        """Takes away all that the files hold besides what is there now; whether it is so."""
        return all([self._table.clear_past(), self._chunks.clear_past()])

    def get(self, trace_id: str) -> Trace:
        """One trace, whole.

        Raises:
            NotFoundError: There is none of that id in this namespace.
            StoreError: The table could not be read.
        """
        rows = self._table.rows(_COLUMNS, limit=1, id=trace_id)
        if not rows:
            raise NotFoundError(
                f"no trace {trace_id!r} in the namespace {self._namespace!r}; list them with coach.traces.list()"
            )
        names = read_one(_name(rows[0]), rows[0], _chunk_names)
        return read_one(_name(rows[0]), rows[0]["record"], partial(self._decode, self._chunks.read(names)))

    def list(  # noqa: PLR0913 - a filter each
        self,
        *,
        text: str | None = None,
        coaching_id: str | None = None,
        label: str | None = None,
        origin: str | None = None,
        thread_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        agent: str | None = None,
        model: str | None = None,
        tool: str | None = None,
        coached: bool | None = None,
        simulated: bool | None = None,
        limit: int | None = 100,
    ) -> builtins.list[Trace]:
        """Traces, newest first.

        Args:
            text: Somewhere in what was said, in any case. What was said before a run is found in the run that said it,
                or, where that one was not captured, in the first that was told of it.
            coaching_id: That coaching was in one of its prompts.
            label: Exactly this label.
            origin: `live`, `simulated` or `imported`.
            thread_id: Exactly this thread.
            since: Started at or after; a time without a zone is taken as UTC.
            until: Started before.
            agent: Run by it, with a node of that name that called a model, labelled so, or handed over to it.
            model: Answered by this model in one of its calls.
            tool: This tool was called in it.
            coached: Whether any coaching was in one of its prompts.
            simulated: Whether no real user took part, as in a test conversation.
            limit: Most to return; None for all.

        Raises:
            InvalidCoachingError: The limit is below 0.
            StoreError: The table could not be read.
        """
        where = conditions_of(self._chunks, text, coaching_id, since, until, coached, simulated)
        equal = values_of(label=label, origin=origin, thread_id=thread_id)
        if agent is model is tool is None:
            return first_readable(self._table, self._read, _COLUMNS, where, order=_NEWEST, limit=limit, **equal)
        pages = self._pages(where, equal) if limit is None or limit > 0 else iter(())
        fitting = (trace for trace in pages if fits(trace, agent=agent, model=model, tool=tool))
        return [*islice(fitting, limit)]

    def threads(
        self,
        *,
        after: str | None = None,
        limit: int = 50,
        keep: Callable[[Sequence[TraceSummary]], Collection[str]] | None = None,
        within: float | None = None,
        **which: Unpack[ThreadFilters],
    ) -> ThreadPage:
        """A page of threads, by their newest run, with what a list shows of each run; no run is read whole.

        Args:
            after: `after` of the page before; None for the first.
            limit: Most fitting runs to look at, 1 or more.
            keep: Says of some runs which fit, by id, where nothing else here can say it.
            within: Seconds after which it looks no further: `after` leads on, though little was found, or nothing.
            **which: As for `list`, all but `model` and `tool`; `agent` in any case, `name` exactly.

        Raises:
            InvalidCoachingError: `after` is from no page, or the limit is below 1.
            StoreError: The table could not be read.
        """
        runs, said = asked_runs(self._table, self._chunks, which)
        return page_of_threads(runs, said=said, keep=keep, after=after, limit=limit, within=within)

    def columns(self, names: Sequence[str], where: Iterable[Any] = (), **asked: Any) -> pa.Table | None:
        """Some columns of traces as an Arrow table, for whoever counts them; None before the first write.

        Args:
            names: Which columns; one that an earlier version has not made is left out.
            where: LanceDB expressions that all hold.
            **asked: As `Table.arrow` takes it.

        Raises:
            StoreError: The table could not be read.
        """
        return self._table.arrow(names, where, **asked)

    def version(self) -> int:
        """Number of the table's latest commit, 0 before the first."""
        return self._table.version()

    def newest(self) -> Iterator[Trace]:
        """Every trace, newest first, read a page at a time; without test conversations, which are no traffic.

        Raises:
            StoreError: The table could not be read.
        """
        return (trace for trace in self._pages((), {}) if not trace.is_test)

    def _pages(self, where: Sequence[Any], equal: Mapping[str, Any]) -> Iterator[Trace]:
        start, size = 0, PAGE
        while rows := self._table.rows(_COLUMNS, where, order=_NEWEST, limit=size, offset=start, **equal):
            yield from self._read(rows)
            start, size = start + len(rows), min(2 * size, MOST_PAGE)

    def _read(self, rows: builtins.list[dict[str, Any]]) -> builtins.list[Trace]:
        """The traces of rows, without those that cannot be read."""
        names = read_each(((_name(row), row) for row in rows), _chunk_names)
        chunks = self._chunks.read(name for some in names for name in some)
        return [*read_each(((_name(row), row["record"]) for row in rows), partial(self._decode, chunks))]

    def _decode(self, chunks: Mapping[str, Any], record: str) -> Trace:
        try:
            return decode_trace(record, chunks)
        except MissingChunkError as missing:
            raise StoreError(
                f"the coaching store at {self._table.database.uri} lacks a part of a trace's history ({missing}): "
                "files of it are missing; restore the folder from a copy"
            ) from None


def _name(row: dict[str, Any]) -> str:
    return f"trace {row['id']!r}"


def _chunk_names(row: dict[str, Any]) -> builtins.list[str]:
    return [*chunk_names(json.loads(row["record"]))]
