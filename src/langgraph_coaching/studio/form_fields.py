"""What a form says of a coaching: its behavior, its fields, and what was ticked."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from langgraph_coaching.authoring.proposal import Proposal
from langgraph_coaching.authoring.similar import Similar
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from langgraph_coaching.studio.ask import Ask

BEHAVIORS = {
    "reply": ("Reply", {"text": "What to say, or how to say it"}),
    "search_knowledge": ("Search knowledge", {"article": "Article", "query": "Search for", "instruction": "How"}),
    "action": ("Action", {"tool": "Tool", "arguments": "Arguments (JSON)", "instruction": "How"}),
    "process": ("Process", {"name": "Process", "instruction": "How"}),
    "playbook": ("Playbook", {"name": "Playbook", "instruction": "How"}),
    "handoff": ("Handoff", {"target": "To whom", "instruction": "How"}),
}
"""Each type of behavior: its word, and its fields with theirs. The first field is the one that is needed."""


ENFORCEABLE = ("action", "process", "playbook", "handoff")
"""Types that a graph can be made to do."""

ENFORCE = {
    "": "Advice: the prompt says it",
    "yes": "Enforced: the graph does it, where it can",
    "approval": "Enforced once a person approves",
}
"""Whether that is so, as the form says it, and its words."""


def behavior_in(ask: Ask) -> dict[str, Any]:
    """The behavior that a form says.

    Raises:
        InvalidCoachingError: None is chosen, or arguments are no JSON object.
    """
    kind = ask.given("behavior")
    if kind not in BEHAVIORS:
        raise InvalidCoachingError("choose what the agent should do: one of the six")
    word, fields = BEHAVIORS[kind]
    said: dict[str, Any] = {name: ask.given(f"{kind}.{name}").strip() for name in fields}
    first = next(iter(fields))
    if not said[first]:
        raise InvalidCoachingError(f"{word}: say “{fields[first].lower()}”")
    if kind in ENFORCEABLE:
        said["enforce"] = _read_enforce(ask.given(f"{kind}.enforce"))
    if "arguments" in said:
        said["arguments"] = _read_arguments(said["arguments"])
    return {"type": kind, **said}


def _read_enforce(text: str) -> Any:
    if text not in ENFORCE:
        raise InvalidCoachingError("it is advice, or enforced, or enforced once a person approves")
    return text == "yes" or text or False


def _read_arguments(text: str) -> dict[str, Any]:
    if not text:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidCoachingError(f"the arguments are no JSON: {error}") from None
    if not isinstance(found, dict):
        raise InvalidCoachingError('the arguments are a JSON object, such as {"order_id": "the one they named"}')
    return found


def fields_in(ask: Ask) -> dict[str, Any]:
    """The other fields that a form says, as `coach.add` and `coach.edit` take them.

    Raises:
        InvalidCoachingError: A number or a time is none.
    """
    tags = [tag.strip() for tag in ask.given("tags").split(",") if tag.strip()]
    return {
        "agent": ask.given("agent").strip() or None,
        "node": ask.given("node").strip() or None,
        "tags": tags,
        "priority": _read_number(ask.given("priority", "0")),
        "notes": ask.given("notes"),
        "expires_at": _read_time(ask.given("expires_at")),
    }


def lines_in(ask: Ask, name: str) -> list[str]:
    """A text of a form, a line each."""
    return [line.strip() for line in ask.given(name).splitlines() if line.strip()]


def proposals_in(ask: Ask) -> tuple[Proposal, ...]:
    """What a model has proposed, and was kept."""
    kept = ((text, applies) for applies in (True, False) for text in ask.given_all(_PROPOSED[applies]))
    return tuple(Proposal(text.strip(), applies) for text, applies in kept if text.strip())


_PROPOSED = {True: "proposed_also", False: "proposed_never"}


def situations_in(ask: Ask, name: str) -> list[Similar]:
    """Recorded situations that were ticked as `also` or `never`.

    Raises:
        InvalidCoachingError: One is not what the page offered.
    """
    return [_read_situation(text) for text in ask.given_all(name)]


def write_situation(one: Similar) -> str:
    """A recorded situation as a form carries it."""
    return json.dumps([one.text, one.turns, one.trace_id, one.step, one.receipt_id])


def _read_situation(text: str) -> Similar:
    try:
        said, turns, trace, step, receipt = json.loads(text)
        return Similar(
            text=str(said),
            turns=tuple((str(words), bool(user)) for words, user in turns),
            probability=0.0,
            count=1,
            trace_id=trace,
            step=step,
            receipt_id=receipt,
        )
    except (ValueError, TypeError, RecursionError):
        raise InvalidCoachingError("a ticked situation cannot be read; load the page again") from None


def _read_number(text: str) -> int:
    try:
        return int(text.strip() or "0")
    except ValueError:
        raise InvalidCoachingError("the priority is a whole number from -100 to 100") from None


def _read_time(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidCoachingError("it expires on a day such as 2030-01-31, or never") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
