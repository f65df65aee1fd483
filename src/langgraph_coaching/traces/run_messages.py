"""Messages of one run: each is made once, however many calls of a model have seen it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from langgraph_coaching.traces.branches import Branches, is_task
from langgraph_coaching.traces.messages import EVENTS, answer_key, messages_before, messages_of
from langgraph_coaching.traces.prompt import call_of, messages_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.traces.model import Step, Trace


@dataclass(frozen=True, slots=True)
class SeenMessages:
    """The conversation that one call has seen, without system messages: made while it is read, from either end."""

    parts: Sequence[Any]
    read: Callable[[Any], Sequence[BaseMessage]]

    def __iter__(self) -> Iterator[BaseMessage]:
        return (one for part in self.parts for one in self.read(part) if one.type != "system")

    def __reversed__(self) -> Iterator[BaseMessage]:
        return (one for part in reversed(self.parts) for one in reversed(self.read(part)) if one.type != "system")


@dataclass(frozen=True, slots=True)
class _Conversation:
    """A conversation as messages, with the indices of the first and of the last step of each."""

    messages: list[Sequence[BaseMessage]]
    firsts: list[int]
    lasts: list[int]
    begun: dict[object, int]
    """Where an answer was first met, by its key."""

    def count_before(self, step: Step) -> int | None:
        """How many of the messages were there at a step; None where they are not simply the first ones."""
        count = bisect_left(self.firsts, step.index)
        in_order = count == 0 or self.lasts[count - 1] < step.index
        return count if in_order and self.begun.get(answer_key(step), count) >= count else None


class RunMessages:
    """The messages and answers of a run, for whoever goes through all of its calls.

    Args:
        trace: Of the run.
    """

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._branches = Branches(trace.steps)
        self._conversations: dict[str | None, _Conversation | None] = {}
        self._read: dict[Any, Sequence[BaseMessage]] = {}
        self._answers: dict[object, list[Step]] = defaultdict(list)
        for step in trace.steps:
            if step.author in ("agent", "canned"):
                self._answers[answer_key(step)].append(step)

    def answer_steps(self, step: Step) -> Sequence[Step]:
        """The steps of the answer that a step is of."""
        return self._answers[answer_key(step)]

    def seen_before(self, step: Step) -> SeenMessages:
        """What was said before a step: that of `prompt_of` without system messages."""
        call = call_of(self._trace, step)
        if call is not None and call.prompt is not None:
            return SeenMessages(call.prompt, self._read_reference)
        if step.branch not in self._conversations:
            self._conversations[step.branch] = self._make_conversation(step)
        conversation = self._conversations[step.branch]
        count = conversation.count_before(step) if conversation else None
        if conversation is None or count is None:
            return SeenMessages([messages_before(self._trace, step)], list)
        return SeenMessages(range(count), conversation.messages.__getitem__)

    def _read_reference(self, reference: int | tuple[int, int]) -> Sequence[BaseMessage]:
        if reference not in self._read:
            self._read[reference] = [*messages_at(self._trace, reference)]
        return self._read[reference]

    def _make_conversation(self, step: Step) -> _Conversation | None:
        """That of the branch of a step, to its end; None where its steps are not in order."""
        beyond = step.model_copy(update={"index": len(self._trace.steps)})
        steps = [
            one.model_copy(update={"type": "user"}) if is_task(one) else one
            for one in self._branches.steps_before(beyond)
        ]
        indices = [one.index for one in steps]
        if indices != sorted(set(indices)):
            return None
        found = _Conversation([], [], [], {})
        for key, grouped in groupby((one for one in steps if one.type not in EVENTS), key=answer_key):
            group = [*grouped]
            found.begun.setdefault(key, len(found.messages))
            found.messages.append(messages_of(group))
            found.firsts.append(group[0].index)
            found.lasts.append(group[-1].index)
        return found
