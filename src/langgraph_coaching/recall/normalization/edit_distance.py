"""Edit distance: a word with a slip in it is the commonest word that is one edit away."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from string import ascii_lowercase

from langgraph_coaching.recall.normalization.words import common_words, is_word

_DRAWN = re.compile(r"([a-z])\1{2,}")
_LONG = 8
"""Letters from which two slips may be in one word."""

_UNLIKELY = 3
"""How much commoner a word must be to be meant where a letter is another or too many, rather than two exchanged, one
doubled or one missing."""


@cache
def _longest() -> int:
    """Letters of the longest word that another can be meant to be, with two slips in it."""
    return max(map(len, common_words())) + 2


@lru_cache(16_384)
def correct_word(word: str) -> str:
    """The word itself where it is one, or where nothing common is near it."""
    if is_word(word):
        return word
    # "sooo" is "so", "yesss" is "yes", "calll" is "call".
    drawn = {_DRAWN.sub(r"\1", word), _DRAWN.sub(r"\1\1", word)} & common_words().keys()
    if drawn and _DRAWN.search(word):
        return min(drawn, key=common_words().__getitem__)
    if len(word) > _longest():  # what is one edit away of 1,500 letters is 80,000 texts of as many
        return word
    meant = _likeliest(word, single_edits(word))
    if meant == word and len(word) >= _LONG:
        for other in _transpositions(word):
            meant = min(
                meant,
                _likeliest(word, single_edits(other)),
                key=lambda found: common_words().get(found, len(common_words()) + 1),
            )
    return meant


def _likeliest(word: str, candidates: dict[str, int]) -> str:
    known = common_words()
    likely = [other for other in candidates if other in known and other[0] == word[0] and len(other) > 2]  # noqa: PLR2004 - "is" is a slip of too much
    return min(likely, key=lambda other: known[other] * candidates[other], default=word)


def single_edits(word: str) -> dict[str, int]:
    """Everything one slip away from a word, with how unlikely that slip is."""
    parts = [(word[:cut], word[cut:]) for cut in range(len(word) + 1)]
    result = {a + letter + b[1:]: _UNLIKELY for a, b in parts if b for letter in ascii_lowercase}
    result |= {a + b[1:]: _UNLIKELY for a, b in parts if b}
    result |= dict.fromkeys(_transpositions(word), 1)
    result |= {a + letter + b: 1 for a, b in parts for letter in ascii_lowercase}
    result.pop(word, None)
    return result


def _transpositions(word: str) -> list[str]:
    """Two letters back in their order, or a doubled one once."""
    cuts = range(len(word) - 1)
    swapped = [word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :] for cut in cuts]
    return swapped + [word[:cut] + word[cut + 1 :] for cut in cuts if word[cut] == word[cut + 1]]
