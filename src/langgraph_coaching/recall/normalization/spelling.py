"""Spelling: chat speak and slips of the fingers, written as they are meant, before a text is embedded.

"i wnat my mony bakc" is as near to nothing as any other letters are; the words it means are known.
"""

from __future__ import annotations

import re
from functools import lru_cache

from langgraph_coaching.recall.normalization.edit_distance import correct_word
from langgraph_coaching.recall.normalization.words import SLIPS, is_word

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


def correct_utterance(text: str) -> str:
    """The text with its slips mended, and with what its speaker takes back ("a latte, sorry, a tea") left out.

    Args:
        text: Of any language; words that are no known slip, and no common word with one letter missing, doubled or
            exchanged with its neighbour, stay as they are.
    """
    text = _TAKEN_BACK.sub("", _LOUD.sub(lambda found: found[0].lower(), _lower_shouting(text)))
    return correct_spelling(_LIKE.sub("I'd ", text))


@lru_cache(maxsize=256)
def correct_spelling(text: str) -> str:
    """The text with its slips mended alone, where it is English; a text of another language stays as it is.

    Remembered, since a turn is asked about more than once a call.
    """
    text = _REPEATED.sub(r"\1", _lower_shouting(text))
    words = [found for found in _WORD.findall(text) if found.isalpha()]
    if not words:
        return text
    strange = sum(not is_word(word.lower()) for word in words)
    if strange > max(1, _STRANGE * len(words)):
        return text
    return _WORD.sub(lambda found: _correct_in_case(found[0]), text)


def _lower_shouting(text: str) -> str:
    if sum(letter.isupper() for letter in text) >= _LEAST and not any(letter.islower() for letter in text):
        return text.lower()
    return text


def _correct_in_case(word: str) -> str:
    meant = SLIPS.get(word.lower())
    if meant is None:
        return correct_word(word) if _SMALL.fullmatch(word) else word
    if word.isupper() and len(word) > 1:
        return word
    return meant[0].upper() + meant[1:] if word[0].isupper() else meant
