"""Snapshot: the namespace's live coachings in memory, checked against the table's version at every use."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from langgraph_coaching.coaching.model import Scope
from langgraph_coaching.coaching.revisions import REVISION_KEY
from langgraph_coaching.coaching.stage import STAGED
from langgraph_coaching.recall.large_store import LargeStore
from langgraph_coaching.recall.scoring.first_stage import Rows
from langgraph_coaching.recall.scoring.head import NO_FITS, Head, fit_heads, join_fits, take_rows
from langgraph_coaching.recall.stored_heads import HEAD, heads_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.coaching.revisions import Revision
    from langgraph_coaching.recall.large_store import Version
    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
    from langgraph_coaching.recall.scoring.head import Fits
    from langgraph_coaching.recall.scoring.situation_vector import SituationVector
    from langgraph_coaching.recall.scoring.traffic import Traffic
    from langgraph_coaching.recall.scoring.traffic_sampler import TrafficSampler


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All active heads of one namespace at one version of the table."""

    version: int
    heads: tuple[Head, ...]
    """Sorted by id, so that equal stores give equal results."""
    fits: Fits
    """A row for each head."""
    rows: Rows
    """Those rows as they are searched."""
    background: Background | None
    """What the heads are held against; None while there are no heads."""
    scopes: dict[Scope, NDArray[np.intp]]
    """Indices of the heads of each distinct scope: a store has thousands of coachings and a handful of scopes."""
    expires: NDArray[np.float64]
    """`float64[len(heads)]`: seconds since the epoch from which a head is silent; infinity for never."""
    traffic: Traffic | None
    """What this namespace's agents are told otherwise, as far as it is known."""
    reserve: float
    """0 or more: what is taken from every logit."""
    staged: Snapshot | None = None
    """What is in shadow or a canary; None where there is nothing of that."""
    is_open: bool = False
    """Whether it is known that all heads may speak in every call: none has a scope, and none ever ends."""
    narrow: Callable[[Snapshot, Sequence[SituationVector], Labels], Snapshot] | None = None
    """Of a large store, whose heads are not here: gives those near some situations."""

    def near(self, situations: Sequence[SituationVector], labels: Labels) -> Snapshot:
        """The snapshot in which some situations are searched: this one, or of a large store what is near to them."""
        return self if self.narrow is None else self.narrow(self, situations, labels)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look at."""
        return self.narrow is None and not self.looked_at

    @property
    def dimension(self) -> int:
        """Of its vectors."""
        if self.narrow is not None and self.background is not None:
            return self.background.dimension
        return int(self.fits.rows.shape[1]) if self.heads or self.staged is None else self.staged.dimension

    @property
    def looked_at(self) -> tuple[Head, ...]:
        """All heads: the active ones, and those in shadow or a canary."""
        return self.heads if self.staged is None else (*self.heads, *self.staged.heads)

    @classmethod
    def of(
        cls,
        version: int,
        heads: Sequence[Head],
        fits: Fits,
        background: Background | None,
        traffic: Traffic | None = None,
        reserve: float = 0.0,
    ) -> Snapshot:
        """Builds the arrays from the heads."""
        by_scope: dict[Scope, list[int]] = {}
        for index, head in enumerate(heads):
            by_scope.setdefault(head.coaching.scope, []).append(index)
        ends = [head.coaching.expires_at for head in heads]
        return cls(
            version,
            tuple(heads),
            fits,
            Rows.of(fits.rows, background.axes if background else None, fits.offsets),
            background,
            {scope: np.array(indices, dtype=np.intp) for scope, indices in by_scope.items()},
            np.array([np.inf if end is None else end.timestamp() for end in ends], dtype=np.float64),
            traffic,
            reserve,
            is_open=by_scope.keys() <= {Scope()} and not any(ends),
        )

    @classmethod
    def empty(cls) -> Snapshot:
        """Of a store in which nothing is active."""
        return _EMPTY


_EMPTY = Snapshot.of(0, (), NO_FITS, None)


class Snapshots:
    """Hands out the current snapshot, reading only what changed since the last one.

    Args:
        store: LanceDB, the only truth.
        backgrounds: Where the embedder's background is.
        sampler: Where the namespace's traffic is.
    """

    def __init__(self, store: Coachings, backgrounds: BackgroundCache, sampler: TrafficSampler) -> None:
        self._store = store
        self._backgrounds = backgrounds
        self._sampler = sampler
        self._lock = threading.Lock()
        self._heads: dict[Revision, Head | None] = {}
        """None for what is deleted, archived or a draft: nothing of it is kept."""
        self._made = ""
        self._fits = NO_FITS
        self._rows: dict[Any, int] = {}
        """Which row of the fits is whose."""
        self._current = _EMPTY
        self._large = LargeStore(store)
        self._seen: tuple[int, Version | None] = (0, None)

    def recalled(self) -> Snapshot:
        """Like `current`; of a large store without its heads, which `near` gives.

        Raises:
            EmbedderMismatchError: The table holds vectors of another embedder.
            StoreError: The table could not be read.
        """
        number = self._store.version()
        if number != self._seen[0]:
            self._seen = (number, self._large.look(number))
        version = self._seen[1]
        if version is None:
            return self._current_at(number)
        dimension = version.dimension
        background = self._backgrounds.background(dimension)
        if background.dimension != dimension:
            self._store.check(version.asked.table, background.dimension)
        given: dict[str, Any] = {"traffic": self._sampler.traffic(dimension), "reserve": self._sampler.reserve()}

        def narrow(_: Snapshot, situations: Sequence[SituationVector], labels: Labels) -> Snapshot:
            heads, fits = self._large.near(version, situations, labels, background)
            found = split_stages(number, heads, fits, background, **given) if heads else _EMPTY
            return replace(found, background=background, **given)

        return replace(_EMPTY, version=number, background=background, narrow=narrow, **given)

    def current(self) -> Snapshot:
        """The snapshot of the table's latest version.

        Raises:
            EmbedderMismatchError: The table holds vectors of another embedder.
            StoreError: The table could not be read.
        """
        return self._current_at(self._store.version())

    def _current_at(self, version: int) -> Snapshot:
        if version != self._current.version:
            with self._lock:
                version = self._store.version()
                if version != self._current.version:
                    self._current = self._read(version)
        current = self._current
        if not current.looked_at:
            return current
        met: dict[str, Any] = {
            "traffic": self._sampler.traffic(current.dimension),
            "reserve": self._sampler.reserve(),
        }
        staged = current.staged
        return replace(current, staged=staged and replace(staged, **met), **met)

    def forget(self) -> None:
        """The next snapshot is read and fitted from nothing."""
        with self._lock:
            self._made, self._current = "", _EMPTY
        self._large.forget()

    def _read(self, version: int) -> Snapshot:
        table = self._store.table()
        if table is None:
            self._heads = {}
            return _EMPTY
        made = self._store.check(table)
        if made != self._made:
            self._heads, self._rows, self._fits, self._made = {}, {}, NO_FITS, made
        wanted = self._store.latest_revisions()
        missing = {key: place for key, place in wanted.items() if key not in self._heads}
        fresh = self._store.read_revisions((*REVISION_KEY, *HEAD), missing, missing.values())
        known = {key: head for key, head in self._heads.items() if key in wanted}
        if fresh is not None:
            known.update((key, head if head.is_live else None) for key, head in heads_in(fresh, {*missing}).items())
        self._heads = known
        looked_at = {key: head for key, head in sorted(known.items(), key=itemgetter(0)) if head is not None}
        if not looked_at:
            return replace(_EMPTY, version=version)
        dimension = next(iter(looked_at.values())).vectors.shape[1]
        background = self._backgrounds.background(dimension)
        if background.dimension != dimension:
            self._store.check(table, background.dimension)
        heads = list(looked_at.values())
        return split_stages(version, heads, self._fit(looked_at, background), background)

    def _fit(self, looked_at: dict[Any, Head], background: Background) -> Fits:
        """Fits of what is looked at; those of the last snapshot are taken over."""
        fresh = [key for key in looked_at if key not in self._rows]
        pool = self._fits
        if fresh:
            pool = join_fits(pool, fit_heads([looked_at[key] for key in fresh], background))
        rows = {**self._rows, **{key: len(self._rows) + row for row, key in enumerate(fresh)}}
        self._rows = {key: row for row, key in enumerate(looked_at)}
        self._fits = take_rows(pool, [rows[key] for key in looked_at])
        return self._fits


def split_stages(
    version: int,
    heads: Sequence[Head],
    fits: Fits,
    background: Background,
    traffic: Traffic | None = None,
    reserve: float = 0.0,
) -> Snapshot:
    """The snapshot of what is looked at, whose shadows and canaries are apart from what is active.

    Args:
        version: Of the table.
        heads: All that is looked at, sorted by id.
        fits: A row for each.
        background: What they are held against.
        traffic: As of the snapshot.
        reserve: As of the snapshot.
    """
    apart = [row for row, head in enumerate(heads) if head.coaching.status in STAGED]
    if not apart:
        return Snapshot.of(version, heads, fits, background, traffic, reserve)
    active = [row for row, head in enumerate(heads) if head.coaching.status not in STAGED]

    def part(rows: list[int]) -> Snapshot:
        chosen = [heads[row] for row in rows]
        return Snapshot.of(version, chosen, take_rows(fits, rows), background, traffic, reserve)

    return replace(part(active), staged=part(apart))
