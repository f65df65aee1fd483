"""Large store: past some size only the coachings near a situation are read, by LanceDB's index, and the latest kept.

The few that are near make a snapshot of their own, on which everything else is as on one of the whole store: a head
depends on its own texts alone. Names are those that the store gives; what is edited, paused or deleted is seen at once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from langgraph_coaching.coaching.nearest import Asked, Nearest
from langgraph_coaching.coaching.revisions import REVISION_KEY, Revision
from langgraph_coaching.coaching.stage import STAGED
from langgraph_coaching.recall.scoring.head import NO_FITS, Fits, fit_heads, take_rows
from langgraph_coaching.recall.stored_heads import HEAD, heads_by, heads_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Coaching, Labels
    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.head import Head
    from langgraph_coaching.recall.scoring.situation_vector import SituationVector

LARGE = 50_000
"""Revisions of a namespace from which on it is not held in memory. So many take a new process some ten seconds (fitting
alone 0.15 s a thousand) and 10 KB each; below it a search in memory is quicker than the index, whose queries take some
milliseconds at any size. `tests/benchmarks/scale.py`, with and without `--whole`."""

NEAR = 64
"""Revisions that are looked at, at first. In stores of up to 10,000 coachings that are known by public utterances, the
same is applied among the 64 nearest by their prototypes as among all, in 99.7 to 100 % of the situations; among 48,
where they are known by three texts each, in 99.0 % (`tests/benchmarks/near.py`)."""

MOST = 4_096
"""The same, where most of those that are near are superseded or out of scope."""

ENOUGH = 40
"""Live ones among them that are enough: a few more than the candidates a choice is made from."""

KEPT = 4_096
"""Heads that stay in memory, those used last: some 60 MB at 384 dimensions."""

FEW = 2_000
"""Revisions of an earlier version that are looked at besides, at every call; with more, all are held in memory."""


@dataclass(frozen=True, slots=True)
class Version:
    """What is known of the table at one version."""

    number: int
    made: str
    """Changes when every vector was computed anew."""
    asked: Asked
    dimension: int
    """Of its vectors."""
    revised: dict[str, int]
    unplaced: list[Revision]
    staged: bool
    """Whether anything is in shadow or a canary."""

    def is_latest(self, coaching: Coaching) -> bool:
        """Whether a revision is its coaching's latest, as far as was known."""
        return self.revised.get(coaching.id, 1) <= coaching.revision


class LargeStore:
    """Finds the coachings near a situation.

    Args:
        store: Coachings of one namespace.
    """

    def __init__(self, store: Coachings) -> None:
        self._store = store
        self._nearest = Nearest(store)
        self._lock = threading.Lock()
        self._made = ""
        self._kept: OrderedDict[Any, tuple[Head, Fits]] = OrderedDict()
        self._unreadable = set[int]()
        """Where rows are that this version cannot read."""

    def look(self, number: int) -> Version | None:
        """What is known of the table now; None where the namespace is not large, and is held in memory.

        Raises:
            EmbedderMismatchError: The table holds vectors of another embedder.
            StoreError: The table could not be read.
        """
        table = self._store.table()
        if (
            table is None
            or self._store.database.managed
            or table.count_rows() < LARGE
            or self._nearest.count(table) < LARGE
        ):
            return None
        nearest = self._nearest
        waiting = nearest.count_unplaced(table)
        nearest.keep_index(table, waiting)
        if waiting > FEW:
            return None
        made, revised = self._store.check(table), nearest.find_revised(table)
        unplaced = nearest.unplaced(table) if waiting else []
        dimension = int(table.schema.field("vector").type.list_size)
        return Version(number, made, nearest.look_at(table), dimension, revised, unplaced, nearest.has(table, STAGED))

    def near(
        self, version: Version, situations: Sequence[SituationVector], labels: Labels, background: Background
    ) -> tuple[list[Head], Fits]:
        """The live coachings near any of these situations, sorted by id, with a row of the fits for each.

        Raises:
            StoreError: The table could not be read.
        """
        known = dict(self._read_unplaced(version, background)) if version.unplaced else {}
        for situation in situations:
            for statuses in (("active",), STAGED) if version.staged else (("active",),):
                known |= self._find(version, situation, labels, statuses, background)
        latest: dict[str, tuple[Head, Fits]] = {}
        for pair in sorted(known.values(), key=lambda pair: Revision.of(pair[0].coaching)):
            latest[pair[0].coaching.id] = pair  # what was saved since is found beside what it supersedes
        live = [pair for _, pair in sorted(latest.items()) if pair[0].is_live]
        return [head for head, _ in live], _join([fits for _, fits in live])

    def _find(
        self,
        version: Version,
        situation: SituationVector,
        labels: Labels,
        statuses: Sequence[str],
        background: Background,
    ) -> dict[Any, tuple[Head, Fits]]:
        count, missed = NEAR, set[int]()
        while True:
            rows = self._nearest.search(version.asked, situation.vector, statuses, labels, count)
            known = self._known(version, rows, partial(self._read, version), background)
            if missing := {*rows} - known.keys() - missed - self._unreadable:
                missed |= missing  # upkeep has just moved them, mostly, so that they are found elsewhere
                continue
            self._unreadable |= missed & {*rows}
            latest = {row: pair for row, pair in known.items() if version.is_latest(pair[0].coaching)}
            if len(latest) >= ENOUGH or len(rows) < count or count >= MOST:
                return latest
            count *= 4

    def _read_unplaced(self, version: Version, background: Background) -> dict[Any, tuple[Head, Fits]]:
        """Those that no search finds."""

        def read(missing: Sequence[Revision]) -> dict[Any, Head]:
            rows = self._store.read_revisions((*REVISION_KEY, *HEAD), missing)
            return {} if rows is None else heads_in(rows, {*missing})

        known = self._known(version, version.unplaced, read, background)
        return {key: pair for key, pair in known.items() if version.is_latest(pair[0].coaching)}

    def _known(
        self,
        version: Version,
        wanted: Sequence[Any],
        read: Callable[[Sequence[Any]], Mapping[Any, Head]],
        background: Background,
    ) -> dict[Any, tuple[Head, Fits]]:
        """The heads of these places or revisions, and their fits; those that are not in memory are read."""
        with self._lock:
            if version.made != self._made:
                self._kept.clear()
                self._unreadable.clear()
                self._made = version.made
            known = {one: self._kept[one] for one in wanted if one in self._kept}
        if missing := [one for one in wanted if one not in known]:
            heads = dict(read(missing))
            fits = fit_heads([*heads.values()], background) if heads else NO_FITS
            known |= {one: (head, take_rows(fits, [row])) for row, (one, head) in enumerate(heads.items())}
        with self._lock:
            for one, pair in known.items():
                self._kept[one] = pair
                self._kept.move_to_end(one)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return known

    def _read(self, version: Version, rows: Sequence[int]) -> dict[int, Head]:
        """The heads at these places; what is there no longer, or cannot be read, is left out."""
        found = self._nearest.read_rows(version.asked.table, rows, HEAD)
        names = [f"a coaching in row {row}" for row in found["_rowid"].to_pylist()]
        heads = heads_by(found["_rowid"].to_pylist(), names, found)
        return {row: head for row, head in heads.items() if head.coaching.namespace == self._store.namespace}

    def forget(self) -> None:
        """Every head is read and fitted anew."""
        with self._lock:
            self._kept.clear()

    def wait(self) -> None:
        """Until the index that is being made is there."""
        self._nearest.wait()


def _join(fits: Sequence[Fits]) -> Fits:
    if not fits:
        return NO_FITS
    return Fits(*(np.concatenate([getattr(one, field.name) for one in fits]) for field in fields(Fits)))
