"""A proposal: one text that a model suggests for a coaching, made fit to be kept, or left out."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING

from langgraph_coaching.coaching.model import Example
from langgraph_coaching.coaching.validation import quote_text
from langgraph_coaching.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LONGEST = 240
"""Characters of a proposal: what one person says at once."""

PHRASINGS, NEAR_MISSES = 16, 8
"""Most that are taken from one answer; about 12 and 6 are asked for, and a small model may not find its end."""

_LEAST = 2
"""Letters that are more than a slip."""

_TYPO = 0.8
"""Similarity of two words from which one is the other with a slip; "increase" and "decrease" have 0.75."""

_EMPTY = """
a am an are can could for hello hey hi i im is it just me my of ok our plz please pls so thank thanks that the this thx
to us we would you your
"""
_FILLERS = frozenset(_EMPTY.split())
"""Words that change nothing about what is wanted. "Not", "did" and "from" do."""

_APOSTROPHES = re.compile("['\u2019\u2018`]")
_WORDS = re.compile(r"[^\W\d_]+")
_MARK = re.compile(r"^\s*(?:(?:[-*\u2022\u2013]|\(?\d{1,2}[.)])\s+)+")
_KIND = (
    r"(?:very |more |quite )?(?:short|brief|long|longer|typos?|with typos?|misspel\w*|indirect|direct|emotional|upset"
    r"|angry|frustrated|polite|formal|informal|casual|slang|simple|other words|different (?:words|vocabulary)"
    r"|two (?:questions|in one))"
)
_HEADING = re.compile(rf"^\W*{_KIND}\b[^:\"\u201c]{{0,30}}:\s+", re.IGNORECASE)
_ASIDE = re.compile(rf"\s*[(\[]{_KIND}\b[^)\]]{{0,40}}[)\]]\s*$", re.IGNORECASE)
_QUOTED = re.compile('^["\u201c\u201e](.+?)["\u201d\u201c](?:\\s*[-\u2013\u2014(,].*)?$')
_GAP = re.compile(r"\s*#?(?:\[[^\]]{1,40}\]|<[^>]{1,40}>|\{[^}]{1,40}\}|\b[Xx]{3,}\b)")
_TOLD = re.compile(
    r"^(?:the|an?) (?:user|customer|client|caller|person)s? (?:asks?|wants?|is|are|was|has|says?|needs?|would|wishes"
    r"|reports?|requests?|inquires?|complains?|tries|expresses|mentions|does|cannot|can)\b",
    re.IGNORECASE,
)
_SCRAPS = re.compile('^[\\[{]|["\u201d]\\s*:|:$')
_CODE = re.compile(r"#?\b(?=\w*\d)\w{4,}\b")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A phrasing or near miss that is suggested for a coaching; a person keeps it, changes it or drops it."""

    text: str
    """What somebody might say."""
    applies: bool = True
    """True for a phrasing ("also here"), False for a near miss ("never here")."""
    language: str | None = None
    """The language it was asked for in; None for the conversation's own."""

    @property
    def example(self) -> Example:
        """The example it becomes when it is saved."""
        return Example(text=self.text, applies=self.applies, origin="proposed")


def admit_proposals(
    phrasings: Iterable[str],
    near_misses: Iterable[str],
    *,
    own: Sequence[str],
    never: Sequence[str],
    codes: frozenset[str] = frozenset(),
    language: str | None = None,
) -> list[Proposal]:
    """The proposals in an answer that are of use: clean, new, and in no contradiction to what is known.

    Args:
        phrasings: Texts where the coaching would apply.
        near_misses: Texts where it would not.
        own: The coaching's intent, and texts where it is known to apply, its source among them.
        never: Texts where it is known not to apply.
        codes: Of `codes_in`: numbers of the conversation, which belong to one person and are taken out.
        language: The language that was asked for.

    Returns:
        The phrasings, then the near misses.
    """
    known = [*own, *never]
    found: list[Proposal] = []
    for texts, applies, most in ((phrasings, True, PHRASINGS), (near_misses, False, NEAR_MISSES)):
        taken = 0
        for text in _usable_texts(texts, codes):
            # What is said of it already is no news; the opposite of what is said of it is no proposal.
            if taken < most and not any(are_alike(text, other) for other in known):
                known.append(text)
                found.append(Proposal(text, applies, language))
                taken += 1
    return found


def _usable_texts(texts: Iterable[str], codes: frozenset[str]) -> Iterator[str]:
    for text in texts:
        said = remove_codes(tidy_text(text), codes)
        letters = sum(character.isalpha() for character in said)
        if letters >= _LEAST and len(said) <= LONGEST and not _TOLD.match(said) and not _SCRAPS.search(said):
            yield said


def tidy_text(text: str) -> str:
    """The words alone: one line, without list marks, quotes, labels ("Short: …") and gaps such as [order number]."""
    said = _MARK.sub("", " ".join(quote_text(text[: 4 * LONGEST], 4 * LONGEST).split())).replace("**", "")
    said = _HEADING.sub("", said.strip())
    if found := _QUOTED.match(said):
        said = found[1]
    said = _GAP.sub("", _ASIDE.sub("", said))
    return said.strip(' \t"\u201c\u201d\u201e,').strip()


def codes_in(texts: Iterable[str]) -> frozenset[str]:
    """The numbers in texts, as `remove_codes` takes them out: of orders, flights and the like, not "404"."""
    return frozenset(code.lstrip("#").casefold() for text in texts for code in _CODE.findall(text))


def remove_codes(text: str, codes: frozenset[str]) -> str:
    """The text without these numbers."""
    said = _CODE.sub(lambda code: "" if code[0].lstrip("#").casefold() in codes else code[0], text)
    return text if said == text else re.sub(r"\s+([?!.,;]|$)", r"\1", " ".join(said.split()))


def are_alike(first: str, second: str) -> bool:
    """Whether two texts say the same, but for slips, numbers, politeness and the order of the words."""
    ones, others = _words_of(first), _words_of(second)
    if ones == others:
        return bool(ones) or first.strip() == second.strip()
    matter, rest = _content_words(ones), _content_words(others)
    if not matter or len(matter) != len(rest):
        return False
    for word in matter:
        match = next((other for other in rest if other == word), None)
        match = match or next((other for other in rest if _is_slip(word, other)), None)
        if match is None:
            return False
        rest.remove(match)
    return True


@lru_cache(maxsize=8_192)
def _words_of(text: str) -> tuple[str, ...]:
    plain = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text).casefold())
    return tuple(_WORDS.findall(plain))


def _content_words(words: tuple[str, ...]) -> list[str]:
    return [word for word in words if word not in _FILLERS]


def _is_slip(first: str, second: str) -> bool:
    return first.isascii() and second.isascii() and SequenceMatcher(None, first, second).ratio() >= _TYPO


def find_said_alike(texts: Sequence[str], others: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Of texts, those that somebody else says in the same words, with who does.

    Args:
        texts: What is looked for.
        others: Pairs of a text and its name; any number of them.
    """
    wanted: dict[tuple[str, ...], list[str]] = {}
    for text in texts:
        wanted.setdefault(_words_of(text), []).append(text)
    named = ((mine, name) for other, name in others for mine in wanted.get(_words_of(other), ()))
    found: dict[str, str] = {}
    for mine, name in named:
        found.setdefault(mine, name)
    return found


def find_proposal(proposals: Sequence[Proposal], proposal: Proposal | str | int) -> int:
    """The index of a proposal that is named by itself, by its text or by its index.

    Raises:
        NotFoundError: There is no such proposal.
    """
    for index, one in enumerate(proposals):
        if proposal in (one, one.text) or (type(proposal) is int and proposal == index):
            return index
    count = len(proposals)
    there = f"there are {count}, 0 to {count - 1}" if count else "there are none; draft.propose(model) asks for some"
    raise NotFoundError(f"no proposal {proposal!r}: {there}")
