"""Correction: the word that a word with a slip of the fingers in it is likeliest to be."""

from __future__ import annotations

import re
from functools import cache
from string import ascii_lowercase

from langgraph_coaching.recall.normalization.words import common, written

_DRAWN = re.compile(r"([a-z])\1{2,}")
_LONG = 8
"""Letters from which two slips may be in one word."""

_UNLIKELY = 3
"""How much commoner a word must be to be meant where a letter is another or too many, rather than two exchanged, one
doubled or one missing."""


@cache
def corrected(word: str) -> str:
    """The word itself where it is one, or where nothing common is near it."""
    if written(word):
        return word
    # "sooo" is "so", "yesss" is "yes", "calll" is "call".
    drawn = {_DRAWN.sub(r"\1", word), _DRAWN.sub(r"\1\1", word)} & common().keys()
    if drawn and _DRAWN.search(word):
        return min(drawn, key=common().__getitem__)
    meant = _likeliest(word, near(word))
    if meant == word and len(word) >= _LONG:
        for other in _exchanged(word):
            meant = min(meant, _likeliest(word, near(other)), key=lambda found: common().get(found, len(common()) + 1))
    return meant


def _likeliest(word: str, candidates: dict[str, int]) -> str:
    known = common()
    likely = [other for other in candidates if other in known and other[0] == word[0] and len(other) > 2]  # noqa: PLR2004 - "is" is a slip of too much
    return min(likely, key=lambda other: known[other] * candidates[other], default=word)


def near(word: str) -> dict[str, int]:
    """Everything one slip away from a word, with how unlikely that slip is."""
    parts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    result = {a + letter + b[1:]: _UNLIKELY for a, b in parts if b for letter in ascii_lowercase}
    result |= {a + b[1:]: _UNLIKELY for a, b in parts if b}
    result |= dict.fromkeys(_exchanged(word), 1)
    result |= {a + letter + b: 1 for a, b in parts for letter in ascii_lowercase}
    result.pop(word, None)
    return result


def _exchanged(word: str) -> list[str]:
    """Two letters back in their order, or a doubled one once."""
    places = range(len(word) - 1)
    swapped = [word[:place] + word[place + 1] + word[place] + word[place + 2 :] for place in places]
    return swapped + [word[:place] + word[place + 1 :] for place in places if word[place] == word[place + 1]]
