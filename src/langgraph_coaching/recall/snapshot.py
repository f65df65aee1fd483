"""The namespace's live coachings in memory: a copy that is checked against the table's version at every use."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from langgraph_coaching.coaching.coachings import coaching_of, latest_rows
from langgraph_coaching.recall.scoring.first_stage import Rows
from langgraph_coaching.recall.scoring.head import NONE, Head, fit, join, taken
from langgraph_coaching.storage.rows import read_each

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Scope
    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
    from langgraph_coaching.recall.scoring.head import Fits
    from langgraph_coaching.recall.scoring.traffic import Traffic
    from langgraph_coaching.recall.scoring.traffic_sampler import TrafficSampler

NAMES = ("id", "revision", "updated_at")
"""What tells one revision from every other: an id that was erased may begin again at revision 1."""

_FEW = 500
"""Up to so many new revisions are fetched by name; more are cheaper to read in one scan."""


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

    @property
    def dimension(self) -> int:
        """Of its vectors."""
        return int(self.fits.rows.shape[1])

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
        places: dict[Scope, list[int]] = {}
        for index, head in enumerate(heads):
            places.setdefault(head.coaching.scope, []).append(index)
        ends = (head.coaching.expires_at for head in heads)
        return cls(
            version,
            tuple(heads),
            fits,
            Rows.of(fits.rows, background.axes if background else None, fits.offsets),
            background,
            {scope: np.array(indices, dtype=np.intp) for scope, indices in places.items()},
            np.array([np.inf if end is None else end.timestamp() for end in ends], dtype=np.float64),
            traffic,
            reserve,
        )

    @classmethod
    def empty(cls) -> Snapshot:
        """Of a store in which nothing is active."""
        return _EMPTY


_EMPTY = Snapshot.of(0, (), NONE, None)


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
        self._heads: dict[tuple[str, int, datetime], Head] = {}
        self._made = ""
        self._fits: dict[Any, int] = {}
        self._current = _EMPTY

    def current(self) -> Snapshot:
        """The snapshot of the table's latest version.

        Raises:
            EmbedderMismatchError: The table holds vectors of another embedder.
            StoreError: The table could not be read.
        """
        version = self._store.version()
        if version != self._current.version:
            with self._lock:
                version = self._store.version()
                if version != self._current.version:
                    self._current = self._read(version)
        current = self._current
        if not current.heads:
            return current
        return replace(current, traffic=self._sampler.traffic(current.dimension), reserve=self._sampler.reserve())

    def forget(self) -> None:
        """The next snapshot is read and fitted from nothing."""
        with self._lock:
            self._made, self._current = "", _EMPTY

    def _read(self, version: int) -> Snapshot:
        table = self._store.table()
        if table is None:
            self._heads = {}
            return _EMPTY
        made = self._store.check(table)
        if made != self._made:
            self._heads, self._fits, self._made, self._current = {}, {}, made, _EMPTY
        wanted = {tuple(row[name] for name in NAMES) for row in latest_rows(self._store.rows(NAMES))}
        missing = wanted - self._heads.keys()
        named = {"id": sorted({key[0] for key in missing})} if len(missing) <= _FEW else {}
        fresh = self._store.arrow((*NAMES, "record", "vector", "examples"), **named) if missing else None
        known = {key: head for key, head in self._heads.items() if key in wanted}
        if fresh is not None:
            known.update(heads_in(fresh, missing))
        self._heads = known
        active = {
            key: head
            for key, head in sorted(known.items())
            if head.coaching.status == "active" and not head.coaching.deleted
        }
        if not active:
            return replace(_EMPTY, version=version)
        dimension = next(iter(active.values())).vectors.shape[1]
        background = self._backgrounds.background(dimension)
        if background.dimension != dimension:
            self._store.check(table, background.dimension)
        return Snapshot.of(version, list(active.values()), self._fitted(active, background), background)

    def _fitted(self, active: dict[Any, Head], background: Background) -> Fits:
        """Fits of the active heads; those of the last snapshot are taken over."""
        fresh = [key for key in active if key not in self._fits]
        pool = (
            join(self._current.fits, fit([active[key] for key in fresh], background)) if fresh else self._current.fits
        )
        rows = {**self._fits, **{key: len(self._current.heads) + place for place, key in enumerate(fresh)}}
        self._fits = {key: place for place, key in enumerate(active)}
        return taken(pool, [rows[key] for key in active])


def heads_in(rows: Any, wanted: set[Any]) -> dict[Any, Head]:
    """The heads of wanted revisions that can be read, by id, revision and the time it was made.

    Args:
        rows: What the store read.
        wanted: Which revisions.
    """
    intents = rows["vector"].combine_chunks()
    dimension = intents.type.list_size
    flat = intents.flatten().to_numpy().reshape(-1, dimension)
    examples = rows["examples"].combine_chunks()
    offsets: Sequence[int] = examples.offsets.to_pylist()
    pool = examples.values.flatten().to_numpy().reshape(-1, dimension)
    records = rows["record"]
    keys = enumerate(zip(*(rows[name].to_pylist() for name in NAMES), strict=True))
    places = [(f"coaching {key[0]!r}, revision {key[1]}", (index, key)) for index, key in keys if key in wanted]

    def head(place: tuple[int, Any]) -> tuple[Any, Head]:
        index, key = place
        vectors = np.vstack([flat[index : index + 1], pool[offsets[index] : offsets[index + 1]]])
        return key, Head(coaching_of(records[index].as_py()), vectors)

    return dict(read_each(places, head))
