"""The editor: what a person writes, from a draft to its history."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Unpack

from langgraph_coaching.authoring.corrections import corrections_of
from langgraph_coaching.authoring.draft_source import draft_of, draft_over
from langgraph_coaching.authoring.revision import revise_from_draft
from langgraph_coaching.authoring.similar import references_in
from langgraph_coaching.authoring.step_reference import step_named
from langgraph_coaching.coaching.compose import compose, compose_many, edit_coaching, restore_coaching
from langgraph_coaching.coaching.namespace import refuse_foreign
from langgraph_coaching.errors import NotFoundError

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from langchain_core.language_models import BaseChatModel

    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.authoring.home import Home
    from langgraph_coaching.authoring.other_coachings import OtherCoachings
    from langgraph_coaching.authoring.outlook import Outlook
    from langgraph_coaching.authoring.repository import Repository
    from langgraph_coaching.authoring.similar import Similar
    from langgraph_coaching.authoring.situations import Situations
    from langgraph_coaching.coaching.behavior import Behavior
    from langgraph_coaching.coaching.fields import Changes, Filters, NewCoaching, NewFields
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.traces.archive import Archive
    from langgraph_coaching.traces.model import Step, Trace


class Editor:
    """Authoring in one namespace; every fault is raised, with what to do next.

    Args:
        repository: The coachings.
        traces: Where drafts begin.
        situations: What was met, and what a coaching would be in it.
        others: What each coaching claims, so that it is not proposed for another.
        home: Where drafts are at home.
    """

    def __init__(
        self, repository: Repository, traces: Archive, situations: Situations, others: OtherCoachings, home: Home
    ) -> None:
        self._repository = repository
        self._traces = traces
        self._situations = situations
        self._others = others
        self._home = home

    def draft(self, step: Step | str, *, model: BaseChatModel | None = None, languages: Sequence[str] = ()) -> Draft:
        """Begins coaching from a recorded step.

        Args:
            step: A step of a trace in this store, or its name, such as `t-9f2c41d07be3:7`.
            model: A chat model that words the intent and proposes phrasings and near misses, as `draft.propose` does;
                without one the intent is taken from the conversation.
            languages: In which there shall be proposals too.

        Raises:
            NotCoachableError: The agent's own reasoning did not make this step.
            NotFoundError: The step's trace is not in this namespace, or has another step there.
        """
        step = step_named(self._traces, step) if isinstance(step, str) else step
        trace = self._traces.get(step.trace_id)
        # What is stored here counts, not what is at hand: that may be of another store, or as it was before redaction.
        own = trace.steps[step.index] if 0 <= step.index < len(trace.steps) else None
        if own is None or own.type != step.type:
            raise NotFoundError(
                f"the trace {trace.id!r} has no such step {step.index} in the namespace {self._home.namespace!r}; take "
                "one of coach.traces.get(…).coachable_steps()"
            )
        from langgraph_coaching.authoring.intents.suggest import suggest_intents

        draft = self._at_home(draft_of(trace, own, suggest_intents, self._others))
        return draft if model is None else draft.propose(model, languages=languages)

    def corrections(self, trace: Trace) -> builtins.list[Draft]:
        """Drafts from the corrections that people left in the tracer a trace was imported from.

        Args:
            trace: An imported trace, such as `import_traces` returns.

        Returns:
            One for each corrected step, with the correction as its reply; look at the intent, then `coach.save` it.

        Raises:
            InvalidCoachingError: The trace is of another namespace.
        """
        refuse_foreign("trace", trace.namespace, self._home.namespace)
        from langgraph_coaching.authoring.intents.suggest import suggest_intents

        begun = ((draft_of(trace, step, suggest_intents, self._others), text) for step, text in corrections_of(trace))
        return [self._at_home(draft).reply(text) for draft, text in begun]

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
                trace = self._traces.get(coaching.source.trace_id)
        return self._at_home(draft_over(coaching, trace, self._others)).propose(model, languages=languages)

    def similar(self, coaching_id: str, *, limit: int = 10) -> builtins.list[Similar]:
        """The recorded situations that would teach a coaching most, to be answered yes or no; needs no model.

        They are near and undecided, often met, and unlike each other; neither the source nor anything that the coaching
        knows already is among them. The latest 2,000 situations of traces and receipts are looked at. What is answered
        goes into `coach.edit(id, add_examples=[…], add_never=[…])`.

        Args:
            coaching_id: Which one.
            limit: Most to return.

        Raises:
            NotFoundError: There is none of that id, or it was deleted.
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        return self._situations.similar(self.get(coaching_id), None, limit)

    def outlook(self, coaching: Coaching | str) -> Outlook:
        """What is known of a coaching now, and what to expect of it; takes some seconds at most.

        Args:
            coaching: A saved one, or its id.

        Returns:
            Whether it fires at its source, how many recorded situations it would meet, the nearest that stay silent, by
            how many texts it is known, and the one thing to do next; prints as text.

        Raises:
            NotFoundError: There is none of that id, or it was deleted.
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        if not isinstance(coaching, str):
            refuse_foreign("coaching", coaching.namespace, self._home.namespace)
        return self._situations.outlook(self.get(coaching if isinstance(coaching, str) else coaching.id))

    def _at_home(self, draft: Draft) -> Draft:
        """The draft with what else it needs of the store."""
        return replace(draft, home=self._home.name, search=self._situations.similar)

    def save(self, draft: Draft) -> Coaching:
        """Saves a draft as active coaching, with the proposals that were not dropped.

        A draft of what is saved already becomes its next revision, on top of what others have changed meanwhile.

        Raises:
            InvalidCoachingError: The draft has no behavior, a field is not acceptable, or it was begun elsewhere.
            NotFoundError: It revises a coaching that was deleted.
            StoreError: It could not be written; nothing is lost, save it again.
        """
        self._home.refuse_draft_of_elsewhere(draft)
        if draft.revises is not None:
            return self._repository.revise(draft.id, partial(revise_from_draft, draft))
        return self._save_one(draft.coaching(self._home.namespace))

    def add(self, *, intent: str, behavior: Behavior | Mapping[str, Any], **fields: Unpack[NewFields]) -> Coaching:
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
        return self._save_one(compose(self._home.namespace, intent=intent, behavior=behavior, **fields))

    def add_many(
        self, rows: Iterable[NewCoaching], *, progress: Callable[[int], None] | None = None
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
        return self._repository.save(compose_many(self._home.namespace, rows), progress)

    def _save_one(self, coaching: Coaching) -> Coaching:
        return self._repository.save([coaching])[0]

    def get(self, coaching_id: str, *, revision: int | None = None) -> Coaching:
        """One coaching, at its latest revision or the one asked for.

        Raises:
            NotFoundError: There is none of that id or revision, or it was deleted.
        """
        return self._repository.get(coaching_id, revision)

    def list(self, **filters: Unpack[Filters]) -> builtins.list[Coaching]:
        """Coachings, oldest first.

        Args:
            **filters: Any of `status`, `text`, `behavior`, `agent`, `node`, `tag`, `trace_id`.
        """
        return self._repository.list(**filters)

    def edit(self, coaching_id: str, **changes: Unpack[Changes]) -> Coaching:
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
        self._home.refuse_situations_of_elsewhere(references_in(changes))
        return self._repository.revise(coaching_id, lambda latest: edit_coaching(latest, changes))

    def archive(self, coaching_id: str) -> Coaching:
        """Makes it silent; `restore` brings it back."""
        return self.edit(coaching_id, status="archived")

    def restore(self, coaching_id: str, *, revision: int | None = None) -> Coaching:
        """Makes it active again, as it last was or as it was at an earlier revision.

        Raises:
            NotFoundError: There is none of that id or revision.
        """
        wanted = None if revision is None else self._repository.get(coaching_id, revision)
        return self._repository.revise(coaching_id, lambda latest: restore_coaching(latest, wanted))

    def delete(self, coaching_id: str, *, purge: bool = False) -> None:
        """Takes it out of every list and recall; its history stays for the receipts that point to it.

        Args:
            coaching_id: Which one.
            purge: Erase the history too; receipts then point to nothing.

        Raises:
            NotFoundError: There is none of that id.
        """
        if purge:
            self._repository.purge(coaching_id)
        else:
            self._repository.get(coaching_id)
            self._repository.revise(coaching_id, lambda latest: latest.revised(deleted=True))

    def history(self, coaching_id: str) -> builtins.list[Coaching]:
        """Every revision, oldest first.

        Raises:
            NotFoundError: There is none of that id.
        """
        return self._repository.history(coaching_id)
