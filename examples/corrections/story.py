"""Six corrections, one of each behavior: the run that went wrong, what a person said of it, and the run after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from agent import support_agent
from langgraph_coaching import Action, Handoff, Playbook, Process, Reply, SearchKnowledge

if TYPE_CHECKING:
    from langgraph_coaching import Coach, Coaching, Trace


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """One correction."""

    id: str
    before: str
    """What a user said when the agent did something else."""
    when: str
    behavior: Any
    also: tuple[str, ...]
    """Where else it applies."""
    never: str
    """Where it never does."""
    after: str
    """What another user says later."""
    expect: tuple[str, ...] = ()
    """Words the answer must hold; for a reply."""


LESSONS = [
    Lesson(
        id="damaged_item",
        before="I opened my parcel and the glass bowl in it is broken.",
        when="something in a customer's parcel arrived broken or damaged",
        behavior=Reply("Use the move reply: say sorry, and ask for the order number and a photo of the damage."),
        also=("The jug you sent me arrived with a big crack.",),
        never="How do I get a crack out of my wooden table?",
        after="My parcel came today and one of the plates in it is broken.",
        expect=("order number", "photo"),
    ),
    Lesson(
        id="return_of_a_used_pan",
        before="I fried in the cast iron pan once and I don't like it. Can I return it?",
        when="a customer asks to return a pan they have already used",
        behavior=SearchKnowledge("Returns policy", instruction="Use the move search_articles."),
        also=("May I send the skillet back after I have cooked with it?",),
        never="How do I clean a cast iron pan?",
        after="Can I send the skillet back? I have cooked with it a few times.",
    ),
    Lesson(
        id="where_is_my_order",
        before="Where is my order 4711? It should have been here on Monday.",
        when="a customer asks where an order is that should have arrived",
        behavior=Action("look_up_order", {"order": "the order number they gave"}),
        also=("My parcel still isn't here, when will it come?",),
        never="What is the usual delivery time?",
        after="My parcel still isn't here. The order is 8820, when will it come?",
    ),
    Lesson(
        id="broke_after_months",
        before="The kettle I bought in spring no longer heats. What can you do?",
        when="an item stopped working some months after it was bought",
        behavior=Process("warranty claim", instruction="Use the move warranty_claim at once."),
        also=("My mixer has stopped working after half a year.", "The toaster from last year does nothing any more."),
        never="How long is the warranty on your kettles?",
        after="The toaster I bought last year has stopped working.",
    ),
    Lesson(
        id="very_angry",
        before="This is the third time you ruin my order! You are useless, I'm furious!",
        when="a customer is furious and insults the shop",
        behavior=Playbook("angry customer", instruction="Use the move angry_customer."),
        also=("What a pathetic company, I am so angry with you people!",),
        never="I'm sick at home and would like the parcel left at the door.",
        after="Are you people idiots? I'm sick and tired of this ridiculous shop!",
    ),
    Lesson(
        id="wrong_amount",
        before="My invoice says 89 euros but I was charged 120 on my card.",
        when="a customer was charged another amount than the invoice says",
        behavior=Handoff("billing", instruction="Use the move transfer_to_billing."),
        also=(
            "You took more money from my account than is on the bill.",
            "The bill said 20 euros and you charged me 35.",
        ),
        never="Can I pay by invoice?",
        after="You took 45 euros from my account but the bill is only for 30.",
    ),
]


def play(coach: Coach, model: Any) -> list[Coaching]:
    """All six: each run that went wrong, its correction, and the run after it, captured as traces.

    Args:
        coach: On an empty store.
        model: What the agent asks.

    Returns:
        The corrections as they were saved.
    """
    agent = support_agent(coach, model)

    def ran(said: str) -> Trace:
        agent.invoke({"messages": [("user", said)]}, {"callbacks": [coach.callback()]})
        coach.flush()
        return coach.traces.list(limit=1)[0]

    saved = []
    for lesson in LESSONS:
        step = ran(lesson.before).coachable_steps()[0]
        draft = coach.draft(step).when(lesson.when)
        draft = draft.having(id=lesson.id, examples=lesson.also, never=[lesson.never])
        saved.append(coach.save(replace(draft, behavior=lesson.behavior)))
    for lesson in LESSONS:
        ran(lesson.after)
    return saved
