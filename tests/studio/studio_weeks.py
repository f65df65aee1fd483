"""Weeks of a shop behind the pages: runs day by day with what coaching did at them, verdicts, and what was promoted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from langgraph_coaching import Advice, Handoff, Receipt, Reply, Step, Trace
from langgraph_coaching.recall.receipts import Entry, Receipts
from parts import database_of

DAYS = 28

ASKED = {
    "shipping": ("What do you charge for delivery to {}?", "Which country shall it go to?", ("Oslo", "Porto", "Lima")),
    "boots": ("My {} let water in after a week", "Send them back within 100 days.", ("boots", "sandals", "shoes")),
    "order": ("Has order {} left you yet?", "It left us yesterday.", ("8841", "8790", "9012")),
}
"""What is asked about a coaching, what is answered, and what it is asked of."""

CALLS = 90
"""Model calls in all those days."""


def fill_weeks(coach):
    """Adds weeks of runs and verdicts to a store that `fill` has filled, and brings some of it to other stages.

    Args:
        coach: Whose store.
    """
    chance, now = Random(7), datetime.now(UTC)  # noqa: S311 - no secret
    about = {word: coach.list(text=word, status="active")[0] for word in ASKED}
    runs, entries, applied = [], [], []
    for number in range(CALLS):
        at = now - timedelta(days=DAYS * (1 - number / CALLS) ** 1.3, minutes=chance.randrange(50))
        word = chance.choice([*ASKED])
        question, answer, things = ASKED[word]
        fires = chance.random() < 0.5 + 0.4 * number / CALLS
        said = {"situation": question.format(chance.choice(things)), "reason": "likely enough", "at": at}
        first = Receipt.of(
            about[word],
            probability=0.7 + 0.29 * chance.random() if fires else 0.2 + 0.25 * chance.random(),
            outcome="applied" if fires else "below_floor",
            followed="yes" if chance.random() < 0.85 else "no",
            **said,
        )
        first = replace(first, trace_id=f"t-week-{number}", step=1)
        runs.append(_run_of(first, said["situation"], answer))
        entries.append(Entry(first.id, Advice(considered=[first], seconds=0.006 + 0.01 * chance.random())))
        applied += [first] if fires else []
    coach.traces.add(runs)
    Receipts(database_of(coach), coach.namespace).write(entries)
    for number, one in enumerate(applied[::3]):
        wrong = about["order"].id == one.coaching_id and number % 3
        coach.verdict(one, correct=not wrong, author=("Anna", "Ben")[number % 2])
    _promote(coach)


def _run_of(receipt, question, answer):
    name = receipt.trace_id
    label = "success" if receipt.applied and receipt.followed == "yes" else "failure"
    steps = (
        Step(index=0, trace_id=name, type="user", author="user", text=question),
        Step(index=1, trace_id=name, type="message", author="agent", text=answer, receipts=(receipt,), duration_ms=640),
    )
    return Trace(id=name, steps=steps, started_at=receipt.at, label=label, thread_id=f"th-{name}", name="shop")


def _promote(coach):
    """A change set of two, one that was rolled back, and one in canary."""
    swap = coach.add(
        intent="a customer wants to swap a size", behavior=Reply("Offer the swap before a refund."), status="draft"
    )
    repair = coach.add(
        intent="a customer asks whether a torn jacket can be mended",
        behavior=Handoff("workshop", instruction="Ask for a photo of the tear first."),
        status="draft",
    )
    coach.promote([swap.id, repair.id], to="canary", share=0.1, note="New workshop policy, on a tenth", author="Anna")
    early = coach.promote(swap.id, to="active", note="Looks good after two days", author="Ben")
    coach.rollback(early, note="Wait for the warehouse", author="Anna")
