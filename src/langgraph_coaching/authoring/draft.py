"""A draft: coaching that is not saved yet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.behavior import Action, Handoff, Playbook, Process, Reply, SearchKnowledge
from langgraph_coaching.coaching.model import Coaching, Example, Scope, Source, new_id
from langgraph_coaching.errors import InvalidCoachingError, NotCoachableError
from langgraph_coaching.recall.situation import situate
from langgraph_coaching.traces.conversation import messages_before

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.coaching.behavior import Behavior
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

    def when(self, intent: str) -> Draft:
        """Another intent."""
        return replace(self, intent=intent)

    def reply(self, text: str) -> Draft:
        """Do this: answer in a certain way."""
        return replace(self, behavior=Reply(text))

    def search_knowledge(self, article: str, query: str = "", *, instruction: str = "") -> Draft:
        """Do this: read an article first."""
        return replace(self, behavior=SearchKnowledge(article, query, instruction=instruction))

    def action(self, tool: str, arguments: dict[str, Any] | None = None, *, instruction: str = "") -> Draft:
        """Do this: call a tool."""
        return replace(self, behavior=Action(tool, arguments, instruction=instruction))

    def process(self, name: str, *, instruction: str = "") -> Draft:
        """Do this: follow a process."""
        return replace(self, behavior=Process(name, instruction=instruction))

    def playbook(self, name: str, *, instruction: str = "") -> Draft:
        """Do this: switch to a playbook."""
        return replace(self, behavior=Playbook(name, instruction=instruction))

    def handoff(self, target: str, *, instruction: str = "") -> Draft:
        """Do this: hand the conversation over."""
        return replace(self, behavior=Handoff(target, instruction=instruction))

    def having(self, **fields: Any) -> Draft:
        """With further fields of `coach.add`: `examples`, `never`, `agent`, `node`, `tags`, `priority`, `notes`, …."""
        return replace(self, fields={**self.fields, **fields})

    def coaching(self, namespace: str) -> Coaching:
        """The coaching as it would be saved.

        Raises:
            InvalidCoachingError: No behavior was chosen, or a field is not acceptable.
        """
        if self.behavior is None:
            raise InvalidCoachingError("the draft says when but not what: choose a behavior, e.g. draft.reply('…')")
        return compose(
            namespace=namespace, intent=self.intent, behavior=self.behavior, source=self._source(), **self._fields()
        )

    def _source(self) -> Source | None:
        if self.step is None:
            return None
        return Source(trace_id=self.step.trace_id, step=self.step.index, excerpt=self.step.text[:EXCERPT])

    def _fields(self) -> dict[str, Any]:
        situation = situate(self.conversation)
        if situation is None or self.step is None:
            return self.fields
        # What was said there is the first example of where it applies.
        said = Example(text=situation.parts[0][0], origin="source", reference=self.step.trace_id)
        return {**self.fields, "examples": [said, *self.fields.get("examples", ())]}


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


def compose(
    *,
    namespace: str,
    intent: str,
    behavior: Any,
    examples: Sequence[str | Example] = (),
    never: Sequence[str] = (),
    agent: str | None = None,
    node: str | None = None,
    tags: Sequence[str] = (),
    id: str | None = None,  # noqa: A002 - the field's name
    **fields: Any,
) -> Coaching:
    """A coaching from what a person types.

    Args:
        namespace: Where it belongs.
        intent: When replying to what.
        behavior: One of the six, or a mapping with a `type`.
        examples: Texts (or `Example`s) of situations in which it also applies.
        never: Texts of situations in which it never does.
        agent: Only for this agent.
        node: Only at this node.
        tags: Only for calls with all of these labels.
        id: Its id; a random one when None.
        **fields: Any other field of `Coaching`.

    Raises:
        InvalidCoachingError: A field is unknown or not acceptable.
    """
    return Coaching(
        id=new_id() if id is None else id,
        namespace=namespace,
        intent=intent,
        behavior=behavior,
        examples=examples_of(examples, never),
        scope=Scope(agent=agent, node=node, tags=tuple(tags)),
        **fields,
    )


def examples_of(examples: Sequence[str | Example], never: Sequence[str]) -> tuple[Example, ...]:
    """Examples from plain texts.

    Raises:
        InvalidCoachingError: One text was given where a list is expected, or a text is not acceptable.
    """
    if isinstance(examples, str) or isinstance(never, str):
        raise InvalidCoachingError("examples and never are lists of texts; put a single text into brackets")
    told = [text if isinstance(text, Example) else Example(text=text) for text in examples]
    return (*told, *(Example(text=text, applies=False) for text in never))
