"""One turn of a user: everything done in it, and what it comes down to."""

from __future__ import annotations

import re

from langgraph_coaching.authoring.scrub import given, scrub
from langgraph_coaching.authoring.speech import TELLING, Act, acts, shortened
from langgraph_coaching.recall.situation import TURN_LIMIT

CONTEXT = 16
"""Words of what was said before, where it is needed to understand an act."""

_FEW = 4
"""Words of a bare answer."""

_FAREWELL = r"\b(?:good ?)?bye\b|\bthat(?:.s| is| will be|.ll be) (?:all|it|everything)\b|\bthat covers everything\b"
_YES = (
    r"^\W*(?:yes|yeah|yep|yup|sure|ok|okay|correct|right|exactly|absolutely|perfect|please do|sounds good|confirm\w*"
    r"|that(?:.s| is) (?:right|correct|fine)|that works|(?:please )?(?:proceed|go ahead))\b"
)
_MANNERS = tuple(
    (re.compile(pattern, re.IGNORECASE), Act(told, weight))
    for pattern, told, weight in (
        (_FAREWELL, "ends the conversation", 1.0),
        (_YES, "agrees", 1.1),
        (r"^\W*(?:no|nope|nah)\b", "declines", 1.1),
        (r"\b(?:never ?mind|forget it)\b", "no longer wants it", 1.1),
        (r"\b(?:thanks|thank you|thx)\b", "thanks the agent", 0.3),
        (r"^\W*(?:hi+|hey+|hello+|hiya|greetings|good (?:morning|afternoon|evening|day))\b", "greets the agent", 0.2),
    )
)

_ASKED = re.compile(
    r"\b(name|e-?mail|zip|postal code|phone|user ?(?:id|name)|(?:account|order|reservation|booking) (?:number|id)|pin"
    r"|date of birth|birth ?date|address)\b",
    re.IGNORECASE,
)


def turn_acts(text: str, asked: str = "") -> list[Act]:
    """Everything a user does in a turn, in order.

    Args:
        text: What they say; of a long turn, its beginning is read.
        asked: What the agent said before, which tells what a bare answer answers.

    Returns:
        The acts; [] where nothing was said.
    """
    text = text[:TURN_LIMIT]
    scrubbed = scrub(text)
    done = list(acts(scrubbed))
    manners = [act for pattern, act in _MANNERS if pattern.search(text)][:1]
    facts = given(text) if all(act.weight < TELLING for act in done) else []
    bare_answer = not manners and all(act.weight < 1 for act in done) and len(text.split()) <= _FEW
    if not facts and bare_answer and (wanted := _ASKED.search(asked)):
        facts = [wanted[1].lower()]
    if facts:
        done.append(Act(f"gives their {' and '.join(facts[:2])}", 1.3))
    done += manners
    return done or ([Act(f'says "{shortened(scrubbed)}"', 0.1)] if scrubbed else [])


def gist(done: list[Act]) -> Act:
    """What a turn comes down to: its weightiest act, with what was said before where that is needed to understand it.

    Args:
        done: The acts of the turn, at least one.
    """
    main = max(done, key=lambda act: act.weight)
    if main.dependent and main.weight >= TELLING:
        before = reversed(done[: done.index(main)])
        context = next((act for act in before if act.weight > 1.2 and not act.pointing), None)  # noqa: PLR2004 - no excuses
        if context:
            return Act(f"{shortened(context.told, CONTEXT)}, and {main.told}", main.weight, complete=True)
    return main
