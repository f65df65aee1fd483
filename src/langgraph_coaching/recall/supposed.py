"""A supposed store: a snapshot of coachings as they were, or as somebody thinks of making them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.recall.head import Head, fit
from langgraph_coaching.recall.snapshot import NAMES, Snapshot, heads_in
from langgraph_coaching.recall.vectors import vectors_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.coaching.store import Store
    from langgraph_coaching.recall.background.shelf import Shelf
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.traffic import Traffic


def supposed(
    coachings: Sequence[Coaching], store: Store, embedder: Embedder, shelf: Shelf, traffic: Traffic | None = None
) -> Snapshot:
    """The snapshot that a store with just these coachings would have.

    Args:
        coachings: One revision of each; what is not active stays silent.
        store: Where the vectors of saved revisions are.
        embedder: For the vectors of those that were never saved.
        shelf: Where the embedder's background is.
        traffic: What the coachings are held against besides.

    Raises:
        EmbedderError: The embedder failed.
        StoreError: The store could not be read.
    """
    active = sorted((c for c in coachings if c.status == "active" and not c.deleted), key=lambda c: c.id)
    if not active:
        return Snapshot.empty()
    keys = {(c.id, c.revision, c.updated_at): c for c in active}
    known = {key: head for key, head in _saved(store, keys).items() if head.coaching == keys[key]}
    new = [coaching for key, coaching in keys.items() if key not in known]
    vectors = vectors_of(new, embedder, shelf.background) if new else []
    for coaching, rows in zip(new, vectors, strict=True):
        known[coaching.id, coaching.revision, coaching.updated_at] = Head(coaching, np.stack(rows))
    heads = [known[key] for key in keys]
    background = shelf.background(heads[0].vectors.shape[1])
    return Snapshot.of(0, heads, fit(heads, background), background, traffic)


def _saved(store: Store, keys: Collection[tuple[str, int, datetime]]) -> dict[tuple[str, int, datetime], Head]:
    if not store.exists():
        return {}
    table = store.table()
    if table is None:
        return {}
    store.check(table)
    rows = store.arrow((*NAMES, "record", "vector", "examples"), id=sorted({key[0] for key in keys}))
    return heads_in(rows, set(keys))
