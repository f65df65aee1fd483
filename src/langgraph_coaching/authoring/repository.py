"""The repository of coachings: what a person adds, edits, archives, restores and deletes, revision by revision."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

from langgraph_coaching.authoring.overtaking import change_on_top
from langgraph_coaching.authoring.revision_vectors import vectors_on_top
from langgraph_coaching.coaching.behavior import BehaviorType
from langgraph_coaching.coaching.coachings import latest_rows, name_of
from langgraph_coaching.coaching.model import Status, refuse_id
from langgraph_coaching.coaching.reembed import reembed
from langgraph_coaching.coaching.row import coaching_of
from langgraph_coaching.errors import ConflictError, InvalidCoachingError, NotFoundError
from langgraph_coaching.recall.scoring.coaching_vectors import vectors_of
from langgraph_coaching.storage.locks import Locks
from langgraph_coaching.storage.rows import read_one
from langgraph_coaching.storage.storable import text_asked

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Sequence

    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.coaching.row import Vectors
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.scoring.background.background import Background
    from langgraph_coaching.recall.scoring.background.cache import BackgroundCache

BATCH = 500
"""Coachings embedded, or looked up by id, in one call."""


class Repository:
    """Coachings of one namespace, from the author's side: every fault is raised.

    Args:
        store: The table.
        embedder: For the vectors of intents and examples.
        backgrounds: Where the embedder's background is.
    """

    def __init__(self, store: Coachings, embedder: Embedder, backgrounds: BackgroundCache) -> None:
        self._store = store
        self._backgrounds = backgrounds
        self._embedder = embedder
        self.locks = Locks.of(store.database)

    def save(
        self, coachings: builtins.list[Coaching], progress: Callable[[int], None] | None = None
    ) -> builtins.list[Coaching]:
        """Writes new coachings, all of them or none; one that is saved already, with the same content, stays as it is.

        Args:
            coachings: First revisions.
            progress: Called with the number embedded so far.

        Returns:
            The coachings as they stand in the store, in order.

        Raises:
            ConflictError: An id is taken by a coaching that says something else, or that was deleted.
            InvalidCoachingError: An id holds something else than letters, digits and a few signs.
        """
        names = [coaching.id for coaching in coachings]
        if len(set(names)) < len(names):
            raise ConflictError("two of the given coachings have the same id; give each its own, or none")
        present = self._saved_heads(coachings)
        for name in names:
            if name not in present:  # what an earlier version has saved is still there
                refuse_id(name)
        try:
            self._write([coaching for coaching in coachings if coaching.id not in present], progress)
        except ConflictError:  # another writer was faster; with the same coachings, where this is somebody's retry
            present = self._saved_heads(coachings)
            self._write([coaching for coaching in coachings if coaching.id not in present])
        return [present.get(coaching.id, coaching) for coaching in coachings]

    def _saved_heads(self, coachings: builtins.list[Coaching]) -> dict[str, Coaching]:
        """The heads of those that are saved already."""
        found: dict[str, Coaching] = {}
        for start in range(0, len(coachings), BATCH):
            wanted = {coaching.id: coaching for coaching in coachings[start : start + BATCH]}
            rows = self._store.rows(("id", "revision", "content_hash", "record"), id=list(wanted))
            first: dict[str, int] = {}  # not 1 where it came with an import
            for row in rows:
                first[row["id"]] = min(first.get(row["id"], row["revision"]), row["revision"])
            for row in rows:
                if row["revision"] == first[row["id"]] and row["content_hash"] != wanted[row["id"]].content_hash:
                    raise ConflictError(f"the id {row['id']!r} is taken; edit that coaching, or choose another id")
            found.update((row["id"], read_one(name_of(row), row["record"], coaching_of)) for row in latest_rows(rows))
        if deleted := next((coaching.id for coaching in found.values() if coaching.deleted), None):
            raise ConflictError(f"{deleted} was deleted; coach.restore({deleted!r}) brings it back")
        return found

    def _write(
        self,
        coachings: builtins.list[Coaching],
        progress: Callable[[int], None] | None = None,
        made_of: dict[str, int] | None = None,
    ) -> None:
        if not coachings:
            return
        self._check()  # before the embedder is asked, which may cost money
        vectors: builtins.list[Vectors] = []
        for start in range(0, len(coachings), BATCH):
            vectors += vectors_of(coachings[start : start + BATCH], self._embedder, self._background)
            if progress is not None:
                progress(len(vectors))
        self._store.insert(coachings, vectors, made_of)

    def _check(self, dimension: int | None = None) -> None:
        if (table := self._store.table()) is not None:
            self._store.check(table, dimension)

    def _background(self, dimension: int) -> Background:
        """The background for vectors that the table takes; measured while a person waits, not while an agent does."""
        self._check(dimension)
        return self._backgrounds.background(dimension)

    def get(self, coaching_id: str, revision: int | None = None) -> Coaching:
        """The latest revision, or the one asked for.

        Raises:
            NotFoundError: There is no such coaching or revision, or it was deleted.
        """
        found = self._store.at(coaching_id, int(revision)) if isinstance(revision, int) else None
        latest = found or self.latest(coaching_id)
        if revision is not None and found is None:
            raise NotFoundError(f"{coaching_id} has no revision {revision}; it has 1 to {latest.revision}")
        if revision is None and latest.deleted:
            raise NotFoundError(f"{coaching_id} was deleted; coach.restore({coaching_id!r}) brings it back")
        return latest

    def latest(self, coaching_id: str) -> Coaching:
        """The latest revision, a deletion too; its history is not read.

        Raises:
            NotFoundError: There is no such coaching.
        """
        latest = self._store.latest(coaching_id)
        if latest is None:
            raise NotFoundError(self._absent(coaching_id))
        return latest

    def history(self, coaching_id: str) -> builtins.list[Coaching]:
        """Every revision, oldest first, the deletion included.

        Raises:
            NotFoundError: There is no such coaching.
        """
        history = self._store.history(coaching_id)
        if not history:
            raise NotFoundError(self._absent(coaching_id))
        return history

    def _absent(self, coaching_id: str) -> str:
        return f"no coaching {coaching_id!r} in the namespace {self._store.namespace!r}; list them with coach.list()"

    def list(
        self,
        *,
        status: str | None = None,
        text: str | None = None,
        behavior: str | None = None,
        agent: str | None = None,
        node: str | None = None,
        tag: str | None = None,
        trace_id: str | None = None,
        expired: bool | None = None,
    ) -> builtins.list[Coaching]:
        """Coachings, oldest first.

        Args:
            status: `draft`, `shadow`, `canary`, `active` or `archived`; all of them when None.
            text: Somewhere in intent, behavior, examples or notes, in any case.
            behavior: Type of the behavior.
            agent: Scoped to this agent.
            node: Scoped to this node.
            tag: With this label.
            trace_id: Written from a step of this trace.
            expired: Only those that have ended, or only those that have not.

        Raises:
            InvalidCoachingError: There is no such status or behavior.
            StoreError: The table could not be read.
        """
        _check_choice("status", status, get_args(Status))
        _check_choice("behavior", behavior, get_args(BehaviorType))
        now, text = datetime.now(UTC), None if text is None else text_asked("text", text)

        def matches(c: Coaching) -> bool:
            said = "\n".join((c.intent, c.behavior.render(), c.notes, *(e.text for e in c.examples)))
            return all(
                (
                    status in (None, c.status),
                    text is None or text.casefold() in said.casefold(),
                    behavior in (None, c.behavior.type),
                    agent in (None, c.scope.agent),
                    node in (None, c.scope.node),
                    tag is None or tag in c.scope.tags,
                    trace_id is None or (c.source is not None and c.source.trace_id == trace_id),
                    expired in (None, c.expired(now)),
                )
            )

        return [coaching for coaching in self._store.heads() if matches(coaching)]

    def revise(self, coaching_id: str, change: Callable[[Coaching], Coaching]) -> Coaching:
        """Writes the next revision; where another writer was faster, on top of theirs.

        Args:
            coaching_id: Which one.
            change: The next revision, from the latest one, or that itself; a `ChangedMeanwhileError` of it is final.
        """
        return change_on_top(self.locks, partial(self._revise_once, coaching_id, change))

    def histories(self) -> dict[str, builtins.list[Coaching] | None]:
        """Every revision of every coaching, the deleted ones too; None for one that a newer version has written."""
        return self._store.histories()

    def write(self, revisions: builtins.list[Coaching], progress: Callable[[int], None] | None = None) -> None:
        """Writes revisions that are not there yet.

        Args:
            revisions: Of any coachings, new ones too.
            progress: Called with the number embedded so far.

        Raises:
            ConflictError: Another writer has taken one of them; the others are written.
            StoreError: They could not be written.
        """
        self._write(revisions, progress)

    def write_together(self, revisions: builtins.list[Coaching], made_of: dict[str, int]) -> None:
        """Writes the next revisions of several coachings in one commit, all of them or none.

        Args:
            revisions: At least one.
            made_of: By id the revisions that they follow.

        Raises:
            ChangedMeanwhileError: Somebody has changed one of them meanwhile; nothing is written.
            StoreError: They could not be written; nothing is.
        """
        self._write(revisions, made_of=made_of)

    def marked(self) -> builtins.list[Coaching]:
        """Every revision that a change set has made, in no particular order."""
        return self._store.marked()

    def purge(self, coaching_id: str) -> None:
        """Erases a coaching with its history.

        Raises:
            NotFoundError: There is no such coaching.
        """
        self.latest(coaching_id)
        self._store.purge(coaching_id)

    def reembed(self, *, progress: Callable[[int], None] | None = None) -> int:
        """Computes every vector of the store anew with this coach's embeddings, in all namespaces.

        Args:
            progress: Called with the number of revisions embedded so far.

        Returns:
            How many revisions were rewritten.

        Raises:
            EmbedderError: The embedder failed; nothing was changed.
            StoreError: The table could not be read or written.
        """
        done = 0

        def embed(some: Sequence[Coaching]) -> Any:
            nonlocal done
            vectors = vectors_of(some, self._embedder, self._backgrounds.background)
            done += len(some)
            if progress is not None:
                progress(done)
            return vectors

        return reembed(self._store, embed)

    def _revise_once(self, coaching_id: str, change: Callable[[Coaching], Coaching]) -> Coaching:
        latest = self.latest(coaching_id)
        changed = change(latest)
        if changed is not latest:
            self._check()
            embed = partial(vectors_of, embedder=self._embedder, background=self._background)
            self._store.insert([changed], [vectors_on_top(changed, latest, self._store, embed)])
        return changed


def _check_choice(name: str, value: str | None, values: tuple[str, ...]) -> None:
    if value is not None and value not in values:
        raise InvalidCoachingError(f"{name} is one of {', '.join(values)}, not {value!r}")
