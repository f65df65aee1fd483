"""Evaluated runs: which coaching each recorded run had, and how it ended, by its label and its scores."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langgraph_coaching.traces.scores import PLAIN, scores_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from langgraph_coaching.refining.window import Window
    from langgraph_coaching.traces.archive import Archive

GOOD_LABELS = frozenset(
    {"success", "successful", "succeeded", "good", "pass", "passed", "resolved", "solved", "correct"}
)
BAD_LABELS = frozenset({"failure", "fail", "failed", "bad", "error", "unresolved", "unsolved", "incorrect", "wrong"})
"""Labels that say how a run ended, in any case; others say nothing of it."""

_COLUMNS = ("id", "thread_id", "label", "started_at", "applied", "considered", "held_back", "shadow", "scores")

_AT_ONCE = 200
"""Records of an earlier version that are read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedRun:
    """One recorded run."""

    thread: str
    """Its thread, or itself where it has none."""
    at: datetime
    label: str | None = None
    applied: frozenset[str] = frozenset()
    """Ids of the coachings that were in its prompts."""
    considered: frozenset[str] = frozenset()
    held_back: frozenset[str] = frozenset()
    shadow: frozenset[str] = frozenset()
    scores: Mapping[str, float] = field(default_factory=dict)


def read_runs(traces: Archive, window: Window) -> list[EvaluatedRun]:
    """The runs that were started in a window, in which any coaching was considered, oldest first.

    Args:
        traces: The archive.
        window: When they were started.

    Raises:
        StoreError: The table could not be read.
    """
    from lancedb.expr import col, lit

    where = [
        col("considered") != lit("\n"),
        None if window.since is None else col("started_at") >= lit(window.since),
        None if window.until is None else col("started_at") < lit(window.until),
    ]
    found = traces.columns(_COLUMNS, where)
    if found is None:
        return []
    rows = [dict.fromkeys(_COLUMNS) | row for row in found.to_pylist()]
    earlier = dict(_earlier_scores(traces, [row["id"] for row in rows if row["scores"] is None]))
    ids = _ids_reader()
    runs = [
        EvaluatedRun(
            # A run without a thread is none of another's: a blank stands in no thread's name before it.
            thread=f"thread {row['thread_id']}" if row["thread_id"] is not None else f"run {row['id']}",
            at=row["started_at"],
            label=row["label"],
            applied=ids(row["applied"]),
            considered=ids(row["considered"]),
            held_back=ids(row["held_back"]),
            shadow=ids(row["shadow"]),
            scores=earlier.get(row["id"], {}) if row["scores"] is None else json.loads(row["scores"]),
        )
        for row in rows
    ]
    return sorted(runs, key=lambda run: run.at)


def _ids_reader() -> Any:
    known: dict[str | None, frozenset[str]] = {}

    def read_ids(lines: str | None) -> frozenset[str]:
        """The ids of a column, each set once in memory."""
        if lines not in known:
            known[lines] = frozenset((lines or "").split("\n")) - {""}
        return known[lines]

    return read_ids


def _earlier_scores(traces: Archive, ids: Sequence[str]) -> Iterator[tuple[str, dict[str, float]]]:
    """The scores of runs that an earlier version has written, out of their records."""
    for start in range(0, len(ids), _AT_ONCE):
        found = traces.columns(["id", "record"], id=[*ids[start : start + _AT_ONCE]])
        for row in found.to_pylist() if found is not None else ():
            try:
                metadata = json.loads(row["record"]).get("metadata") or {}
            except ValueError:
                continue
            yield row["id"], scores_of(metadata)


def choose_score(runs: Sequence[EvaluatedRun], asked: str | None) -> str | None:
    """The score to compare runs by: the one asked for, else `reward`, `score`, or the one that most runs have.

    None where there is none, or where every run with it has a label that says the same.

    Args:
        runs: The runs.
        asked: Its name.
    """
    if asked is not None:
        return asked
    names = Counter(name for run in runs for name in run.scores)
    found = next(
        (name for name in PLAIN if names[name]), min(names, key=lambda name: (-names[name], name), default=None)
    )
    if found is None:
        return None
    told = all(run.label is not None and run.scores[found] in (0.0, 1.0) for run in runs if found in run.scores)
    return None if told else found


def label_values(
    runs: Sequence[EvaluatedRun], good: Collection[str] | None, bad: Collection[str] | None
) -> list[float | None]:
    """How each run ended by its label: 1 well, 0 badly, None where no label says so.

    Args:
        runs: The runs.
        good: Labels of those that ended well; by default `GOOD_LABELS`.
        bad: Of those that ended badly; by default `BAD_LABELS`.
    """
    well, badly = (
        {label.casefold() for label in (words if given is None else given)}
        for given, words in ((good, GOOD_LABELS), (bad, BAD_LABELS))
    )
    said = {label: (label or "").casefold() for label in {run.label for run in runs}}
    values = {label: 1.0 if word in well else 0.0 if word in badly else None for label, word in said.items()}
    return [values[run.label] for run in runs]
