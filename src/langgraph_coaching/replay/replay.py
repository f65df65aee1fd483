"""A replay: the model calls of a trace again, each beside what was recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Literal

from langgraph_coaching.replay.diff import Diff

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from langchain_core.messages import AIMessage

    from langgraph_coaching.recall.receipt import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Ablation:
    """What one coaching does in a run: how it goes without it."""

    coaching_id: str
    intent: str
    calls: int
    """Model calls that see another prompt without it."""
    answers: int | None
    """Answers that differ without it; None where no model was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A trace run again."""

    trace_id: str
    steps: tuple[ReplayedCall, ...]
    """One for each model call, in order."""
    asked: bool = False
    """Whether a model or a graph has answered what is not recorded."""
    again: Callable[[str], Replay] = field(repr=False, compare=False)
    """The same replay without one more coaching."""

    def diff(self) -> Diff:
        """What is other than recorded, call by call."""
        return Diff(self)

    def ablate(self) -> list[Ablation]:
        """The coachings applied in this replay, ranked by what changes without each: answers first, then prompts."""
        intents = {
            one.coaching_id: one.intent
            for step in self.steps
            for one in step.replayed.considered
            if one.applied and one.coaching_id
        }
        found = [self._ablate_one(name, intent) for name, intent in sorted(intents.items())]
        return sorted(found, key=lambda one: (-(one.answers or 0), -one.calls, one.coaching_id))

    def _ablate_one(self, name: str, intent: str) -> Ablation:
        pairs = list(zip_longest(_replayed_sides(self), _replayed_sides(self.again(name)), fillvalue=CallSide()))
        changed = [(here, there) for here, there in pairs if here.block != there.block]
        other = sum(here.behavior != there.behavior for here, there in pairs)
        return Ablation(
            coaching_id=name, intent=intent, calls=len(changed), answers=other if self.asked or not changed else None
        )

    def to_json(self) -> dict[str, Any]:
        """JSON values, the same for the same replay."""
        return self.diff().to_json()


def _replayed_sides(replay: Replay) -> list[CallSide]:
    return [step.replayed for step in replay.steps]


ReplayOutcome = Literal["same", "changed", "not recorded"]
"""`same`: it behaves as recorded. `changed`: it answers otherwise. `not recorded`: the model would see another prompt,
and nobody has asked it what it says to that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsideredCoaching:
    """One coaching considered at one call: of its receipt what is the same each time."""

    coaching_id: str | None
    revision: int | None
    intent: str
    probability: float
    """0..1."""
    outcome: str
    reason: str

    @classmethod
    def of(cls, receipt: Receipt) -> ConsideredCoaching:
        """What of a receipt is the same each time."""
        return cls(
            coaching_id=receipt.coaching_id,
            revision=receipt.revision,
            intent=receipt.intent,
            probability=round(receipt.probability, 4),
            outcome=receipt.outcome,
            reason=receipt.reason,
        )

    @property
    def applied(self) -> bool:
        """Whether it was put into the prompt."""
        return self.outcome == "applied"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSide:
    """One side of a call: as it was, or as it is with other coaching."""

    considered: tuple[ConsideredCoaching, ...] = ()
    block: str = ""
    """The coaching in the prompt; "" for none."""
    text: str | None = None
    """What the model said; None where there is no answer."""
    tool_calls: tuple[tuple[str, str], ...] = ()
    """The tools it called: name, and arguments as JSON with sorted keys."""

    @property
    def answered(self) -> bool:
        """Whether there is an answer."""
        return self.text is not None

    @property
    def behavior(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """What the agent does by it; white space around words counts for nothing."""
        return (self.text or "").strip(), self.tool_calls


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedCall:
    """One model call, recorded and replayed."""

    step: int
    """Index of its first step in the trace; of a call that only the run of a graph has made, where it came in."""
    call: int | None
    node: str | None
    situation: str
    recorded: CallSide
    replayed: CallSide
    outcome: ReplayOutcome
    why: str
    downstream: bool = False
    """Whether an earlier call has changed. Without a graph the recorded conversation was kept all the same, though it
    might not have come about."""

    @property
    def prompt_changed(self) -> bool:
        """Whether the model sees other coaching than it did."""
        return self.recorded.block != self.replayed.block


def compare_call(
    call: Any, recorded: CallSide, replayed: CallSide, *, downstream: bool, situation: str = ""
) -> ReplayedCall:
    """Puts both sides of one call together.

    Args:
        call: The `RecordedCall`.
        recorded: As it was.
        replayed: As it is; without an answer where nobody was asked.
        downstream: Whether an earlier call has changed.
        situation: What was matched.
    """
    outcome, why = _outcome(recorded, replayed)
    if outcome == "same" and not replayed.answered:
        replayed = CallSide(
            considered=replayed.considered, block=replayed.block, text=recorded.text, tool_calls=recorded.tool_calls
        )
    return ReplayedCall(
        step=call.step.index,
        call=call.step.call,
        node=call.step.node,
        situation=situation,
        recorded=recorded,
        replayed=replayed,
        outcome=outcome,
        why=why,
        downstream=downstream,
    )


def _outcome(recorded: CallSide, replayed: CallSide) -> tuple[ReplayOutcome, str]:
    if replayed.answered:
        if not recorded.answered:
            return "changed", "the recorded call failed; this one was answered"
        coaching = "the same" if recorded.block == replayed.block else "other"
        if recorded.behavior == replayed.behavior:
            return "same", f"{coaching} coaching, and the same answer"
        return "changed", f"{coaching} coaching, and another answer"
    if recorded.block == replayed.block:
        return "same", "the prompt is the recorded one, and so is the answer"
    return "not recorded", "the prompt is another one; give model= to have it answered"


def side_of(
    receipts: Sequence[Receipt], block: str, answer: AIMessage | None, arguments_text: Callable[[Any], str]
) -> CallSide:
    """One side of a call.

    Args:
        receipts: What was considered.
        block: The coaching in the prompt.
        answer: What the model said, or None.
        arguments_text: Arguments as text.
    """
    considered = tuple(ConsideredCoaching.of(receipt) for receipt in receipts)
    if answer is None:
        return CallSide(considered=considered, block=block)
    calls = tuple((call["name"], arguments_text(call["args"])) for call in answer.tool_calls)
    return CallSide(considered=considered, block=block, text=str(answer.text), tool_calls=calls)
