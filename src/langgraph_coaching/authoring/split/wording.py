"""Wording: the intent of a coaching from what a prompt says, by rules for English."""

from __future__ import annotations

import re
from collections import Counter

from langgraph_coaching.authoring.split.condition import PERSON, Condition
from langgraph_coaching.coaching.one_line import cut_line
from langgraph_coaching.coaching.validation import INTENT_LIMIT

_PEOPLE = re.compile(
    r"(?i)\b(user|customer|client|guest|caller|visitor|member|travell?er|passenger|patient|student)s?\b"
)
_AUXILIARY = re.compile(r"\b(has|have|is|are|was|were|can|does|do|will|may)\b(?!\s+not\b)")
_BARE_VERB = re.compile(rf"(?i)^((?:an?|the|any)?\s*(?:\w+\s+){{0,2}}?{PERSON})\s+([a-z]+)\b")
_ENDS_IN_ES = ("s", "sh", "ch", "x", "z", "o")
_IRREGULAR = {"have": "has", "be": "is", "do": "does", "go": "goes"}


def person_in(text: str) -> str:
    """What a prompt calls those whom the agent talks to: `user`, where it does not say."""
    counts = Counter(one.lower() for one in _PEOPLE.findall(text))
    return counts.most_common(1)[0][0] if counts else "user"


def word_condition(condition: Condition, person: str) -> str:
    """The intent that a condition says.

    Args:
        condition: What was found.
        person: Whom the agent talks to.
    """
    said = condition.words.strip(" .,;:")
    if condition.opening == "should":
        said = _BARE_VERB.sub(_conjugate, said, count=1)
    elif condition.opening.endswith("of"):
        said = f"there is {said}"
    elif condition.opening == "unless" and not condition.sure:
        said = f"it matters whether {said}"
    elif condition.opening == "unless":
        denied = _AUXILIARY.sub(r"\1 not", said, count=1)
        said = denied if denied != said else f"it is not so that {said}"
    if re.match(r"(?i)(?:you(?:'re| are| get)? )?(?:being )?asked\b", said):
        said = re.sub(r"(?i)^(?:you(?:'re| are| get)? )?(?:being )?asked\b", f"a {person} asks", said)
    return cut_line(_lower_first(said), INTENT_LIMIT)


def word_title(title: str, person: str, *, verb: bool) -> str:
    """The intent that a heading says.

    Args:
        title: In plain words.
        person: Whom the agent talks to.
        verb: Whether it begins with what they want to do.
    """
    said = re.sub(r"(?i)^(?:handling|dealing with|managing|processing)\s+", "", title).strip()
    if found := re.match(r"(?i)(?:if|when(?:ever)?|in case of|in case|for|should)\s+(.+)", said):
        return cut_line(_lower_first(found[1]), INTENT_LIMIT)
    if verb:
        first, *rest = _lower_first(said).split()
        singular = rest and not rest[-1].endswith("s") and not re.match(r"(?i)(?:the|an?|your|my|and|or|to)$", rest[0])
        article = [("an" if rest[0][0].lower() in "aeiou" else "a")] if singular else []
        return cut_line(f"a {person} wants to " + " ".join([first, *article, *map(_lower_first, rest)]), INTENT_LIMIT)
    return cut_line(f"a {person} asks about {' '.join(map(_lower_first, said.split()))}", INTENT_LIMIT)


def _conjugate(found: re.Match[str]) -> str:
    """Whoever "should" do something does it."""
    many = re.search(r"(?i)(?:\b(?:they|people|those)|s)$", found[1])
    return found[0] if many else f"{found[1]} {_third_person(found[2])}"


def _third_person(verb: str) -> str:
    low = verb.lower()
    if low in _IRREGULAR:
        return _IRREGULAR[low]
    if low.endswith("y") and low[-2:-1] not in "aeiou":
        return f"{low[:-1]}ies"
    return low + ("es" if low.endswith(_ENDS_IN_ES) else "s")


def _lower_first(text: str) -> str:
    word = re.match(r"\w+", text)
    return text if word is None or (len(word[0]) > 1 and not word[0][1:].islower()) else text[:1].lower() + text[1:]
