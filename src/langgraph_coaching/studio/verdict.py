"""Verdicts where coaching stands in a conversation: correct, not here, should have applied; and why it did so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph_coaching.authoring.source_examples import source_examples
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError
from langgraph_coaching.studio.ask import Ask, page
from langgraph_coaching.traces.prompt import prompt_of

if TYPE_CHECKING:
    from starlette.responses import Response

    from langgraph_coaching.traces.model import Step, Trace

JUDGED = {"HX-Trigger": "judged"}
"""Tells the page that there is one less to judge."""


def verdict(ask: Ask) -> Response:
    """Says of one receipt whether its outcome was right."""
    if ask.given("correct") not in ("yes", "no"):
        raise InvalidCoachingError("a verdict is yes or no")
    name, correct = ask.given("receipt"), ask.given("correct") == "yes"
    said = ask.coach.verdict(name, correct=correct, comment=ask.given("comment"), author=ask.person.name)
    trace = ask.given("trace")
    if not ask.is_fragment:
        return ask.go("conversation", trace=trace, step=ask.given("step"))
    receipts = {one.id: one for one in ask.coach.receipts(coaching_id=said.coaching_id, trace_id=trace or None)}
    receipt = receipts.get(name)
    if receipt is None:
        raise NotFoundError(f"the receipt {name} is gone; load the page again")
    return ask.render("receipt_actions.html", headers=JUDGED, receipt=receipt, verdict=said)


def should(ask: Ask) -> Response:
    """Says that a coaching should have applied at a step: by its receipt there, or by what was said there."""
    trace, step = _step_of(ask)
    name = ask.given("coaching")
    chosen = ask.coach.get(name)
    receipt = next((one for one in step.receipts if one.coaching_id == name), None)
    if receipt is not None:
        if receipt.applied:
            raise InvalidCoachingError("it was applied at this step")
        # In shadow or held back it would have been: that was right.
        ask.coach.verdict(receipt.id, correct=receipt.supposed, author=ask.person.name)
    else:
        said = source_examples(ask.coach.draft(step).conversation, trace.id)
        known = [one for one in said if one.applies]
        if not known:
            raise InvalidCoachingError("no user has said anything before this step")
        ask.coach.edit(name, add_examples=known, changed_by=ask.person.name)
    if not ask.is_fragment:
        return ask.go("conversation", trace=trace.id, step=step.index)
    done = f"“{chosen.intent}” has learned that it applies here"
    return ask.render("notice.html", headers=JUDGED, message=done, kind="done")


def why(ask: Ask) -> Response:
    """Why a coaching was applied at a step or left out, as the store is now."""
    trace, step = _step_of(ask)
    name = ask.given("coaching")
    receipt = next((one for one in step.receipts if one.coaching_id == name), None)
    labels: dict[str, Any] = (
        {} if receipt is None else {"agent": receipt.agent, "node": receipt.node, "tags": receipt.tags}
    )
    (advice,) = ask.coach.advise_batch([prompt_of(trace, step)], **labels)
    return ask.render("why.html", why=advice.why(name))


def choices(ask: Ask) -> Response:
    """The coachings of which one can say that it should have applied."""
    trace, step = _step_of(ask)
    applied = {one.coaching_id for one in step.receipts if one.applied}
    found = [one for one in ask.coach.list() if one.status != "archived" and one.id not in applied]
    found.sort(key=lambda one: one.intent.lower())
    return ask.render("should.html", trace=trace, step=step, found=found)


def _step_of(ask: Ask) -> tuple[Trace, Step]:
    trace, index = ask.studio.traces.get(ask.given("trace")), ask.whole("step")
    if index is None or index >= len(trace.steps):
        raise NotFoundError(f"the conversation {trace.id} has no step {ask.given('step')[:40]}")
    return trace, trace.steps[index]


PAGES = [
    page("/verdict", verdict, "verdict", role="coach", method="POST"),
    page("/should", choices, "should_choices", role="coach"),
    page("/should", should, "should", role="coach", method="POST"),
    page("/why", why, "why"),
]
