"""The book of coachings: what a person adds, edits, archives, restores and deletes, revision by revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.authoring.draft import compose, examples_of
from langgraph_coaching.coaching.behavior import behavior_of
from langgraph_coaching.coaching.model import Coaching, Scope
from langgraph_coaching.coaching.store import vector_texts
from langgraph_coaching.errors import ConflictError, InvalidCoachingError, NotFoundError

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Iterable, Mapping

    from langgraph_coaching.coaching.store import Store
    from langgraph_coaching.recall.embedder import Embedder

BATCH = 500
"""Coachings embedded and written in one commit."""

_SCOPE = ("agent", "node", "tags")


class Book:
    """Coachings of one namespace, from the author's side: every fault is raised.

    Args:
        store: The table.
        embedder: For the vectors of intents and examples.
    """

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self._store = store
        self._embedder = embedder

    def save(self, coachings: builtins.list[Coaching], progress: Callable[[int], None] | None = None) -> None:
        """Writes new coachings, in order; saving one again, with the same content, changes nothing.

        Args:
            coachings: First revisions.
            progress: Called with the number done after each batch.

        Raises:
            ConflictError: An id is taken by a coaching that says something else.
        """
        names = [coaching.id for coaching in coachings]
        if len(set(names)) < len(names):
            raise ConflictError("two of the given coachings have the same id; give each its own, or none")
        for start in range(0, len(coachings), BATCH):
            batch = coachings[start : start + BATCH]
            taken = {row["id"]: row["content_hash"] for row in self._first_rows(batch)}
            other = [c.id for c in batch if taken.get(c.id, c.content_hash) != c.content_hash]
            if other:
                raise ConflictError(f"the id {other[0]!r} is taken; edit that coaching, or choose another id")
            self._write([coaching for coaching in batch if coaching.id not in taken])
            if progress is not None:
                progress(start + len(batch))

    def _first_rows(self, batch: builtins.list[Coaching]) -> builtins.list[dict[str, Any]]:
        return self._store.rows(("id", "content_hash"), id=[coaching.id for coaching in batch], revision=1)

    def _write(self, coachings: builtins.list[Coaching]) -> None:
        if not coachings:
            return
        if (table := self._store.table()) is not None:
            self._store.check(table)  # before the embedder is asked, which may cost money
        texts = [text for coaching in coachings for text in vector_texts(coaching)]
        vectors = iter(self._embedder.documents(texts))
        self._store.insert(coachings, [[next(vectors) for _ in vector_texts(coaching)] for coaching in coachings])

    def get(self, coaching_id: str, revision: int | None = None) -> Coaching:
        """The latest revision, or the one asked for.

        Raises:
            NotFoundError: There is no such coaching or revision, or it was deleted.
        """
        history = self.history(coaching_id)
        if revision is not None:
            found = next((coaching for coaching in history if coaching.revision == revision), None)
            if found is None:
                raise NotFoundError(f"{coaching_id} has no revision {revision}; it has 1 to {history[-1].revision}")
            return found
        if history[-1].deleted:
            raise NotFoundError(f"{coaching_id} was deleted; coach.restore({coaching_id!r}) brings it back")
        return history[-1]

    def history(self, coaching_id: str) -> builtins.list[Coaching]:
        """Every revision, oldest first, the deletion included.

        Raises:
            NotFoundError: There is no such coaching.
        """
        history = self._store.history(coaching_id)
        if not history:
            raise NotFoundError(
                f"no coaching {coaching_id!r} in the namespace {self._store.namespace!r}; list them with coach.list()"
            )
        return history

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
    ) -> builtins.list[Coaching]:
        """Coachings, oldest first.

        Args:
            status: `draft`, `active` or `archived`; all three when None.
            text: Somewhere in intent, behavior, examples or notes, in any case.
            behavior: Type of the behavior.
            agent: Scoped to this agent.
            node: Scoped to this node.
            tag: With this label.
            trace_id: Written from a step of this trace.
        """

        def asked(c: Coaching) -> bool:
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
                )
            )

        return [coaching for coaching in self._store.heads() if asked(coaching)]

    def revise(self, coaching_id: str, change: Callable[[Coaching], Coaching]) -> Coaching:
        """Writes the next revision; where another writer was faster, on top of theirs.

        Args:
            coaching_id: Which one.
            change: The next revision, from the latest one.
        """
        for attempt in range(10):
            changed = change(self.history(coaching_id)[-1])
            try:
                self._write([changed])
            except ConflictError:
                if attempt == 9:  # noqa: PLR2004 - the last try
                    raise
            else:
                return changed
        raise AssertionError("unreachable")


def edited(coaching: Coaching, changes: Mapping[str, Any]) -> Coaching:
    """The next revision with changes as a person types them.

    Args:
        coaching: A live coaching.
        changes: Fields of a coaching; `examples` and `never` as texts, `agent`, `node` and `tags` by name.

    Raises:
        InvalidCoachingError: A field is unknown, fixed or not acceptable.
        NotFoundError: It was deleted.
    """
    if coaching.deleted:
        raise NotFoundError(f"{coaching.id} was deleted; coach.restore({coaching.id!r}) brings it back")
    if not changes:
        raise InvalidCoachingError("nothing to change: name a field, e.g. intent='…'")
    changed = dict(changes)
    if scope := {name: changed.pop(name) for name in _SCOPE if name in changed}:
        changed["scope"] = Scope(**{**coaching.scope.model_dump(), **scope})
    if "examples" in changed or "never" in changed:
        applies = changed.pop("examples", [e for e in coaching.examples if e.applies])
        never = changed.pop("never", None)
        kept = () if never is not None else tuple(e for e in coaching.examples if not e.applies)
        changed["examples"] = (*examples_of(applies, never or ()), *kept)
    if "behavior" in changed:
        changed["behavior"] = behavior_of(changed["behavior"])
    return coaching.revised(**changed)


def composed_many(namespace: str, rows: Iterable[Mapping[str, Any]]) -> builtins.list[Coaching]:
    """Coachings from many rows of fields; all of them are checked before any is written.

    Raises:
        InvalidCoachingError: A row is not acceptable; the message says which, counted from 1.
    """
    found = []
    for number, row in enumerate(rows, 1):
        try:
            found.append(compose(namespace=namespace, **row))
        except (InvalidCoachingError, TypeError) as error:
            raise InvalidCoachingError(f"row {number}: {error}") from None
    return found
