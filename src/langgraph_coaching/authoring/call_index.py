"""Call index: every recorded model call, with the situation it was made in and where it is found."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.situation_vectors import MOST, key_of_situation
from langgraph_coaching.coaching.validation import quote_text
from langgraph_coaching.recall.receipts import TABLE
from langgraph_coaching.recall.scoring.traffic import MOST as MOST_RECEIPTS
from langgraph_coaching.traces.answered_turns import answered_turns, received_turns
from langgraph_coaching.traces.archive import PAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from langgraph_coaching.authoring.situation_vectors import SituationVectors
    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.recall.receipts import Receipts
    from langgraph_coaching.recall.situation import Situation
    from langgraph_coaching.traces.answered_turns import AnsweredTurn
    from langgraph_coaching.traces.archive import Archive

WORDS = 200
"""Characters of what the user said that are kept of each turn."""


@dataclass(frozen=True, slots=True)
class IndexedCall:
    """One recorded model call for which coaching was looked up, or may be."""

    key: bytes
    """Of its situation, as `key_of_situation` gives it."""
    labels: Labels
    trace_id: str | None
    step: int | None
    """Index of the first step that the call made."""
    receipt_id: str | None
    words: str
    """What the user said last, cut short."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is recorded, as far as it was read."""

    calls: tuple[IndexedCall, ...] = ()
    """Those of the latest trace first, in each in order; then those that only receipts tell of."""
    traces: int = 0
    steps: int = 0
    """Of the traces, of every kind."""


class CallIndex:
    """Reads the recorded calls a page at a time, and keeps of them what fits into memory.

    Args:
        traces: Captured and imported runs.
        receipts_table: The receipts.
        vectors: Where the situations are.
        version: Number of a table's latest commit, by its name.
    """

    def __init__(
        self, traces: Archive, receipts_table: Receipts, vectors: SituationVectors, version: Callable[[str], int]
    ) -> None:
        self._version = version
        self._traces = traces
        self._receipts_table = receipts_table
        self._vectors = vectors
        self._kept: tuple[int, Recorded, set[str]] | None = None
        self._read: tuple[tuple[int, int], Recorded] | None = None
        self._waiting: dict[bytes, tuple[str, Situation]] = {}
        """Situations of `_kept` that there was no time to embed."""

    def read_calls(
        self, dimension: int, until: float = math.inf, progress: Callable[[int], None] | None = None
    ) -> Recorded:
        """Every recorded call of the latest `MOST` turns; the vectors of their situations are made on the way.

        Args:
            dimension: Of the vectors.
            until: Time of `time.monotonic` after which no further situation is embedded.
            progress: Called with the number of calls read so far.

        Raises:
            EmbedderError: The embedder failed on all that it was asked for.
            StoreError: The store could not be read.
        """
        self._vectors.load(dimension)
        try:
            return self._read_calls(until, progress)
        finally:
            self._vectors.keep()

    def _read_calls(self, until: float, progress: Callable[[int], None] | None) -> Recorded:
        version = self._traces.version(), self._version(TABLE)
        if self._read is not None and self._read[0] == version:
            self._embed_waiting(until)
        else:
            self._read = version, self._read_all(version[0], until, progress)
        recorded = self._read[1]
        if progress is not None:
            progress(len(recorded.calls))
        return recorded

    def _read_all(self, version: int, until: float, progress: Callable[[int], None] | None) -> Recorded:
        fresh = self._kept is None or self._kept[0] != version
        if self._kept is not None and not fresh:
            _, traced, names = self._kept
            self._embed_waiting(until)
        else:
            self._waiting = {}
            traced, names = self._read_traces(until, progress)
            self._kept = version, traced, names
        received = received_turns(self._receipts_table.calls(MOST_RECEIPTS), names)
        calls = (*traced.calls, *self._index_turns(received, until))
        if fresh:
            self._vectors.keep_only({call.key for call in calls})
        return Recorded(calls, traced.traces, traced.steps)

    def _read_traces(self, until: float, progress: Callable[[int], None] | None) -> tuple[Recorded, set[str]]:
        calls: list[IndexedCall] = []
        names: set[str] = set()
        steps = turns = 0
        newest = self._traces.newest()
        while page := [*islice(newest, PAGE)]:
            found = [*chain.from_iterable(map(answered_turns, page))]
            calls += self._index_turns(found, until)
            names.update(trace.id for trace in page)
            steps += sum(len(trace.steps) for trace in page)
            turns += len(found)
            if progress is not None:
                progress(len(calls))
            if turns >= MOST:
                break
        return Recorded(tuple(calls), len(names), steps), names

    def _embed_waiting(self, until: float) -> None:
        self._vectors.embed(self._waiting, until)
        self._waiting = {key: one for key, one in self._waiting.items() if not self._vectors.knows([key])}

    def _index_turns(self, turns: Iterable[AnsweredTurn], until: float) -> list[IndexedCall]:
        keyed = [(key_of_situation(turn.situation), turn) for turn in turns]
        situations = {key: (_source_of(turn), turn.situation) for key, turn in keyed}
        self._vectors.embed(situations, until)
        self._waiting |= {key: one for key, one in situations.items() if not self._vectors.knows([key])}
        return [
            IndexedCall(key, labels, turn.trace_id, step, turn.receipt_id, words)
            for key, turn in keyed
            for words in [quote_text(turn.situation.latest_user_text, WORDS)]
            for step, labels in turn.calls
        ]


def _source_of(turn: AnsweredTurn) -> str:
    """Where a turn is recorded: a receipt where no trace holds it."""
    return turn.receipt_id or turn.trace_id or ""
