"""Names of people: dropped where they introduce, greet or sign, "someone" where they are spoken of."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_PART = r"[^\W\d_]+(?:['’](?!s\b)[^\W\d_]+|-[^\W\d_]+)*"
_ANNOUNCED = (
    r"(?:my|the) (?:(?:full|first|last) )?name(?:['’]s| is|:)|name:|me llamo|mi nombre es|ich hei(?:ß|ss)e"
    r"|mein name ist|je m['’]appelle|mi chiamo|ik heet|mijn naam is|meu nome é"
)
_PRESENTED = r"this is|i['’]?m|i am|it['’]s|here is|ich bin|je suis|soy"
_GREETED = r"hi|hello|hey|dear|thanks|thank you|regards|cheers|best|sincerely"

_INTRODUCTION = re.compile(rf"\b(?:({_ANNOUNCED})|{_PRESENTED}) (?=[^\W\d_])", re.IGNORECASE)
_GREETING = re.compile(rf"\b(?:{_GREETED})(,? )(?=[^\W\d_])", re.IGNORECASE)
_AND = re.compile(r",? (?:and|here|speaking|y|und|et)\b,? ?|[,.!] ?", re.IGNORECASE)
_CLOSED = re.compile(r"\s*(?:[,.!;]|$|(?:and|here|from|with|speaking|calling)\b)")
_DOCTOR = re.compile(r"\b(?:Dr|Doctor)\b\.? [^\W\d_a-z][\w'’-]*\w")
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Mx|Miss|Prof|Professor|Herr|Frau|Señora?|Sra?|Mme)\b\.? [^\W\d_a-z][\w'’-]*\w")
_SIGNED = re.compile(r"(?:\n|[,.!?] |- ?)(?:[-–] ?)?(?=[^\W\d_a-z][^\n,.!?]{0,60}[.!]? ?$)")
_WORD = re.compile(_PART)
_NEXT = re.compile(rf" ((?:[A-Z]\. )?{_PART})")
_COMPOUND = re.compile(
    r"\b(?:(?:San|Santa|Santo|São|St\.?|Saint|New|Port|Fort|Mount|Lake|King|Queen|Prince|Los|Las)|\w[, ] ?[A-Z]\w*) $"
)
"""Before a given name: "San Jose" is a place, "at Trader Joe's" a shop."""

_RELATION = (
    r"\b(?:friend|wife|husband|son|daughter|mother|mom|mum|father|dad|brother|sister|boss|colleague|partner|girlfriend"
    r"|boyfriend|assistant|manager|dog|cat|guest|host|cousin|aunt|uncle|client)"
)
_RELATED = re.compile(rf"{_RELATION},? $", re.IGNORECASE)
_RELATIVE = re.compile(rf"{_RELATION} (?=[a-z])")
"""Before the name of somebody who is told already: "my friend Tom" is my friend."""

_TWO = re.compile(r"[^\W\d_a-z][^\W\d_A-Z]+ [^\W\d_a-z][^\W\d_A-Z]+(?!\w)")
_OTHER = """
gold silver platinum premium prime plus pro american british german french spanish italian dutch indian chinese customer
customers new the a an not
"""
_NO_NAMES = frozenset(_OTHER.split())
_MOST = 3
"""Words of a name."""


@cache
def given_names() -> frozenset[str]:
    """Given names of many languages that are hardly ever anything else, in small letters."""
    return frozenset((Path(__file__).parent / "given_names.txt").read_text(encoding="utf-8").split())


def drop_names(text: str) -> str:
    """The text without names of people: who is introduced, greeted or signs goes, who is spoken of becomes "someone".

    Args:
        text: Anything.
    """
    text = _cut_spans(text, _INTRODUCTION, _introduction_span)
    text = _cut_spans(text, _RELATIVE, lambda found: (found.end() - 1, _name_end(found.string, found.end())))
    if text.islower():
        return text
    text = _TITLE.sub("someone", _DOCTOR.sub("a doctor", text))
    text = _cut_spans(text, _GREETING, lambda found: (found.start(1), _name_end(found.string, found.end())))
    text = _cut_spans(text, _SIGNED, _signature_span)
    return _replace_mentions(text)


def _cut_spans(text: str, pattern: re.Pattern[str], gap: Callable[[re.Match[str]], tuple[int, int]]) -> str:
    """The text without its gaps: what goes, from and to, nothing where that ends no later than the match."""
    kept, at = [], 0
    for found in pattern.finditer(text):
        start, end = gap(found)
        if found.start() >= at and end > found.end():
            kept.append(text[at:start])
            at = end
    return "".join([*kept, text[at:]])


def _introduction_span(found: re.Match[str]) -> tuple[int, int]:
    text, start = found.string, found.end()
    two = _TWO.match(text, start)
    whole = two and _CLOSED.match(text, two.end()) and not _NO_NAMES & set(two[0].lower().split())
    end = _name_end(text, start, sure=bool(found[1] or whole))
    if end > start and (after := _AND.match(text, end)):
        end = after.end()
    return found.start(), end


def _signature_span(found: re.Match[str]) -> tuple[int, int]:
    text, start = found.string, found.end()
    end = _name_end(text, start)
    return found.start(), end if re.fullmatch(r"[.!]?\s*", text[end:]) else start


def _replace_mentions(text: str) -> str:
    kept, at = [], 0
    for found in _WORD.finditer(text):
        start = found.start()
        if start >= at and found[0][0].isupper() and not _COMPOUND.search(text, max(0, start - 12), start):
            end = _name_end(text, start)
            if end > start:
                kept += (
                    [text[at:start].rstrip(" ,")] if _RELATED.search(text, at, start) else [text[at:start], "someone"]
                )
                at = end
    return "".join([*kept, text[at:]])


def _name_end(text: str, start: int, *, sure: bool = False) -> int:
    """Where the name that begins at `start` ends; `start` itself where none does.

    Args:
        text: Anything.
        start: Of a word.
        sure: Whether a name was announced, so that any word with a capital letter is one.
    """
    end, known = start, given_names()
    for count in range(_MOST):
        found = _NEXT.match(text, end) if count else _WORD.match(text, end)
        word = found[found.lastindex or 0] if found else ""
        capital = word[:1].isupper() and not word[1:2].isupper()
        if found is None or not (word.lower() in known or (capital and (count or sure))):
            break
        end = found.end()
    return end
