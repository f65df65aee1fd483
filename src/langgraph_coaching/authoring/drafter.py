"""The drafter: drafts, begun at a recorded step or over what is saved, and what would teach a coaching."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.corrections import corrections_of
from langgraph_coaching.authoring.draft_source import draft_of, draft_over
from langgraph_coaching.authoring.step_reference import step_named
from langgraph_coaching.coaching.namespace import refuse_foreign
from langgraph_coaching.errors import NotFoundError

if TYPE_CHECKING:
    import builtins
    from collections.abc import Sequence

    from langchain_core.language_models import BaseChatModel

    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.authoring.draft_checks import DraftChecks
    from langgraph_coaching.authoring.lint.linter import Linter
    from langgraph_coaching.authoring.other_coachings import OtherCoachings
    from langgraph_coaching.authoring.outlook import Outlook
    from langgraph_coaching.authoring.repository import Repository
    from langgraph_coaching.authoring.similar import Similar
    from langgraph_coaching.authoring.situations import Situations
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.traces.model import Step, Trace


class Drafter:
    """Begins drafts in one namespace; every fault is raised, with what to do next.

    Args:
        repository: The coachings.
        situations: What was met, and what a coaching would be in it.
        others: What each coaching claims, so that it is not proposed for another.
        checks: Holds drafts against what is recorded, and knows where they begin and are at home.
        linter: What finds what is the matter with them.
    """

    def __init__(
        self,
        repository: Repository,
        situations: Situations,
        others: OtherCoachings,
        checks: DraftChecks,
        linter: Linter,
    ) -> None:
        self._repository, self._situations, self._others = repository, situations, others
        self._traces, self._home = checks.traces, checks.home
        self._checks, self._linter = checks, linter

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
        coaching, trace = self._repository.get(coaching_id), None
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
        return self._situations.similar(self._repository.get(coaching_id), None, limit)

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
        return self._situations.outlook(self._repository.get(coaching if isinstance(coaching, str) else coaching.id))

    def _at_home(self, draft: Draft) -> Draft:
        """The draft with what else it needs of the store."""
        lint, search = self._linter.lint_unsaved, self._situations.similar
        return replace(draft, home=self._home.name, search=search, linter=lint, checks=self._checks)
