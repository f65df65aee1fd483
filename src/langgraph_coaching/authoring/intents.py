"""Words the intent of a draft: what the user of a conversation is after, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage, HumanMessage

from langgraph_coaching.authoring.speech import TELLING, shortened
from langgraph_coaching.authoring.turn import CONTEXT, gist, turn_acts
from langgraph_coaching.coaching.wording import INTENT_LIMIT
from langgraph_coaching.recall.situation import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.authoring.speech import Act

MOST = 5
"""Suggestions for one draft."""


def suggest_intents(messages: Sequence[BaseMessage]) -> list[str]:
    """Words the intent from the conversation alone, without a model; made for English.

    The latest turn is told in the third person. Where it cannot be understood by itself ("yes, that one"), what the
    user was after before is told with it.

    Args:
        messages: The conversation before the step that is coached, oldest first.

    Returns:
        1 to 5 wordings of one line, best first.
    """
    turns: list[list[Act]] = []
    asked = ""
    for message in messages:
        if isinstance(message, AIMessage):
            asked = text_of(message).strip() or asked
        elif isinstance(message, HumanMessage) and (done := turn_acts(text_of(message), asked)):
            turns.append(done)
    if not turns:
        return ["the user has not said anything yet"]
    return _lines(f"the user {told}" for told in _told(turns[-1], _goal(turns[:-1])))


def telling_turn(messages: Sequence[BaseMessage]) -> str:
    """The user's words that say best what the conversation is about at its end.

    Args:
        messages: The conversation before a step, oldest first.

    Returns:
        The latest turn with a wish or question of its own, not "yes, that one"; else the latest turn; "" without any.
    """
    said = [text for message in messages if isinstance(message, HumanMessage) and (text := text_of(message).strip())]
    for text in reversed(said):
        act = gist(done) if (done := turn_acts(text, "")) else None
        if act is not None and act.weight > TELLING and not act.dependent:
            return text
    return said[-1] if said else ""


def _goal(turns: Sequence[list[Act]]) -> Act | None:
    """What the user was after in earlier turns: the latest wish or question, or else the latest trouble."""
    told = [act for act in map(gist, reversed(turns)) if act.weight >= TELLING and not act.dependent]
    return next((act for act in told if act.weight > 3), told[0] if told else None)  # noqa: PLR2004 - more than trouble


def _told(latest: list[Act], goal: Act | None) -> list[str]:
    main = gist(latest)
    others = [act.told for act in latest if act.weight >= TELLING and act.told not in main.told]
    if goal is None or goal.told == main.told:
        return [main.told, *others]
    both = f"{shortened(goal.told, CONTEXT)}, and now {main.told}"
    if main.weight < 1:
        return [goal.told, both]
    return [both, goal.told, main.told, *others] if main.dependent else [main.told, *others, both, goal.told]


def _lines(texts: Iterable[str]) -> list[str]:
    lines = (" ".join(text.split())[:INTENT_LIMIT].rstrip() for text in texts)
    return list(dict.fromkeys(line for line in lines if line))[:MOST]
