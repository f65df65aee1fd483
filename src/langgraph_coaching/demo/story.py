"""The story: which conversations are had, what a person coaches after the first ones, and how the later ones go."""

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
class Lesson:
    """One correction: where it came from, what a person wrote, and where it should show."""

    id: str
    before: Conversation
    wrong: str
    """What a person says is wrong with the last answer of `before`."""
    write: Callable[[Draft], Draft]
    """What the person does with the draft."""
    later: Conversation
    right: str
    """A regular expression for what an answer says that follows the coaching, and no other."""

    def followed(self, answer: str) -> bool:
        """Whether the answer follows the coaching."""
        return re.search(self.right, answer, re.IGNORECASE | re.DOTALL) is not None


LESSONS = (
    Lesson(
        id="damaged-parcel",
        before=Conversation("monday-1", ("My order arrived and the teapot is broken. What can I do?",)),
        wrong="it is the customer service, and sends the customer there",
        write=lambda draft: draft.when("something in a customer's parcel is broken or damaged").reply(
            "Say sorry and ask for the order number and a photo of the damage."
        ),
        later=Conversation("friday-1", ("I just opened my parcel and the glass bowl in it is broken.",)),
        right=r"please .*order number.*photo",
    ),
    Lesson(
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

QUIET = Conversation(
    "friday-3", ("How long does delivery take?", "And how many days do I have to send something back?")
)
"""Nothing that was coached applies here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a conversation went."""

    conversation: Conversation
    answers: tuple[str, ...]
    traces: tuple[Trace, ...]
    """What was captured, a trace for each turn."""
    without: tuple[str, ...] = ()
    """What the same agent answers without coaching."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A coaching on its way from the step it was written from."""

    lesson: Lesson
    step: Step
    draft: Draft
    """As `coach.draft` began it."""
    coaching: Coaching


class Shop:
    """The agent at work, with a coach and without.

    Args:
        coach: Captures, and recalls.
        model: Answers.
    """

    def __init__(self, coach: Coach, model: BaseChatModel) -> None:
        self._coach = coach
        self.agent = support_agent(model, coach)
        """The compiled graph."""
        self._plain = support_agent(model, None)

    def talk(self, conversation: Conversation, *, compare: bool = False) -> Outcome:
        """Has a conversation with the coached agent and captures it.

        Args:
            conversation: What the customer says.
            compare: Have it with the agent without coaching as well.
        """
        said: dict[str, Any] = {"configurable": {"thread_id": conversation.thread}}
        answers = [
            _ask(self.agent, turn, said | {"callbacks": [self._coach.callback()]}) for turn in conversation.turns
        ]
        without = [_ask(self._plain, turn, said) for turn in conversation.turns] if compare else []
        self._coach.flush()
        traces = self._coach.traces.list(thread_id=conversation.thread)
        return Outcome(
            conversation=conversation, answers=tuple(answers), traces=tuple(reversed(traces)), without=tuple(without)
        )

    def correct(self, lesson: Lesson, before: Outcome) -> Correction:
        """Writes the coaching from the last step of the captured conversation, and saves it."""
        step = before.traces[-1].coachable_steps()[-1]
        draft = self._coach.draft(step)
        coaching = self._coach.save(lesson.write(draft).having(id=lesson.id))
        return Correction(lesson=lesson, step=step, draft=draft, coaching=coaching)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All of it, as it went."""

    before: tuple[Outcome, ...]
    corrections: tuple[Correction, ...]
    later: tuple[Outcome, ...]
    quiet: Outcome
    receipts: tuple[Receipt, ...]
    """All that the store holds, newest first."""


def play(coach: Coach, model: BaseChatModel, lessons: Sequence[Lesson] = LESSONS) -> Story:
    """Goes round the circle once, in a new store.

    Args:
        coach: Opened on an empty store.
        model: Answers; live while recording, replayed otherwise.
        lessons: What is corrected.
    """
    shop = Shop(coach, model)
    before = tuple(shop.talk(lesson.before) for lesson in lessons)
    corrections = tuple(shop.correct(lesson, outcome) for lesson, outcome in zip(lessons, before, strict=True))
    later = tuple(shop.talk(lesson.later, compare=True) for lesson in lessons)
    quiet = shop.talk(QUIET, compare=True)
    return Story(before=before, corrections=corrections, later=later, quiet=quiet, receipts=tuple(coach.receipts()))


def _ask(agent: Any, turn: str, config: dict[str, Any]) -> str:
    return str(agent.invoke({"messages": [("user", turn)]}, config)["messages"][-1].content)
