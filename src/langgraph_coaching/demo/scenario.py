"""The scenario: conversations with an agent, what a person coaches after the first ones, and the later ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langgraph_coaching.demo.agent import support_agent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from langchain_core.language_models import BaseChatModel

    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.coach import Coach
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.traces.model import Step, Trace


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a customer says in one thread."""

    thread: str
    turns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCorrection:
    """One correction of the scenario: the step it comes from, what a person writes, and where it should show."""

    id: str
    before: Conversation
    wrong: str
    """What a person says is wrong with the last answer of `before`."""
    write: Callable[[Draft], Draft]
    """What the person does with the draft."""
    later: Conversation
    right: str
    """A regular expression for what an answer says that follows the coaching, and no other."""

    def is_followed_by(self, answer: str) -> bool:
        """Whether the answer follows the coaching."""
        return re.search(self.right, answer, re.IGNORECASE | re.DOTALL) is not None


CORRECTIONS = (
    PlannedCorrection(
        id="damaged-parcel",
        before=Conversation("monday-1", ("My order arrived and the teapot is broken. What can I do?",)),
        wrong="it is the customer service, and sends the customer there",
        write=lambda draft: draft.when("something in a customer's parcel is broken or damaged").reply(
            "Say sorry and ask for the order number and a photo of the damage."
        ),
        later=Conversation("friday-1", ("I just opened my parcel and the glass bowl in it is broken.",)),
        right=r"please .*order number.*photo",
    ),
    PlannedCorrection(
        id="large-order",
        before=Conversation("monday-2", ("Is there a discount if our company orders 200 mugs?",)),
        wrong="there is no such discount, it made it up",
        write=lambda draft: draft.when("a company or a hotel wants a large order at a good price").handoff(
            "wholesale team", instruction="Tell the customer that the wholesale team will send them an offer."
        ),
        later=Conversation("friday-2", ("We are a hotel business. What would a large order of 120 plates cost?",)),
        right=r"wholesale team (will|would) send .*offer",
    ),
)

UNRELATED = Conversation(
    "friday-3", ("How long does delivery take?", "And how many days do I have to send something back?")
)
"""Nothing that was coached applies here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldConversation:
    """A conversation as it was held: the answers, and the traces that were captured."""

    conversation: Conversation
    answers: tuple[str, ...]
    traces: tuple[Trace, ...]
    """What was captured, a trace for each turn."""
    without: tuple[str, ...] = ()
    """What the same agent answers without coaching."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A correction as it was made: the step, the draft and the coaching that was saved."""

    plan: PlannedCorrection
    step: Step
    draft: Draft
    """As `coach.draft` began it."""
    coaching: Coaching


class AgentPair:
    """The same agent twice: with a coach and without.

    Args:
        coach: Captures, and recalls.
        model: Answers.
    """

    def __init__(self, coach: Coach, model: BaseChatModel) -> None:
        self._coach = coach
        self.coached = support_agent(model, coach)
        self.uncoached = support_agent(model, None)

    def converse(self, conversation: Conversation, *, compare: bool = False) -> HeldConversation:
        """Holds a conversation with the coached agent and captures it.

        Args:
            conversation: What the customer says.
            compare: Hold it with the agent without coaching as well.
        """
        said: dict[str, Any] = {"configurable": {"thread_id": conversation.thread}}
        answers = [
            _ask(self.coached, turn, said | {"callbacks": [self._coach.callback()]}) for turn in conversation.turns
        ]
        without = [_ask(self.uncoached, turn, said) for turn in conversation.turns] if compare else []
        self._coach.flush()
        traces = self._coach.traces.list(thread_id=conversation.thread)
        return HeldConversation(
            conversation=conversation, answers=tuple(answers), traces=tuple(reversed(traces)), without=tuple(without)
        )

    def correct(self, plan: PlannedCorrection, before: HeldConversation) -> Correction:
        """Writes the coaching from the last step of the captured conversation, and saves it."""
        step = before.traces[-1].coachable_steps()[-1]
        draft = self._coach.draft(step)
        coaching = self._coach.save(plan.write(draft).having(id=plan.id))
        return Correction(plan=plan, step=step, draft=draft, coaching=coaching)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """What came of the whole scenario."""

    before: tuple[HeldConversation, ...]
    corrections: tuple[Correction, ...]
    later: tuple[HeldConversation, ...]
    unrelated: HeldConversation
    receipts: tuple[Receipt, ...]
    """All that the store holds, newest first."""


def run_scenario(
    coach: Coach, model: BaseChatModel, plans: Sequence[PlannedCorrection] = CORRECTIONS
) -> ScenarioResult:
    """Runs the scenario once, in a new store: capture, correct, recall.

    Args:
        coach: Opened on an empty store.
        model: Answers; live while recording, replayed otherwise.
        plans: What is corrected.
    """
    agents = AgentPair(coach, model)
    before = tuple(agents.converse(plan.before) for plan in plans)
    corrections = tuple(agents.correct(plan, held) for plan, held in zip(plans, before, strict=True))
    later = tuple(agents.converse(plan.later, compare=True) for plan in plans)
    unrelated = agents.converse(UNRELATED, compare=True)
    return ScenarioResult(
        before=before, corrections=corrections, later=later, unrelated=unrelated, receipts=tuple(coach.receipts())
    )


def _ask(agent: Any, turn: str, config: dict[str, Any]) -> str:
    return str(agent.invoke({"messages": [("user", turn)]}, config)["messages"][-1].content)
