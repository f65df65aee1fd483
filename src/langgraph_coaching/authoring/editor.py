"""The desk: everything a person does with coaching, from a draft to its history."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from langgraph_coaching.authoring.draft_source import draft_of, draft_over
from langgraph_coaching.authoring.intents.suggest import suggest_intents
from langgraph_coaching.authoring.repository import Repository
from langgraph_coaching.authoring.revision import revise_from_draft
from langgraph_coaching.authoring.similar import Similar
from langgraph_coaching.coaching.compose import compose, composed_many, edited
from langgraph_coaching.coaching.namespace import refuse_foreign
from langgraph_coaching.coaching.reembed import reembed
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError
from langgraph_coaching.recall.scoring.coaching_vectors import vectors_of

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from langchain_core.language_models import BaseChatModel

    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.authoring.other_coachings import OtherCoachings
    from langgraph_coaching.coaching.coachings import Coachings
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.scoring.background.cache import BackgroundCache
    from langgraph_coaching.traces.archive import Archive
    from langgraph_coaching.traces.model import Step


class Editor:
    """Authoring in one namespace; every fault is raised, with what to do next.

    Args:
        store: The coachings.
        embedder: For the vectors of intents and examples.
        backgrounds: Where the embedder's background is.
        traces: Where drafts begin.
        claims: What each coaching claims, so that it is not proposed for another.
    """

    def __init__(
        self,
        store: Coachings,
        embedder: Embedder,
        backgrounds: BackgroundCache,
        traces: Archive,
        claims: OtherCoachings,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._backgrounds = backgrounds
        self._repository = Repository(store, embedder, backgrounds)
        self.namespace = store.namespace
        self._home = (store.database.place, store.namespace)
        self._others = claims
        self.traces = traces
        """Recorded runs: `get`, `list`, `add`."""

    def draft(self, step: Step, *, model: BaseChatModel | None = None, languages: Sequence[str] = ()) -> Draft:
        """Begins coaching from a recorded step.

        Args:
            step: A step of a trace in this store.
            model: A chat model that words the intent and proposes phrasings and near misses, as `draft.propose` does;
                without one the intent is taken from the conversation.
            languages: In which there shall be proposals too.

        Raises:
            NotCoachableError: The agent's own reasoning did not make this step.
            NotFoundError: The step's trace is not in this namespace, or has another step there.
        """
        trace = self.traces.get(step.trace_id)
        # What is stored here counts, not what is at hand: that may be of another store, or as it was before redaction.
        own = trace.steps[step.index] if 0 <= step.index < len(trace.steps) else None
        if own is None or own.type != step.type:
            raise NotFoundError(
                f"the trace {trace.id!r} has no such step {step.index} in the namespace {self.namespace!r}; take one "
                "of coach.traces.get(…).coachable_steps()"
            )
        draft = self._begun(draft_of(trace, own, suggest_intents, self._others))
        return draft if model is None else draft.propose(model, languages=languages)

    def propose(self, coaching_id: str, model: BaseChatModel, *, languages: Sequence[str] = ()) -> Draft:
        """Lets a chat model propose phrasings and near misses for what is saved.

        Args:
            coaching_id: Which one.
            model: Any chat model. Where it fails there are no `proposals`, and `warnings` say why.
            languages: Names or codes of languages in which there shall be proposals too.

        Returns:
            A draft of the next revision. Look at its `proposals`, `drop` and `reword` them; `coach.save` writes it.
            The intent stays; the model's wording of it is the first of the `suggestions`, for `draft.when`.

        Raises:
            EmbedderError: The embedder failed.
            NotFoundError: There is none of that id, or it was deleted.
            StoreError: The store could not be read.
        """
        coaching, trace = self.get(coaching_id), None
        if coaching.source is not None:
            with suppress(NotFoundError):
                trace = self.traces.get(coaching.source.trace_id)
        return self._begun(draft_over(coaching, trace, self._others)).propose(model, languages=languages)

    def _begun(self, draft: Draft) -> Draft:
        """The draft with what else it needs of the store."""
        return replace(draft, home=self._home)

    def save(self, draft: Draft) -> Coaching:
        """Saves a draft as active coaching, with the proposals that were not dropped.

        A draft of what is saved already becomes its next revision, on top of what others have changed meanwhile.

        Raises:
            InvalidCoachingError: The draft has no behavior, a field is not acceptable, or it was begun elsewhere.
            NotFoundError: It revises a coaching that was deleted.
            StoreError: It could not be written; nothing is lost, save it again.
        """
        self._refuse_draft_of_elsewhere(draft)
        if draft.revises is not None:
            return self._repository.revise(draft.id, partial(revise_from_draft, draft))
        return self._saved(draft.coaching(self.namespace))

    def _refuse_draft_of_elsewhere(self, draft: Draft) -> None:
        if draft.home not in (None, self._home):
            place, namespace = draft.home
            raise InvalidCoachingError(
                f"this draft was begun in the namespace {namespace!r} of {place}, this coach is one of "
                f"{self.namespace!r} of {self._home[0]}: use it with the coach it was begun with"
            )
        if draft.revises is not None:
            refuse_foreign("draft", draft.revises.namespace, self.namespace)
        self._refuse_situations_of_elsewhere(one.reference for one in draft.answered if one.origin == "recorded")

    def _refuse_situations_of_elsewhere(self, references: Iterable[str | None]) -> None:
        for name in dict.fromkeys(references):
            if name is not None and not self._recorded_here(name):
                raise InvalidCoachingError(
                    f"a recorded situation that was given is of another namespace or store: {name!r} is not in "
                    f"{self.namespace!r}; take those that coach.similar(…) finds here"
                )

    def _recorded_here(self, name: str) -> bool:
        """Whether there is a trace of that id in this namespace."""
        try:
            self.traces.get(name)
        except NotFoundError:
            return False
        return True

    def add(self, *, intent: str, behavior: Any, **fields: Any) -> Coaching:
        """Saves coaching without a trace.

        Args:
            intent: When replying to what.
            behavior: One of the six, or a mapping with a `type`.
            **fields: `examples`, `never` (texts), `agent`, `node`, `tags` (or a whole `scope`), `priority`, `status`,
                `notes`, `author`, `expires_at`, `source`, `id`.

        Returns:
            The coaching as it stands in the store. Adding the same again under the same id changes nothing.

        Raises:
            InvalidCoachingError: A field is unknown or not acceptable.
            ConflictError: The id is taken by a coaching that says something else.
            StoreError: It could not be written.
        """
        return self._saved(compose(self.namespace, intent=intent, behavior=behavior, **fields))

    def add_many(
        self, rows: Iterable[Mapping[str, Any]], *, progress: Callable[[int], None] | None = None
    ) -> builtins.list[Coaching]:
        """Saves many at once, in order, all of them or none; each row has the fields of `add`.

        Args:
            rows: Mappings of fields.
            progress: Called with the number embedded so far; they are written together at the end.

        Raises:
            InvalidCoachingError: A row is not acceptable; the message says which.
            ConflictError: An id is taken by a coaching that says something else, or twice among these.
            StoreError: They could not be written.
        """
        return self._repository.save(composed_many(self.namespace, rows), progress)

    def _saved(self, coaching: Coaching) -> Coaching:
        return self._repository.save([coaching])[0]

    def get(self, coaching_id: str, *, revision: int | None = None) -> Coaching:
        """One coaching, at its latest revision or the one asked for.

        Raises:
            NotFoundError: There is none of that id or revision, or it was deleted.
        """
        return self._repository.get(coaching_id, revision)

    def list(self, **filters: Any) -> builtins.list[Coaching]:
        """Coachings, oldest first.

        Args:
            **filters: Any of `status`, `text`, `behavior`, `agent`, `node`, `tag`, `trace_id`.
        """
        return self._repository.list(**filters)

    def edit(self, coaching_id: str, **changes: Any) -> Coaching:
        """Makes the next revision with these fields changed, as `add` takes them; earlier ones stay readable.

        Args:
            coaching_id: Which one.
            **changes: Fields of `add`. `examples` and `never` stand for the author's own ones and replace those; what
                the source, verdicts and answers to recorded situations have taught stays. Without replacing any:
                `add_examples` and `add_never` (texts or `Similar`s), and `remove` (texts, or examples as they are in
                `coaching.examples`; whoever said so). The same situation is never on both sides, the last word counts.

        Returns:
            The next revision; the latest one where its examples are what they were.

        Raises:
            InvalidCoachingError: A field is unknown, fixed or not acceptable, there is no such example to remove, or
                a situation is of another namespace.
            NotFoundError: There is none of that id, or it was deleted.
        """
        given = (changes.get(name) for name in ("examples", "never", "add_examples", "add_never"))
        similar = [one for some in given if isinstance(some, list | tuple) for one in some if isinstance(one, Similar)]
        self._refuse_situations_of_elsewhere(one.trace_id or one.receipt_id for one in similar)
        return self._repository.revise(coaching_id, lambda latest: edited(latest, changes))

    def archive(self, coaching_id: str) -> Coaching:
        """Makes it silent; `restore` brings it back."""
        return self.edit(coaching_id, status="archived")

    def restore(self, coaching_id: str, *, revision: int | None = None) -> Coaching:
        """Makes it active again, as it last was or as it was at an earlier revision.

        Raises:
            NotFoundError: There is none of that id or revision.
        """
        wanted = None if revision is None else self._repository.get(coaching_id, revision)
        kept = {"intent", "behavior", "examples", "scope", "priority", "notes", "expires_at"}
        fields = {} if wanted is None else {name: getattr(wanted, name) for name in kept}
        return self._repository.revise(
            coaching_id, lambda latest: latest.revised(**fields, status="active", deleted=False)
        )

    def delete(self, coaching_id: str, *, purge: bool = False) -> None:
        """Takes it out of every list and recall; its history stays for the receipts that point to it.

        Args:
            coaching_id: Which one.
            purge: Erase the history too; receipts then point to nothing.

        Raises:
            NotFoundError: There is none of that id.
        """
        if purge:
            self._repository.history(coaching_id)
            self._store.purge(coaching_id)
        else:
            self._repository.get(coaching_id)
            self._repository.revise(coaching_id, lambda latest: latest.revised(deleted=True))

    def history(self, coaching_id: str) -> builtins.list[Coaching]:
        """Every revision, oldest first.

        Raises:
            NotFoundError: There is none of that id.
        """
        return self._repository.history(coaching_id)

    def reembed(self) -> int:
        """Computes every vector of the store anew with this coach's embeddings, in all namespaces.

        Returns:
            How many revisions were rewritten.
        """
        return reembed(self._store, lambda some: vectors_of(some, self._embedder, self._backgrounds.background))
