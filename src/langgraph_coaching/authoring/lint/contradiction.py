"""Contradiction: of two instructions in words, whether one forbids what the other asks for."""

from __future__ import annotations

import re

_NEGATED = re.compile(
    r"(?i)\b(?:never|do\s+not|don['\u2019]?t|must\s+not|mustn['\u2019]?t|should\s+not|shouldn['\u2019]?t|may\s+not|cannot|can\s+not"
    r"|can['\u2019]?t|will\s+not|won['\u2019]?t|(?:are|is)\s+not(?:\s+allowed)?(?:\s+to)?|(?:is|are)n['\u2019]?t|no\s+longer|refuse\s+to|refuse|decline\s+to|decline"
    r"|avoid|without|instead\s+of|rather\s+than|not|no)\b(?P<rest>[^.!?;:,\n]*?)(?=[.!?;:,\n]|\bbut\b|\binstead\b(?!\s+of)|\band\s+(?:then\s+)?(?:offer|ask|give|tell|say|send|use)\b|$)"
)
_QUANTITY = re.compile(r"(?i)(\d+(?:[.,]\d+)?)\s*(%|percent|[a-z]+)|([$€£])\s*(\d+(?:[.,]\d+)?)")
_WORD = re.compile(r"[a-z]{2,}")
_SAID_ANYWAY = """
the an and or of to for in on at by with from that this it its their they them you your is are be been was were will
would can could may might should must do does did have has had if when then so as about into any all also please only
just always first before after there customer customers user users client person people caller guest passenger let
know tell say not never we our us out up make sure ever
"""
_IDLE = frozenset(_SAID_ANYWAY.split())
_PAIRS = """
approve/deny approve/reject allow/refuse accept/reject accept/decline allow/forbid free/charge free/paid formal/informal
formal/casual include/exclude enable/disable mandatory/optional required/optional short/long possible/impossible
before/after grant/deny grant/refuse waive/charge allow/deny refund/exchange immediately/later offer/refuse
morning/evening
"""
_OPPOSITES = [tuple(pair.split("/")) for pair in _PAIRS.split()]
_MOST_OF = 0.6
"""Share of what one forbids that the other must ask for."""

_ALIKE = 0.4
"""Share of common words from which two instructions are about the same."""


def contradict(one: str, other: str) -> bool:
    """Whether two instructions cannot both be followed, as far as their words tell."""
    return (
        _forbids(one, other)
        or _forbids(other, one)
        or _differs_in_quantity(one, other)
        or _says_the_opposite(one, other)
    )


def _forbids(one: str, other: str) -> bool:
    """Whether the first forbids what the second asks for."""
    asked = _stems(_NEGATED.sub(" ", other))
    for found in _NEGATED.finditer(one):
        forbidden = _stems(found["rest"])
        shared = forbidden & asked
        if forbidden and len(shared) >= max(_MOST_OF * len(forbidden), min(2, len(forbidden))):
            return True
    return False


def _differs_in_quantity(one: str, other: str) -> bool:
    mine, theirs = _quantities(one), _quantities(other)
    differing = any(not mine[unit] & theirs[unit] for unit in mine.keys() & theirs.keys())
    return differing and _likeness(_QUANTITY.sub(" ", one), _QUANTITY.sub(" ", other)) >= _ALIKE


def _quantities(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for number, unit, sign, amount in _QUANTITY.findall(text):
        found.setdefault(sign or _stem(unit.casefold()), set()).add(number or amount)
    return found


def _says_the_opposite(one: str, other: str) -> bool:
    mine, theirs = _stems(one, idle=False), _stems(other, idle=False)
    for pair in _OPPOSITES:
        for word, opposite in (pair, pair[::-1]):
            said, said_not = _stem(word), _stem(opposite)
            if said in mine - theirs and said_not in theirs - mine:
                rest, others = mine - {said, said_not}, theirs - {said, said_not}
                if len(rest & others) >= _ALIKE * max(1, len(rest | others)):
                    return True
    return False


def _likeness(one: str, other: str) -> float:
    mine, theirs = _stems(one), _stems(other)
    return len(mine & theirs) / max(1, len(mine | theirs))


def _stems(text: str, *, idle: bool = True) -> set[str]:
    words = _WORD.findall(text.casefold())
    return {_stem(word) for word in words if not (idle and word in _IDLE)}


def _stem(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):  # noqa: PLR2004 - a word that has a stem
        return word[:-3] + "y"
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:  # noqa: PLR2004 - a stem
            return word[: -len(ending)]
    return word
