"""A turn of a user cut into sentences and clauses, without greetings, thanks and other politeness."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_GREETING = (
    r"(?:hi+|hey+|hello+|hiya|howdy|yo|sup|greetings|good (?:morning|afternoon|evening|day))"
    r"(?: there| again| team| everyone| assistant| all| ho)?\b"
)
_SOUND = (
    r"(?:oh|ah+|aw+|um+|uh+|er+|hm+|wow|ugh|gosh|yikes|yay|oops|whoa|help|haha|lol|wait|c'?mon|come on"
    r"|hurry(?: up)?|seriously|omg|je?ez|dude|man|damn|hold on|listen|look)\b"
    r"(?=[^\w']|$)(?: (?:no|my|gosh|god|wow|dear)\b)?"
)
_ANSWER = (
    r"(?:no|nope|nah)(?=[^\w'\s]|$|\s+that\b)"
    r"|(?:yes|yeah|yep|ok|okay|sure)(?=\s+(?:i|we|my|it|the|please|can|could|that)\b)"
    r"|(?:yes|yeah|yep|yup|okay|ok|sure(?: thing)?|right|all ?right|great|perfect|awesome|excellent|wonderful|cool"
    r"|got it|never ?mind|forget it|i see|understood|fine|(?:that )?sounds good|that's (?:right|correct|fine|okay)"
    r"|that works|absolutely|exactly|of course|no problem|(?:i'm |i am )?(?:really |so |very |terribly )?sorry"
    r"|apologies|unfortunately|guess what"
    r"|here's the deal)(?=[^\w']|$)"
)
_FAREWELL = (
    r"(?:that's (?:it|all|everything)(?: i need(?:ed)?(?: to do| help with)?)?(?: for now| today| for today)?"
    r"|that (?:is|will be) all|(?:good ?)?bye|see you|take care|have a \w+ (?:day|one|evening|weekend))(?=[^\w']|$)"
)
_THANKS = r"(?:thanks|thank you|thx)(?: (?:so|very) much| a lot| again)?(?: for [^,.!?;]*)?(?=[^\w']|$)"
_LINK = (
    r"(?:well|so|actually|also|and|but|then|now|anyway|first(?:ly)?|second(?:ly)?|third|next|finally|lastly|additionally"
    r"|basically|honestly|instead|however|quick question|one more thing|in that case|in addition|let's see|for now"
    r"|by the way|btw|just|again|to be honest|if possible|if so|if not"
    r"|here(?:'s| is| are) (?:what|the details|my details|my info)[^.:\n]*)\b(?=[\s,.:;!-])"
)
_HEADING = (
    r"(?!(?:i|can|could|would|please|what|how|rate|write|translate|summari[sz]e|answer|read|check)\b)"
    r"\w[\w'/-]*(?: [\w'&/-]+){0,3}: (?=\S)"
)
_OPENING = re.compile(
    rf"[^\w'\"]+|{_GREETING}|{_SOUND}|{_ANSWER}|{_FAREWELL}|{_THANKS}|{_LINK}|{_HEADING}",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:[\s,.!?;:/-]|(?<=[,!.] )help(?: me)?|\b(?:please help(?: me)?|please|(?:thanks|thank you)(?: (?:so"
    r"|very) much| a lot)?|for me"
    r"|if possible|if you (?:can|could|don't mind)|right now|instead|as well|though|too|anyway"
    r"|(?<!\bto )(?<!\bby )(?<!\bit )(?<!\buntil )then"
    r"|(?:can|could) you (?:please )?(?:help|assist)(?: me)?(?: (?:out )?with (?:that|this|it))?))$",
    re.IGNORECASE,
)
_INNER_PLEASE = re.compile(
    r",? please(?=(?:,? (?:with|and|to|for|in|on|at|from|but|that|because|so|as)\b))", re.IGNORECASE
)

_SENTENCE = re.compile(
    r"(?:(?<=[.!?])(?<!\b[DM]r\.)(?<!\bMrs\.)(?<!\bMs\.)|(?<=[.!?][\"')]))\s+|\n+|\s+-\s+|;\s+|\.\.\.\s*|…\s*"
)
_CLAUSE = re.compile(
    r",?\s+(?:and|but|so|or)\s+(?=(?:also\s+|then\s+|now\s+)?(?:can|could|would|will) (?:you|i|we|a|the|my|it)\b"
    r"|i(?:'d| would| (?:really |just |also |still )?(?:want|need))\b|please\b|i'm (?:looking|trying|hoping)\b"
    r"|is (?:it|there)\b|are (?:there|they|you)\b|do (?:you|i)\b|how\b|what (?:is|are)\b)"
    r"|,\s+(?=(?:can|could|would) (?:you|i)\b|please \w)|,\s+but\s+"
    r"|,\s+(?:and|so)\s+(?=(?:i|we|it|it's|they|there|there's|my|that|this)\b)",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"((?:if|for|as for|on|with|regarding|once|when|after|before|since) [^,]{1,80}), (?:then )?(.+)", re.IGNORECASE
)


def split_clauses(turn: str) -> Iterator[tuple[str, bool]]:
    """What a turn consists of.

    Args:
        turn: Text without specifics.

    Yields:
        A clause in its speaker's words, and whether it ends with a question mark. Politeness yields nothing.
    """
    for sentence in _SENTENCE.split(turn):
        for piece in [sentence] if split_condition(strip_politeness(sentence)) else _CLAUSE.split(sentence):
            if re.search(r"\w{2}|\w \w", said := strip_politeness(piece)):
                yield said, piece.rstrip("\"' )").endswith("?")


def strip_politeness(sentence: str) -> str:
    """The sentence without what politeness puts before and after it."""
    while found := _OPENING.match(sentence):
        sentence = sentence[found.end() :]
    while found := _CLOSING.search(sentence):
        sentence = sentence[: found.start()]
    return _INNER_PLEASE.sub("", sentence)


def split_condition(sentence: str) -> tuple[str, str] | None:
    """The sentence's circumstances ("if …", "for …", "once …") and what is said of them, or None."""
    found = _CONDITION.fullmatch(sentence)
    return (found[1], strip_politeness(found[2])) if found else None
