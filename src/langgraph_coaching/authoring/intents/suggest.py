"""Words the intent of a draft: what the user of a conversation is after, in one line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage

from langgraph_coaching.authoring.intents.act import TELLING
from langgraph_coaching.authoring.intents.acts import shortened
from langgraph_coaching.authoring.intents.subject import who
from langgraph_coaching.authoring.intents.turn import CONTEXT, gist, turn_acts
from langgraph_coaching.coaching.validation import INTENT_LIMIT
from langgraph_coaching.recall.situation import text_of
from langgraph_coaching.recall.user import user_mask

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.authoring.intents.act import Act

MOST = 5
"""Suggestions for one draft."""

_QUESTION = re.compile(r"asks (?:whether|what|which|when|where|why|who|whose|how)\b(?! they can| to)")


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
    for message, user in zip(messages, user_mask(messages), strict=True):
        if isinstance(message, AIMessage):
            asked = text_of(message).strip() or asked
        elif user and (done := turn_acts(text_of(message), asked)):
            turns.append(done)
    if not turns:
        return ["the user has not said anything yet"]
    return _lines(_told(turns[-1], _goal(turns[:-1])))


def _goal(turns: Sequence[list[Act]]) -> Act | None:
    """What the user was after in earlier turns: the latest wish or question, or else the latest trouble."""
    told = [act for act in map(gist, reversed(turns)) if act.weight >= TELLING and not act.dependent and who(act.told)]
    asked = [act for act in told if act.weight > 3] or told  # noqa: PLR2004 - more than trouble
    wished = [act for act in asked if not _QUESTION.match(act.told)] or asked
    return next((act for act in (*wished, *asked) if not act.pointing), wished[0] if wished else None)


def _told(latest: list[Act], goal: Act | None) -> list[str]:
    main = gist(latest)
    others = [act.line for act in latest if act.weight >= TELLING and not act.answer and act.told not in main.told]
    if goal is None or goal.told == main.told:
        return [main.line, *others]
    before = goal.subject if goal.subject != "the user" else who(shortened(goal.told, CONTEXT))
    both = f"{before} {main.told}"
    if main.weight < 1 and not main.answer:
        return [goal.line, both]
    return [both, goal.line, *others, main.line] if main.dependent else [main.line, *others, both, goal.line]


def _lines(texts: Iterable[str]) -> list[str]:
    lines = (" ".join(text.split())[:INTENT_LIMIT].rstrip() for text in texts)
    return list(dict.fromkeys(line for line in lines if line))[:MOST]
