"""One conversation: its steps as a transcript, some at a time, long texts cut until asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import NotFoundError
from langgraph_coaching.studio.ask import Ask, page

if TYPE_CHECKING:
    from starlette.responses import Response

    from langgraph_coaching.recall.receipt import Receipt
    from langgraph_coaching.traces.model import Step, Trace
    from langgraph_coaching.traces.thread_page import TraceSummary

STEPS = 150
"""Steps that are shown at once; the next ones come as one scrolls."""

LONGEST = 1_500
"""Characters of a text that are shown until one asks for the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStep:
    """A step as the transcript shows it."""

    step: Step
    text: str
    """What stands there, perhaps cut; tool arguments and results as readable JSON."""
    rest: int
    """Characters that are left out."""
    applied: tuple[Receipt, ...]
    others: tuple[Receipt, ...]
    """Considered and left out."""
    failed: tuple[Receipt, ...]
    """Of a call in which nothing could be looked at."""

    @property
    def folded(self) -> bool:
        """Whether only its head is shown until one opens it."""
        return self.step.type in ("tool_result", "system", "reasoning") or self.step.history


def conversation(ask: Ask) -> Response:
    """The page of one run."""
    ask.coach.flush()
    trace = ask.studio.traces.get(ask.given("trace"))
    step = ask.given("step")
    start = max(0, wanted - STEPS // 3) if (wanted := ask.whole("step") or 0) >= STEPS else 0
    siblings: tuple[TraceSummary, ...] = ()
    if trace.thread_id:
        found = ask.coach.traces.threads(thread_id=trace.thread_id, limit=100).threads
        siblings = tuple(reversed(found[0].runs)) if found else ()
    own = [one.text for one in trace.steps if one.type == "user" and one.text.strip()]
    opening = next((one.text for one in trace.steps if one.type == "user" and not one.history and one.text.strip()), "")
    values = _steps_from(ask, trace, start) | {"siblings": siblings, "section": "conversations"}
    return ask.render("conversation.html", focus=step, opening=opening or (own or [""])[0], **values)


def steps(ask: Ask) -> Response:
    """Some more of its steps."""
    trace = ask.studio.traces.get(ask.given("trace"))
    return ask.render("steps.html", focus="", **_steps_from(ask, trace, ask.whole("start") or 0))


def text(ask: Ask) -> Response:
    """The whole text of one step."""
    trace, index = ask.studio.traces.get(ask.given("trace")), ask.whole("step")
    if index is None or index >= len(trace.steps):
        raise NotFoundError(f"the conversation {trace.id} has no step {ask.given('step')[:40]}")
    return ask.render("step_text.html", text=_text_of(trace.steps[index]))


def _steps_from(ask: Ask, trace: Trace, start: int) -> dict[str, Any]:
    shown = [_show(step) for step in trace.steps[start : start + STEPS]]
    receipts = [r for one in shown for r in (*one.applied, *one.others)]
    after = start + STEPS
    return {
        "trace": trace,
        "shown": shown,
        "start": start,
        "after": after if after < len(trace.steps) else None,
        "verdicts": {one.receipt_id: one for one in ask.coach.verdicts(receipt_ids=[r.id for r in receipts])},
        "coachings": {one.id: one for one in ask.coach.list()} if receipts else {},
    }


def _show(step: Step) -> ShownStep:
    said = _text_of(step)
    return ShownStep(
        step=step,
        text=said[:LONGEST],
        rest=max(0, len(said) - LONGEST),
        applied=tuple(r for r in step.receipts if r.applied),
        others=tuple(r for r in step.receipts if not r.applied and r.coaching_id),
        failed=tuple(r for r in step.receipts if not r.coaching_id),
    )


def _text_of(step: Step) -> str:
    if step.type == "tool_call" and step.arguments is not None:
        return json.dumps(step.arguments, ensure_ascii=False, indent=2, default=str)
    if step.type == "tool_result":
        try:
            found = json.loads(step.text)
        except (ValueError, RecursionError):
            return step.text
        return json.dumps(found, ensure_ascii=False, indent=2) if isinstance(found, dict | list) else step.text
    return step.text


PAGES = [
    page("/conversation", conversation, "conversation"),
    page("/conversation/steps", steps, "steps"),
    page("/conversation/text", text, "step_text"),
]
