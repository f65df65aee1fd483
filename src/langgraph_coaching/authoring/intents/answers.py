"""A turn as an answer to the agent: yes, no, thanks, a choice, or the facts the agent had asked for."""

from __future__ import annotations

import re

from langgraph_coaching.authoring.intents.act import DECIDING, SpeechAct

_FEW = 4
"""Words of a bare answer."""

_SEVERAL = 15
"""Words up to which a statement after a question is its answer."""

_LAST = 400
"""Characters at the end of what the agent said in which its question stands."""

_FAREWELL = re.compile(
    r"\b(?:good ?)?bye\b|\bthat(?:.s| is| was| will be|.ll be) (?:all|it|everything)\b|\bthat covers everything\b"
    r"|\b(?:have|enjoy) (?:a|your) (?:\w+ )?(?:day|one|evening|weekend|night)\b",
    re.IGNORECASE,
)
_YES = re.compile(
    r"^\W*(?:(?:oh|ok|okay|great|perfect|good|awesome|wonderful|sure|alright|um+|uh+|hm+|well|ah)\W+)*(?:yes|yeah|yep|yup|ya|sure|ok|okay|correct"
    r"|right|alright|exactly|absolutely|definitely|of course|perfect|please do|(?:(?:that|it) )?(?:sounds"
    r"|looks) (?:good|great|perfect|fine)|i (?:confirm|agree)"
    r"|confirm\w*|that(?:.s| is) (?:right|correct|fine|great|perfect)|that works|go for it|do it"
    r"|(?:please )?(?:proceed|go"
    r" ahead))\b",
    re.IGNORECASE,
)
_GOES_AHEAD = re.compile(
    r"^\W*(?:\w+\W+){0,2}?(?:yes|yeah|yep|yup|confirm\w*|i agree|please do|do it|go for it|proceed|go ahead)\b",
    re.IGNORECASE,
)
_PICKED = re.compile(
    r"^\W*(?:(?:ok|okay|yes|great|hm+|um+|i'?ll (?:take|have)|i(?:'d| would) (?:like|prefer)|let'?s (?:do|go with"
    r"|take)|i want"
    r"|give me|book|please|(?:we )?go with)\W+)*(?:option \w+|(?:number|no\.?) \w+|the (?:first|second|third"
    r"|fourth|last|other"
    r"|former|latter|cheap(?:er|est)|earli(?:er|est)|fast(?:er|est)|later?|latest|\w+) one|the (?:first|second"
    r"|third|last))"
    r"(?: (?:option|please|then|sounds good|works|is fine))*\W*(?:please|thanks|thank you)?\W*$",
    re.IGNORECASE,
)
_UNDERSTOOD = re.compile(
    r"^\W*(?:\w+\W+){0,2}?(?:i (?:understand|see)|got it|understood|makes sense)\b(?! (?:that|you))", re.IGNORECASE
)
_NO = re.compile(r"^\W*(?:(?:oh|ok|okay|ah)\W+)*(?:no|nope|nah|not really)\b", re.IGNORECASE)
_WITHDRAWN = re.compile(r"\b(?:never ?mind|forget it|forget about it)\b", re.IGNORECASE)
_THANKS = re.compile(r"\b(?:thanks|thank you|thx|ty|appreciate it)\b", re.IGNORECASE)
_GREETING = re.compile(
    r"^\W*(?:hi+|hey+|hello+|hiya|howdy|yo|sup|greetings|good (?:morning|afternoon|evening|day))\b", re.IGNORECASE
)
_NEW = re.compile(r"\b(?:but|actually|instead|however|also|another|except|only if|wait|unless)\b", re.IGNORECASE)

_PROPOSED = re.compile(
    r"\(?[\"'“]?\byes\b|\bconfirm\b|\b(?:shall|should|may|can) (?:i|we) (?:proceed|go ahead|continue|confirm|book"
    r"|submit|place"
    r"|process|make|send|cancel|start)|(?:would you like|do you want) (?:me )?to (?:proceed|go ahead|continue"
    r"|confirm|book)"
    r"|\b(?:is|does) (?:that|this|everything|it) (?:ok|okay|fine|correct|right|sound|look|work)|your approval"
    r"|look correct",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:provide|share|tell me|give me|let me know|have your|get your|(?:what|which|when|where|who|whose|how)\b)",
    re.IGNORECASE,
)
_REQUESTED = re.compile(r"\bplease\b|\bprovide\b|_{3,}", re.IGNORECASE)
_OFFERED = re.compile(
    r"\b(?:would you like|do you want|shall i|should i|can i|may i|need|require|interested)\b", re.IGNORECASE
)
_ELSE = re.compile(
    r"\b(?:anything|something|what) (?:else|more)\b|\bfurther (?:help|assistance)\b|can do for you", re.IGNORECASE
)
_TAKES_ORDERS = re.compile(
    r"\bwhat (?:can|may|would|will|do) (?:i|you|we) \w*[^?]*(?:get|like|have|order|start)[^?]*\?", re.IGNORECASE
)
_HANDS_OVER = re.compile(
    r"\b(name|e-?mail|zip|postal code|phone|user ?(?:id|name)|(?:account|order|reservation|booking) (?:number|id)|pin"
    r"|date of birth|birth ?date|address|(?:\w+ )?(?:airport|promo|discount|security) code|password"
    r"|security (?:answer|question)|username)\b",
    re.IGNORECASE,
)
_WANTED = tuple(
    (re.compile(pattern, re.IGNORECASE), predicate)
    for pattern, predicate in (
        (r"\bhow many\b", "says how many"),
        (r"\b(?:how much|budget|price)\b", "says how much"),
        (r"\b(?:when|(?:what|which) (?:time|day|date)|for what time|date)\b", "says when"),
        (r"\b(?:where|location|destination|what venue|which (?:city|airport|store))\b", "says where"),
        (r"\b(?:why|reason)\b", "gives the reason"),
        (r"\b(?:symptoms|describe|details|tell me more|more information|what happened)\b", "gives the details"),
        (
            (
                r"\b(?:which|what (?:kind|type|size|colou?r)|options?|(?:what|which) \w+ (?:would|do|are|did) you"
                r"|do you want to \w+, )\b"
            ),
            "says which one",
        ),
    )
)


def read_manner(text: str, asked: str) -> SpeechAct | None:
    """What a turn is by its manner: a yes, a no, thanks, a greeting, a farewell; None for other turns.

    Args:
        text: What the user says.
        asked: What the agent said before, which tells what a yes or no means.
    """
    question = asked[-_LAST:]
    kinds = (_read_pick, _read_farewell, _read_understanding, _read_agreement, _read_refusal, _read_courtesy)
    return next((act for kind in kinds if (act := kind(text, question))), None)


def _read_farewell(text: str, question: str) -> SpeechAct | None:
    if not (_FAREWELL.search(text) or (_NO.match(text) and _ELSE.search(question))):
        return None
    goes_on = "?" in text or _NEW.search(text) or len(text.split()) > _SEVERAL
    return SpeechAct("needs nothing else", 1.0 if goes_on else DECIDING, answer=True)


def _read_understanding(text: str, _question: str) -> SpeechAct | None:
    if _UNDERSTOOD.match(text):
        return SpeechAct("has understood", 1.05, answer=True)
    return SpeechAct("no longer wants it", 1.1, answer=True) if _WITHDRAWN.search(text) else None


def _read_agreement(text: str, question: str) -> SpeechAct | None:
    if not _YES.match(text):
        return None
    if _PROPOSED.search(question):
        plain = _GOES_AHEAD.match(text) and not _NEW.search(text) and "?" not in text
        return SpeechAct("agrees to go ahead", DECIDING if plain else 1.1, answer=True)
    return SpeechAct("says yes" if "?" in question else "agrees", 1.1, answer=True)


def _read_pick(text: str, question: str) -> SpeechAct | None:
    return SpeechAct("picks one of the options", 1.2, answer=True) if question and _PICKED.match(text) else None


def _read_refusal(text: str, question: str) -> SpeechAct | None:
    if not _NO.match(text):
        return None
    declined = "?" not in question or _OFFERED.search(question)
    return SpeechAct("declines" if declined else "says no", 1.1, answer=True)


def _read_courtesy(text: str, _question: str) -> SpeechAct | None:
    if _THANKS.search(text):
        return SpeechAct("thanks the agent", 0.3, answer=True)
    return SpeechAct("greets the agent", 0.2) if _GREETING.match(text) else None


def read_facts(text: str, asked: str, facts: list[str], mannered: SpeechAct | None) -> SpeechAct | None:
    """The facts that a turn without a wish of its own gives the agent.

    Args:
        text: What the user says.
        asked: What the agent said before.
        facts: What they tell about themselves.
        mannered: What `read_manner` found.
    """
    question = " ".join(re.findall(r"[^.?!\n]*\?", asked[-_LAST:])) or asked[-_LAST:]
    words = len(text.split())
    if mannered and _YES.match(text) and _OPEN.search(question) and len(_YES.sub("", text).split()) > 0:
        mannered = None  # "Of course! It's a red one": a yes that only leads in what was asked for
    bare = mannered is not None
    wanted = _HANDS_OVER.search(question) if not bare and words <= _FEW else None
    if not facts and wanted:
        facts = [re.sub(r"\bid\b", "ID", wanted[1].lower())]
    if facts:
        return SpeechAct(f"gives their {' and '.join(facts[:2])}", 1.3, answer=True)
    most = _SEVERAL if "?" in asked else _FEW * bool(_REQUESTED.search(question))
    if not asked or "?" in text or mannered is not None or words > most or _TAKES_ORDERS.search(question):
        return None
    predicate = next(
        (predicate for pattern, predicate in _WANTED if pattern.search(question)), "answers what the agent asked"
    )
    return SpeechAct(predicate, 1.15, answer=True)


def read_choice(text: str, asked: str) -> SpeechAct | None:
    """The choice of a user who repeats one of several things they were offered."""
    said = " ".join(re.findall(r"[\w']+", text.lower()))
    offered = " ".join(re.findall(r"[\w']+", asked[-_LAST:].lower()))
    repeated = len(said.split()) > 1 and f" {said} " in f" {offered} " and not _HANDS_OVER.search(said)
    return SpeechAct(f"chooses {said}", 3.5, answer=True) if repeated else None


def takes_orders(asked: str) -> bool:
    """Whether the agent asked what they would like, so that a bare name of a thing asks for it."""
    return bool(_TAKES_ORDERS.search(asked[-_LAST:]))
