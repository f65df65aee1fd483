"""A draft: coaching that is not saved yet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from langgraph_coaching.authoring.examples import examples_after, examples_of
from langgraph_coaching.authoring.fields import compose
from langgraph_coaching.authoring.intents import telling_turn
from langgraph_coaching.coaching.behavior import Action, Handoff, Playbook, Process, Reply, SearchKnowledge
from langgraph_coaching.coaching.model import Example, Source, new_id
from langgraph_coaching.coaching.wording import PROSE_LIMIT, quoted
from langgraph_coaching.errors import InvalidCoachingError, NotCoachableError
from langgraph_coaching.traces.conversation import messages_before

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.authoring.similar import Similar
    from langgraph_coaching.coaching.behavior import Behavior
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.traces.model import Step, Trace

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
    id: str = field(default_factory=new_id)
    """The coaching's id when it is saved; every change makes another, so that saving one draft twice saves it once."""

    def _but(self, **changes: Any) -> Draft:
        return replace(self, id=new_id(), **changes)

    def when(self, intent: str) -> Draft:
        """Another intent."""
        return self._but(intent=intent)

    def reply(self, text: str) -> Draft:
        """Do this: answer in a certain way."""
        return self._but(behavior=Reply(text))

    def search_knowledge(self, article: str, query: str = "", *, instruction: str = "") -> Draft:
        """Do this: read an article first."""
        return self._but(behavior=SearchKnowledge(article, query, instruction=instruction))

    def action(self, tool: str, arguments: dict[str, Any] | None = None, *, instruction: str = "") -> Draft:
        """Do this: call a tool."""
        return self._but(behavior=Action(tool, arguments, instruction=instruction))

    def process(self, name: str, *, instruction: str = "") -> Draft:
        """Do this: follow a process."""
        return self._but(behavior=Process(name, instruction=instruction))

    def playbook(self, name: str, *, instruction: str = "") -> Draft:
        """Do this: switch to a playbook."""
        return self._but(behavior=Playbook(name, instruction=instruction))

    def handoff(self, target: str, *, instruction: str = "") -> Draft:
        """Do this: hand the conversation over."""
        return self._but(behavior=Handoff(target, instruction=instruction))

    def having(self, **fields: Any) -> Draft:
        """With further fields of `coach.add`: `examples`, `never`, `agent`, `node`, `tags`, `priority`, `notes`, …."""
        return self._but(fields={**self.fields, **fields})

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
        said = self if self.behavior else replace(self, behavior=Reply("not chosen yet"))
        return self.search(said.coaching("draft"), self.conversation, limit)

    def also(self, *situations: Similar | str) -> Draft:
        """It applies in these situations too; of a situation that was answered before, the last word counts.

        Args:
            *situations: What `similar` gave, or texts of your own.

        Raises:
            InvalidCoachingError: One is neither.
        """
        return self._answering(situations, applies=True)

    def never(self, *situations: Similar | str) -> Draft:
        """It never applies in these situations; otherwise like `also`."""
        return self._answering(situations, applies=False)

    def _answering(self, situations: Sequence[Any], *, applies: bool) -> Draft:
        said = {"add_examples" if applies else "add_never": situations}
        return self._but(answered=examples_after(self.answered, said))

    def coaching(self, namespace: str) -> Coaching:
        """The coaching as it would be saved.

        Raises:
            InvalidCoachingError: No behavior was chosen, or a field is not acceptable.
        """
        if self.behavior is None:
            raise InvalidCoachingError("the draft says when but not what: choose a behavior, e.g. draft.reply('…')")
        said = {
            "add_examples": [e for e in self.answered if e.applies],
            "add_never": [e for e in self.answered if not e.applies],
        }
        examples = examples_after(self._examples(), said)
        fields = {"id": self.id, "source": self._source(), **self.fields, "examples": examples}
        return compose(namespace, intent=self.intent, behavior=self.behavior, **fields)

    def _source(self) -> Source | None:
        if self.step is None:
            return None
        return Source(trace_id=self.step.trace_id, step=self.step.index, excerpt=quoted(self.step.text, EXCERPT))

    def _examples(self) -> tuple[Example, ...]:
        given = examples_of(self.fields.get("examples", ()))
        said = quoted(telling_turn(self.conversation), PROSE_LIMIT)
        if self.step is None or not said:
            return given
        # What was said there is the first example of where it applies.
        return (Example(text=said, origin="source", reference=self.step.trace_id), *given)


def draft_of(trace: Trace, step: Step, suggest: Callable[[Sequence[BaseMessage]], Sequence[str]]) -> Draft:
    """Begins a draft at a recorded step.

    Args:
        trace: The step's trace.
        step: What the agent did there.
        suggest: Words an intent for a conversation, best first.

    Raises:
        NotCoachableError: The agent's own reasoning did not make this step.
    """
    if (reason := step.not_coachable_because) is not None:
        coachable = [str(other.index) for other in trace.coachable_steps()]
        instead = (
            f"coachable steps of this trace: {', '.join(coachable[:20])}"
            if coachable
            else "this trace has no coachable step"
        )
        raise NotCoachableError(
            f"step {step.index} ({step.type}) cannot be coached: {reason}. {instead[0].upper()}{instead[1:]}"
        )
    conversation = messages_before(trace, step)
    suggestions = list(suggest(conversation))
    return Draft(
        intent=suggestions[0] if suggestions else "",
        suggestions=tuple(suggestions[1:]),
        step=step,
        conversation=tuple(conversation),
    )
