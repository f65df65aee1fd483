"""A draft: coaching that is not saved yet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from langgraph_coaching.authoring.draft_html import draft_html
from langgraph_coaching.authoring.proposal import find_proposal
from langgraph_coaching.authoring.revision import revise_from_draft
from langgraph_coaching.authoring.source_examples import source_examples
from langgraph_coaching.coaching.behavior import Action, Handoff, Playbook, Process, Reply, SearchKnowledge
from langgraph_coaching.coaching.compose import compose, scope_of
from langgraph_coaching.coaching.example_changes import examples_after
from langgraph_coaching.coaching.examples import examples_of
from langgraph_coaching.coaching.model import Example, Scope, Source, new_id
from langgraph_coaching.coaching.one_line import quote_line
from langgraph_coaching.coaching.validation import quote_text
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

    from langgraph_coaching.authoring.draft_checks import DraftChecks
    from langgraph_coaching.authoring.impact import Impact
    from langgraph_coaching.authoring.lint.finding import Finding
    from langgraph_coaching.authoring.other_coachings import OtherCoachings
    from langgraph_coaching.authoring.preview import Preview
    from langgraph_coaching.authoring.proposal import Proposal
    from langgraph_coaching.authoring.propose import CoachingBrief
    from langgraph_coaching.authoring.similar import Similar
    from langgraph_coaching.coaching.behavior import Behavior
    from langgraph_coaching.coaching.enforcement import Enforce
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.traces.model import Step

EXCERPT = 300
"""Characters of the source step that are kept beside a coaching."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a person is about to save; every method returns a changed copy."""

    intent: str
    """When replying to what."""
    behavior: Behavior | None = None
    """What to do then; None until one of the six is chosen."""
    suggestions: tuple[str, ...] = ()
    """Other wordings of the intent."""
    step: Step | None = None
    """The step it is written from."""
    conversation: tuple[BaseMessage, ...] = ()
    """What the agent had in front of it at that step."""
    fields: dict[str, Any] = field(default_factory=dict)
    """Further fields of the coaching, as `coach.add` takes them."""
    answered: tuple[Example, ...] = ()
    """What was said of situations by `also` and `never`."""
    search: Callable[[Coaching, Sequence[BaseMessage], int], list[Similar]] | None = field(
        default=None, compare=False, repr=False
    )
    """Finds recorded situations for a coaching from a conversation; None without a store."""
    linter: Callable[[Coaching, Sequence[BaseMessage], Any], list[Finding]] | None = field(
        default=None, compare=False, repr=False
    )
    """Finds what is the matter with a coaching from a conversation, for a graph; None without a store."""
    id: str = field(default_factory=new_id)
    """The coaching's id when it is saved; every change makes another, so that saving one draft twice saves it once."""
    worded: bool = False
    """Whether a person has worded the intent; no model words it anew then."""
    proposals: tuple[Proposal, ...] = ()
    """Phrasings and near misses that a model suggests; saved with the rest unless they are dropped."""
    warnings: tuple[str, ...] = field(default=(), compare=False)
    """What went wrong when a model was asked, and what it proposed that another coaching claims."""
    revises: Coaching | None = None
    """The saved coaching of which this is the next revision; its id stays."""
    claims: OtherCoachings | None = field(default=None, repr=False, compare=False)
    """Knows what other coachings claim, where the draft is one of a coach's."""
    home: tuple[str, str] | None = field(default=None, repr=False, compare=False)
    """The store and the namespace it was begun in, where it is saved; None for one that was made by hand."""
    checks: DraftChecks | None = field(default=None, repr=False, compare=False)
    """Holds it against what is recorded; None without a store."""

    def __repr__(self) -> str:
        """One line: when, what, and where it was begun."""
        what = f"{self.behavior.type} {quote_line(self.behavior.render())}" if self.behavior else "no behavior yet"
        source = f", from {self.step.trace_id}:{self.step.index}" if self.step else ""
        return f"Draft({quote_line(self.intent)}, {what}{source})"

    _repr_html_ = draft_html

    def _with_changes(self, **changes: Any) -> Draft:
        return replace(self, id=self.id if self.revises else new_id(), **changes)

    def when(self, intent: str) -> Draft:
        """Another intent."""
        return self._with_changes(intent=intent, worded=True)

    def reply(self, text: str) -> Draft:
        """Do this: answer in a certain way."""
        return self._with_changes(behavior=Reply(text))

    def search_knowledge(self, article: str, query: str = "", *, instruction: str = "") -> Draft:
        """Do this: read an article first."""
        return self._with_changes(behavior=SearchKnowledge(article, query, instruction=instruction))

    def action(
        self, tool: str, arguments: dict[str, Any] | None = None, *, instruction: str = "", enforce: Enforce = False
    ) -> Draft:
        """Do this: call a tool."""
        return self._with_changes(behavior=Action(tool, arguments, instruction=instruction, enforce=enforce))

    def process(self, name: str, *, instruction: str = "", enforce: Enforce = False) -> Draft:
        """Do this: follow a process."""
        return self._with_changes(behavior=Process(name, instruction=instruction, enforce=enforce))

    def playbook(self, name: str, *, instruction: str = "", enforce: Enforce = False) -> Draft:
        """Do this: switch to a playbook."""
        return self._with_changes(behavior=Playbook(name, instruction=instruction, enforce=enforce))

    def handoff(self, target: str, *, instruction: str = "", enforce: Enforce = False) -> Draft:
        """Do this: hand the conversation over."""
        return self._with_changes(behavior=Handoff(target, instruction=instruction, enforce=enforce))

    def having(self, **fields: Any) -> Draft:
        """With further fields of `coach.add`: `examples`, `never`, `agent`, `node`, `tags`, `priority`, `notes`, …."""
        return self._with_changes(fields={**self.fields, **fields})

    def propose(self, model: BaseChatModel, *, languages: Sequence[str] = ()) -> Draft:
        """With what a chat model proposes: how others would say it, and what only sounds like it.

        Look at `proposals`, `drop` what is wrong, `reword` what is nearly right; `coach.save` keeps the rest. The
        intent is worded anew where no person has worded it; otherwise the model's wording is the first of the
        `suggestions`. The model sees the latest turns before the step, the intent, the behavior and the examples,
        never the notes.

        Args:
            model: Any chat model. Where it fails the draft stays as it is, with `warnings`.
            languages: Names or codes of languages in which there shall be proposals too, each in a call of its own.

        Raises:
            EmbedderError: The embedder failed, which tells what other coachings claim.
            StoreError: The store could not be read.
        """
        from langgraph_coaching.authoring.intents.suggest import MOST  # patterns that take a tenth of a second to load
        from langgraph_coaching.authoring.propose import propose

        found = propose(model, self._brief(), self.claims, languages)
        if not (found.intent or found.proposals):
            return replace(self, warnings=found.warnings)
        intent, others = (self.intent, found.intent) if self.worded else (found.intent or self.intent, self.intent)
        suggestions = dict.fromkeys(text for text in (others, *self.suggestions) if text and text != intent)
        return self._with_changes(
            intent=intent,
            suggestions=tuple(suggestions)[:MOST],
            proposals=(*self.proposals, *found.proposals),
            warnings=found.warnings,
        )

    def drop(self, *proposals: Proposal | str | int) -> Draft:
        """Without these proposals.

        Args:
            *proposals: Each by itself, by its text, or by its index in `proposals`, counted from 0.

        Raises:
            NotFoundError: There is no such proposal.
        """
        indices = {find_proposal(self.proposals, one) for one in proposals}
        return self._with_changes(proposals=tuple(p for index, p in enumerate(self.proposals) if index not in indices))

    def reword(self, proposal: Proposal | str | int, text: str) -> Draft:
        """With other words for one proposal.

        Args:
            proposal: Which one, as in `drop`.
            text: What somebody might say instead.

        Raises:
            NotFoundError: There is no such proposal.
        """
        index = find_proposal(self.proposals, proposal)
        changed = replace(self.proposals[index], text=text)
        return self._with_changes(proposals=(*self.proposals[:index], changed, *self.proposals[index + 1 :]))

    def _brief(self) -> CoachingBrief:
        """What the model that proposes is told of the coaching; no notes."""
        from langgraph_coaching.authoring.propose import CoachingBrief

        saved = self.revises.scope if self.revises else Scope()
        examples = (*self._applying_examples(), *self._never_examples())
        return CoachingBrief(
            id=self.id,
            intent=self.intent if self.worded else "",
            behavior=self.behavior.render() if self.behavior else "",
            own=tuple(example.text for example in examples if example.applies),
            never=tuple(example.text for example in examples if not example.applies),
            conversation=self.conversation,
            scope=scope_of(saved, self.fields),
        )

    def similar(self, limit: int = 10) -> list[Similar]:
        """The recorded situations that would teach most, to be answered by `also` or `never`; needs no model.

        They are near and undecided, often met, and unlike each other; neither the source nor anything that the draft
        knows already is among them. The latest 2,000 recorded situations are looked at.

        Args:
            limit: Most to return.

        Raises:
            InvalidCoachingError: The draft was not begun with a coach, or a field is not acceptable.
            EmbedderError: The embedder failed.
            StoreError: The store could not be read.
        """
        if self.search is None:
            raise InvalidCoachingError("this draft knows no recorded situations; begin it with coach.draft(step)")
        complete = self if self.behavior else replace(self, behavior=Reply("not chosen yet"))
        return self.search(complete.coaching("draft"), self.conversation, limit)

    def lint(self, *, graph: Any = None) -> list[Finding]:
        """What is the matter with it among what is saved, the worst first; see `coach.lint`. Saving refuses nothing."""
        if self.linter is None or self.home is None:
            raise InvalidCoachingError("this draft knows no other coachings; begin it with coach.draft(step)")
        return self.linter(self.coaching(self.home[1]), self.conversation, graph)

    def impact(self, *, within: float | None = 60.0, progress: Callable[[int], None] | None = None) -> Impact:
        """At which recorded steps it would have been in the prompt, and what is new in that; see `coach.impact`."""
        return self._checks_of_store().impact(self, within=within, progress=progress)

    def preview(self, model: BaseChatModel | None = None, *, graph: Any = None) -> Preview:
        """The source step answered again, before and after; see `coach.preview`."""
        return self._checks_of_store().preview(self, model, graph=graph)

    def _checks_of_store(self) -> DraftChecks:
        if self.checks is None:
            raise InvalidCoachingError("this draft knows of nothing recorded; begin it with coach.draft(step)")
        return self.checks

    def also(self, *situations: Similar | str) -> Draft:
        """It applies in these situations too; of a situation that was answered before, the last word counts.

        Args:
            *situations: What `similar` gave, or texts of your own.

        Raises:
            InvalidCoachingError: One is neither.
        """
        return self._with_answers(situations, applies=True)

    def never(self, *situations: Similar | str) -> Draft:
        """It never applies in these situations; otherwise like `also`."""
        return self._with_answers(situations, applies=False)

    def _with_answers(self, situations: Sequence[Any], *, applies: bool) -> Draft:
        answers = {"add_examples" if applies else "add_never": situations}
        return self._with_changes(answered=examples_after(self.answered, answers))

    def coaching(self, namespace: str) -> Coaching:
        """The coaching as it would be saved.

        Raises:
            InvalidCoachingError: No behavior was chosen, or a field is not acceptable.
        """
        if self.revises is not None:
            return revise_from_draft(self, self.revises)
        if self.behavior is None:
            raise InvalidCoachingError("the draft says when but not what: choose a behavior, e.g. draft.reply('…')")
        also, never = ([e for e in self.answered if e.applies is applies] for applies in (True, False))
        answers = {"add_examples": also, "add_never": never}
        held = examples_after((*self._applying_examples(), *self._never_examples()), answers)
        examples = {"examples": [e for e in held if e.applies], "never": [e for e in held if not e.applies]}
        fields = {"id": self.id, "source": self._source_of_step(), **self.fields, **examples}
        return compose(namespace, intent=self.intent, behavior=self.behavior, **fields)

    def new_proposals(self, held: Sequence[Example]) -> list[Proposal]:
        """The proposals that are not among these examples already."""
        return [one for one in self.proposals if one.text not in {example.text for example in held}]

    def _source_of_step(self) -> Source | None:
        if self.step is None:
            return None
        return Source(trace_id=self.step.trace_id, step=self.step.index, excerpt=quote_text(self.step.text, EXCERPT))

    def _applying_examples(self) -> tuple[Example, ...]:
        known = self._examples_of_step(applies=True) if self.revises is None else self.revises.examples
        given = (*known, *examples_of(self.fields.get("examples", ())))
        return (*given, *(one.example for one in self.new_proposals((*given, *self._never_examples()))))

    def _never_examples(self) -> tuple[Example, ...]:
        return (*self._examples_of_step(applies=False), *examples_of(self.fields.get("never", ()), applies=False))

    def _examples_of_step(self, *, applies: bool) -> list[Example]:
        """What the step that a new coaching is written from says of where it applies, or of where it does not."""
        if self.step is None or self.revises is not None:
            return []
        return [one for one in source_examples(self.conversation, self.step.trace_id) if one.applies is applies]
