"""Negation: what a speaker says they do not want is dropped where they also say what they do want.

"I'm not asking for a refund, only where it is" is about where it is, though nearly all of its words are of a refund.
A wish that has a negation in it ("it still hasn't come", "I can't get in") is none of these. English alone.
"""

from __future__ import annotations

import re
from functools import lru_cache

from langgraph_coaching.recall.normalization.spelling import correct_spelling

_REST = r"(?:(?!\b(?:but|just|only|instead|rather)\b|\.(?:\s|$))[^,;:!?\n\u2014])*"
_NOT = r"(?:do not|don['\u2019]?t|did not|didn['\u2019]?t|will not|won['\u2019]?t|would not|wouldn['\u2019]?t|never)"
_START = r"(?:(?<=^)|(?<=[,.;:!?\n\u2014] )|(?<=\bplease )|(?<=\band )|(?<=\bbut )|(?<=\bso ))"
_MUCH = r"(?:really |actually |even )?"
_ASKING = r"(?:asking|looking|trying|complaining|reporting|calling|interested|requesting|disputing|planning|going)"
_GO_ON = (
    r"(?! (?:to )?(?:continue|keep|stay|renew|go on|extend|carry|hold|stick|pay|wait|lose|use|receive|get|be|have|miss"
    r"|risk|live|hear|see)\b)(?![^,.;:!?\n]*\b(?:any ?more|any longer|again)\b)"
)
"""What follows "I don't want" where something shall end or be avoided: that is a wish."""

_NO_WISH = (
    r"(?:you|i|we|they|he|she|know|understand|get|see|have|think|work|remember|like|mind|forget|let|worry|even|really"
    r"|recogni[sz]e|find|receive|feel|seem|appear|exist|match)"
)
"""What follows "don't" where no one is told not to do something."""

_NEGATED = re.compile(
    rf"(?i)(?:\b(?:i|we)(?: am| are|['\u2019]?m|['\u2019]re) {_MUCH}not {_MUCH}(?:here|after|{_ASKING})\b{_REST}"
    rf"|\b(?:i|we) {_NOT} {_MUCH}(?:want|wish|need|mean|intend|ask|require|expect)\b{_GO_ON}{_REST}"
    rf"|\b(?:there is |there['\u2019]s )?(?:no need|not necessary|no reason) (?:to|for)\b{_REST}"
    rf"|\b(?:it|this|that)(?: is|['\u2019]s) not about\b{_REST}"
    rf"|\b(?:it|this|that) (?:isn['\u2019]?t|is not) about\b{_REST}"
    rf"|\bnot (?:asking|looking|complaining|reporting|interested)\b{_REST}"
    rf"|{_START}(?:please )?(?:do not|don['\u2019]?t|never) (?!{_NO_WISH}\b)[a-z]+\b{_REST}(?: please)?)"
)
_FEWEST = 3
"""Words that must be left for the rest to be what is wanted."""

_WISH = re.compile(
    r"(?i)\?|\b(?:want|need|like|love|wonder(?:ing)?|looking|just|only|instead|rather|could|can|would|how|what|when"
    r"|where|which|who|why|please|tell|send|give|show)\b"
)
"""What a rest has in it that says what is wanted."""

_LOOSE = re.compile(r"^[\s,.;:!?\u2014-]+|[\s,;:\u2014]+(?=[,.;:!?\u2014])")
_JOIN = re.compile(r"(?i)^(?:and|but|so|just|only|rather|instead|please)\b[\s,]*")


def drop_unwanted(text: str) -> str:
    """The text without what its speaker does not want; the text itself where they do not say what they want instead."""
    rest = _without_negated(text)
    said = len(re.findall(r"\w+", rest)) >= _FEWEST and _WISH.search(rest)
    return rest if said else text


def is_unwanted_only(text: str) -> bool:
    """Whether what is not wanted is all that is said."""
    return len(re.findall(r"\w+", _without_negated(text))) < min(_FEWEST, len(re.findall(r"\w+", text)))


@lru_cache(maxsize=256)
def takes_back(turn: str) -> bool:
    """The same of a turn as it was typed; remembered, since it is asked more than once a call."""
    return is_unwanted_only(correct_spelling(turn))


def _without_negated(text: str) -> str:
    rest = _NEGATED.sub("", text)
    return text if rest == text else _JOIN.sub("", _LOOSE.sub("", rest)).strip()
