"""Chat speak and slips of the fingers, written as they are meant: before a text is embedded, and before it is read.

"i wnat my mony bakc" is as near to nothing as any other letters are; the words it means are known.
"""

from __future__ import annotations

import re

from langgraph_coaching.recall.normalization.correction import corrected
from langgraph_coaching.recall.normalization.words import SLIPS, written

_WORD = re.compile(r"(?<![\w'@/.-])[^\W_]+(?![\w'@/-]|\.\w)")
_LIKE = re.compile(r"\bid (?=(?:like|love|prefer|rather)\b)", re.IGNORECASE)
_LOUD = re.compile(r"\b(?:ALL|NOT|ANY|NO|ONLY|VERY|NEVER|PLEASE|NOW|EVERY|BOTH|EXACTLY|DO|DON'T|CAN'T|WHY|WHAT|HOW)\b")
_TAKEN_BACK = re.compile(
    r"\b(?:an?|the|one|two|\d) [^,.!?\n]{1,40}, (?:sorry|i mean|no wait|wait|no|or rather|actually),? "
    r"(?=(?:an?|the|one|two|\d) )",
    re.IGNORECASE,
)
_REPEATED = re.compile(r"([!?.,])\1+")
_SMALL = re.compile("[a-z]{4,}")
_LEAST = 12
"""Letters from which a text without a small one is shouted."""

_STRANGE = 0.6
"""Share of words that are unknown from which a text is of another language, or none, and stays as it is."""


def spelled(text: str) -> str:
    """The text with its slips mended, and with what its speaker takes back ("a latte, sorry, a tea") left out.

    Args:
        text: Of any language; words that are no known slip, and no common word with one letter missing, doubled or
            exchanged with its neighbour, stay as they are.
    """
    text = _TAKEN_BACK.sub("", _LOUD.sub(lambda found: found[0].lower(), _quiet(text)))
    return mended(_LIKE.sub("I'd ", text))


def mended(text: str) -> str:
    """The text with its slips mended alone, where it is English; a text of another language stays as it is."""
    text = _REPEATED.sub(r"\1", _quiet(text))
    words = [found for found in _WORD.findall(text) if found.isalpha()]
    if not words:
        return text
    strange = sum(not written(word.lower()) for word in words)
    if strange > max(1, _STRANGE * len(words)):
        return text
    return _WORD.sub(lambda found: _mended(found[0]), text)


def _quiet(text: str) -> str:
    if sum(letter.isupper() for letter in text) >= _LEAST and not any(letter.islower() for letter in text):
        return text.lower()
    return text


def _mended(word: str) -> str:
    meant = SLIPS.get(word.lower())
    if meant is None:
        return corrected(word) if _SMALL.fullmatch(word) else word
    if word.isupper() and len(word) > 1:
        return word
    return meant[0].upper() + meant[1:] if word[0].isupper() else meant
