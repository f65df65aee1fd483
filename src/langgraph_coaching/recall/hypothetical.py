"""Hypothetical snapshot: the coachings of a store as they were, or as somebody thinks of making them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from langgraph_coaching.coaching.revisions import REVISION_KEY, Revision
from langgraph_coaching.coaching.stage import STAGES
from langgraph_coaching.recall.scoring.coaching_vectors import vectors_of
from langgraph_coaching.recall.scoring.head import Head, fit_heads, join_fits, take_rows
from langgraph_coaching.recall.snapshot import Snapshot, split_stages
from langgraph_coaching.recall.stored_heads import HEAD, heads_in

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.scoring.background.cache import BackgroundCache


def hypothetical_snapshot(
    coachings: Sequence[Coaching], store: Coachings, embedder: Embedder, backgrounds: BackgroundCache, current: Snapshot
) -> Snapshot:
    """The snapshot that a store with just these coachings would have.

    Args:
        coachings: One revision of each; what is in no stage at which it is looked at stays silent.
        store: Where the vectors of saved revisions are.
        embedder: For the vectors of those that were never saved.
        backgrounds: Where the embedder's background is.
        current: The store's own snapshot: what is in it already is taken over, and so are its traffic and reserve.

    Raises:
        EmbedderError: The embedder failed.
        StoreError: The store could not be read.
    """
    asked = sorted((c for c in coachings if c.status in STAGES and not c.deleted), key=lambda c: c.id)
    if not asked:
        return Snapshot.empty()
    there = current.looked_at
    here = {Revision.of(head.coaching): row for row, head in enumerate(there)}
    rows = [_row_in(coaching, here, there) for coaching in asked]
    other = [coaching for row, coaching in zip(rows, asked, strict=True) if row < 0]
    heads = _heads_of(other, store, embedder, backgrounds) if other else []
    background = backgrounds.background((heads or there)[0].vectors.shape[1])
    pool = current.fits if current.staged is None else join_fits(current.fits, current.staged.fits)
    pool = join_fits(pool, fit_heads(heads, background)) if heads else pool
    fresh = iter(range(len(there), len(there) + len(heads)))
    rows = [next(fresh) if row < 0 else row for row in rows]
    known = (*there, *heads)
    fits = take_rows(pool, rows)
    return split_stages(0, [known[row] for row in rows], fits, background, current.traffic, current.reserve)


def _row_in(coaching: Coaching, here: dict[Revision, int], there: Sequence[Head]) -> int:
    """Where the snapshot has it, or -1; the same revision may be supposed to say something else."""
    row = here.get(Revision.of(coaching), -1)
    known = there[row].coaching if row >= 0 else None
    return row if known is coaching or known == coaching else -1


def _heads_of(
    coachings: Sequence[Coaching], store: Coachings, embedder: Embedder, backgrounds: BackgroundCache
) -> list[Head]:
    keys = {Revision.of(coaching): coaching for coaching in coachings}
    known = {key: head for key, head in _read_heads(store, keys).items() if head.coaching == keys[key]}
    new = [coaching for key, coaching in keys.items() if key not in known]
    vectors = vectors_of(new, embedder, backgrounds.background) if new else []
    for coaching, rows in zip(new, vectors, strict=True):
        known[Revision.of(coaching)] = Head(coaching, np.stack(rows))
    return [known[key] for key in keys]


def _read_heads(store: Coachings, keys: Collection[Revision]) -> dict[Revision, Head]:
    if not store.exists():
        return {}
    table = store.table()
    if table is None:
        return {}
    store.check(table)
    rows = store.read_revisions((*REVISION_KEY, *HEAD), keys)
    return {} if rows is None else heads_in(rows, set(keys))
