"""Suggested intents of a draft: what the user of a conversation is after, in one line, by rules for English."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage

from langgraph_coaching.authoring.intents.act import TELLING
from langgraph_coaching.authoring.intents.acts import shorten
from langgraph_coaching.authoring.intents.subject import user_by_act
from langgraph_coaching.authoring.intents.turn import CONTEXT, main_act, turn_acts
from langgraph_coaching.coaching.validation import INTENT_LIMIT
from langgraph_coaching.recall.situation import text_of
from langgraph_coaching.recall.user import by_user

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from langchain_core.messages import BaseMessage

    from langgraph_coaching.authoring.intents.act import SpeechAct

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
    turns: list[list[SpeechAct]] = []
    asked = ""
    for message, user in zip(messages, by_user(messages), strict=True):
        if isinstance(message, AIMessage):
            asked = text_of(message).strip() or asked
        elif user and (done := turn_acts(text_of(message), asked)):
            turns.append(done)
    if not turns:
        return ["the user has not said anything yet"]
    return _one_line_each(_word_intents(turns[-1], _earlier_goal(turns[:-1])))


def _earlier_goal(turns: Sequence[list[SpeechAct]]) -> SpeechAct | None:
    """What the user was after in earlier turns: the latest wish or question, or else the latest trouble."""
    acts = [
        act
        for act in map(main_act, reversed(turns))
        if act.weight >= TELLING and not act.needs_context and user_by_act(act.predicate)
    ]
    asked = [act for act in acts if act.weight > 3] or acts  # noqa: PLR2004 - more than trouble
    wished = [act for act in asked if not _QUESTION.match(act.predicate)] or asked
    return next((act for act in (*wished, *asked) if not act.points_back), wished[0] if wished else None)


def _word_intents(latest: list[SpeechAct], goal: SpeechAct | None) -> list[str]:
    main = main_act(latest)
    others = [
        act.sentence
        for act in latest
        if act.weight >= TELLING and not act.answer and act.predicate not in main.predicate
    ]
    if goal is None or goal.predicate == main.predicate:
        return [main.sentence, *others]
    before = goal.subject if goal.subject != "the user" else user_by_act(shorten(goal.predicate, CONTEXT))
    both = f"{before} {main.predicate}"
    if main.weight < 1 and not main.answer:
        return [goal.sentence, both]
    return (
        [both, goal.sentence, *others, main.sentence]
        if main.needs_context
        else [main.sentence, *others, both, goal.sentence]
    )


def _one_line_each(texts: Iterable[str]) -> list[str]:
    lines = (" ".join(text.split())[:INTENT_LIMIT].rstrip() for text in texts)
    return list(dict.fromkeys(line for line in lines if line))[:MOST]
