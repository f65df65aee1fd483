"""The acts of one user turn, and its main act: the weightiest one."""

from __future__ import annotations

import re
from dataclasses import replace

from langgraph_coaching.authoring.intents.act import DECIDING, TELLING, SpeechAct
from langgraph_coaching.authoring.intents.acts import lower_first, shorten, speech_acts
from langgraph_coaching.authoring.intents.answers import read_choice, read_facts, read_manner, takes_orders
from langgraph_coaching.authoring.intents.clauses import split_clauses
from langgraph_coaching.authoring.intents.masking import facts_in, mask_specifics
from langgraph_coaching.authoring.intents.subject import user_by_act
from langgraph_coaching.recall.normalization.spelling import spelled
from langgraph_coaching.recall.situation import TURN_LIMIT

CONTEXT = 16
"""Words of what was said before, where it is needed to understand an act."""


_VAGUE = 0.4
"""What an act loses beside others of its turn where it points to something said before."""


def turn_acts(text: str, asked: str = "") -> list[SpeechAct]:
    """Everything a user does in a turn, in order.

    Args:
        text: What they say; of a long turn, its beginning is read.
        asked: What the agent said before, which tells what a bare answer answers.

    Returns:
        The acts; [] where nothing was said.
    """
    text = text[:TURN_LIMIT]
    masked = mask_specifics(spelled(text))
    done = list(speech_acts(masked))
    if takes_orders(asked):
        done = [_as_order(act) for act in done]
    done += [act for clause, _ in split_clauses(masked) if (act := read_choice(clause, asked))]
    telling = [act for act in done if act.weight >= TELLING and not act.needs_context]
    mannered = read_manner(text, asked)
    if not telling:
        answer = read_facts(text, asked, facts_in(text), mannered)
        done = [*done, answer] if answer else done
    elif mannered and mannered.weight == DECIDING:
        return [mannered, *done]
    if mannered:
        done.append(mannered)
    return done or ([SpeechAct(f'says "{shorten(masked)}"', 0.1)] if masked else [])


_WORDS = "a an and are for i in is it me my no not of ok on please that the this to was with yes you"
_ENGLISH = frozenset(_WORDS.split())
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
_MANY, _LONG = 5, 8
"""Words, and letters where no blanks are written, of a turn in another language that is more than a yes."""


def _as_order(act: SpeechAct) -> SpeechAct:
    """What a bare name means after "What can I get for you?": "one cortado" asks for it."""
    if act.predicate.startswith("asks for "):
        return replace(act, weight=max(act.weight, 3.5))
    if act.predicate.startswith('says "'):
        thing = act.predicate.removeprefix('says "').removesuffix('"')
        return SpeechAct(f"asks for {lower_first(thing)}", 3.5)
    return act


def stands_alone(text: str) -> bool:
    """Whether a turn says by itself what the user wants: not "yes", "the second one" or "0412"."""
    done = turn_acts(text)
    if any(act.weight >= TELLING and not act.needs_context for act in done):
        return True
    foreign = not _ENGLISH & set(text.lower().replace("'", " ").split())
    unspaced = bool(_UNSPACED.search(text))
    return foreign and (len(text) >= _LONG if unspaced else len(text.split()) >= _MANY)


def main_act(done: list[SpeechAct]) -> SpeechAct:
    """The weightiest act of a turn, with what was said before where that is needed to understand it.

    Args:
        done: The acts of the turn, at least one.
    """
    main = max(
        done,
        key=lambda act: (
            act.weight - (_VAGUE if act.weight >= TELLING and act.needs_context and not act.answer else 0.0)
        ),
    )
    if main.needs_context and not main.answer and main.weight >= TELLING:
        before = reversed(done[: done.index(main)])
        context = next((act for act in before if act.weight > 1.2 and not act.points_back), None)  # noqa: PLR2004 - no excuses
        if context and (first := user_by_act(shorten(context.predicate, CONTEXT))):
            return replace(main, subject=first)
    return main
