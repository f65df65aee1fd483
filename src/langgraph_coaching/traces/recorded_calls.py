"""Recorded calls: the model calls of a trace, each with its prompt, its answer and where it was made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from langgraph_coaching.coaching.model import Labels
from langgraph_coaching.errors import RecordingError
from langgraph_coaching.recall.situation import situate
from langgraph_coaching.traces.messages import answer_key
from langgraph_coaching.traces.prompt import answer_in, answer_of, call_of, prompt_of
from langgraph_coaching.traces.run_messages import RunMessages

if TYPE_CHECKING:
    from typing import Any

    from langchain_core.messages import AIMessage, BaseMessage

    from langgraph_coaching.recall.situation import Situation
    from langgraph_coaching.traces.model import Step, Trace


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One model call as it was recorded."""

    trace: Trace
    step: Step
    """The first step that the call made."""
    coached: bool
    """Whether coaching was looked up for it, or may be: there is no sign of where it was looked up."""
    run: RunMessages | None = field(default=None, repr=False, compare=False)
    """The messages of the run, where all of its calls are gone through."""

    @property
    def prompt(self) -> list[BaseMessage]:
        """What the model saw, without the coaching block."""
        return prompt_of(self.trace, self.step)

    @property
    def conversation(self) -> list[BaseMessage]:
        """The same without system messages: what the situation is made of."""
        return [message for message in self.prompt if message.type != "system"]

    @property
    def situation(self) -> Situation | None:
        """What is matched; None where no user has said anything."""
        return situate(self.conversation if self.run is None else self.run.seen_before(self.step))

    @property
    def answer(self) -> AIMessage | None:
        """What the model answered; None where it failed."""
        try:
            if self.run is not None:
                return answer_in(self.trace, self.step, self.run.answer_steps(self.step))
            return answer_of(self.trace, self.step)
        except RecordingError:
            return None

    @property
    def tools(self) -> list[dict[str, Any]]:
        """The tools it was offered, as the provider was told of them; [] where that is not known."""
        call = call_of(self.trace, self.step)
        return [] if call is None or call.tools is None else list(self.trace.tools[call.tools])

    @property
    def node(self) -> str | None:
        """The node that looked coaching up, or that made the call."""
        return next((receipt.node for receipt in self.step.receipts if receipt.node), None) or self.step.node

    @property
    def thread_id(self) -> str | None:
        """The thread that coaching was looked up in, or that of the run."""
        return next((receipt.thread_id for receipt in self.step.receipts if receipt.thread_id), self.trace.thread_id)

    @property
    def node_path(self) -> str:
        """The nodes it was made in, outermost first, joined by `|`; "" where that is not known."""
        return _node_path(self.step)

    def labels(self, given: Labels) -> Labels:
        """The labels that a scope is matched against: the given ones, or else those that the call came with."""
        known = next(iter(self.step.receipts), None)
        agent, tags = (None, frozenset[str]()) if known is None else (known.agent, frozenset(known.tags))
        return Labels(agent=given.agent or agent, node=given.node or self.node, tags=given.tags or tags)


def calls_of(trace: Trace) -> list[RecordedCall]:
    """The model calls of a run, in order, without those of the turns before it."""
    firsts: dict[object, Step] = {}
    for step in trace.steps:
        made = step.author == "agent" or step.call is not None
        if made and not step.history:
            firsts.setdefault(answer_key(step) if step.call is None else ("call", step.call), step)
    coached = {_node_path(step) for step in firsts.values() if step.receipts}
    run = RunMessages(trace)
    return [RecordedCall(trace, step, not coached or _node_path(step) in coached, run) for step in firsts.values()]


def _node_path(step: Step) -> str:
    return "|".join(part.partition(":")[0] for part in (step.checkpoint_ns or step.node or "").split("|"))
