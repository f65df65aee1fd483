"""One turn of a user: everything done in it, and what it comes down to."""

from __future__ import annotations

import re
from dataclasses import replace

from langgraph_coaching.authoring.intents.act import DECIDING, TELLING, Act
from langgraph_coaching.authoring.intents.acts import acts, shortened, small
from langgraph_coaching.authoring.intents.answers import answered, chosen, manner, takes_orders
from langgraph_coaching.authoring.intents.clauses import clauses
from langgraph_coaching.authoring.intents.masking import given, scrub
from langgraph_coaching.authoring.intents.subject import who
from langgraph_coaching.recall.normalization.spelling import correct_utterance
from langgraph_coaching.recall.situation import TURN_LIMIT

CONTEXT = 16
"""Words of what was said before, where it is needed to understand an act."""


_VAGUE = 0.4
"""What an act loses beside others of its turn where it points to something said before."""


def turn_acts(text: str, asked: str = "") -> list[Act]:
    """Everything a user does in a turn, in order.

    Args:
        text: What they say; of a long turn, its beginning is read.
        asked: What the agent said before, which tells what a bare answer answers.

    Returns:
        The acts; [] where nothing was said.
    """
    text = text[:TURN_LIMIT]
    scrubbed = scrub(correct_utterance(text))
    done = list(acts(scrubbed))
    if takes_orders(asked):
        done = [_ordered(act) for act in done]
    done += [act for clause, _ in clauses(scrubbed) if (act := chosen(clause, asked))]
    telling = [act for act in done if act.weight >= TELLING and not act.dependent]
    mannered = manner(text, asked)
    if not telling:
        answer = answered(text, asked, given(text), mannered)
        done = [*done, answer] if answer else done
    elif mannered and mannered.weight == DECIDING:
        return [mannered, *done]
    if mannered:
        done.append(mannered)
    return done or ([Act(f'says "{shortened(scrubbed)}"', 0.1)] if scrubbed else [])


_WORDS = "a an and are for i in is it me my no not of ok on please that the this to was with yes you"
_ENGLISH = frozenset(_WORDS.split())
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
_MANY, _LONG = 5, 8
"""Words, and letters where no blanks are written, of a turn in another language that is more than a yes."""


def _ordered(act: Act) -> Act:
    """What a bare name means after "What can I get for you?": "one cortado" asks for it."""
    if act.told.startswith("asks for "):
        return replace(act, weight=max(act.weight, 3.5))
    if act.told.startswith('says "'):
        thing = act.told.removeprefix('says "').removesuffix('"')
        return Act(f"asks for {small(thing)}", 3.5)
    return act


def stands_alone(text: str) -> bool:
    """Whether a turn says by itself what the user wants: not "yes", "the second one" or "0412"."""
    done = turn_acts(text)
    if any(act.weight >= TELLING and not act.dependent for act in done):
        return True
    foreign = not _ENGLISH & set(text.lower().replace("'", " ").split())
    unspaced = bool(_UNSPACED.search(text))
    return foreign and (len(text) >= _LONG if unspaced else len(text.split()) >= _MANY)


def gist(done: list[Act]) -> Act:
    """What a turn comes down to: its weightiest act, with what was said before where that is needed to understand it.

    Args:
        done: The acts of the turn, at least one.
    """
    main = max(
        done,
        key=lambda act: act.weight - (_VAGUE if act.weight >= TELLING and act.dependent and not act.answer else 0.0),
    )
    if main.dependent and not main.answer and main.weight >= TELLING:
        before = reversed(done[: done.index(main)])
        context = next((act for act in before if act.weight > 1.2 and not act.pointing), None)  # noqa: PLR2004 - no excuses
        if context and (first := who(shortened(context.told, CONTEXT))):
            return replace(main, subject=first)
    return main
