"""What a user does with words: wants, asks or says something; told in the third person."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.phrases import PHRASES
from langgraph_coaching.authoring.retelling import retold
from langgraph_coaching.authoring.sentences import bare, clauses, conditional

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 22
"""Words of one act; what comes after is cut off, at a clause where there is one."""

TELLING = 2.5
"""Acts of this weight can stand for a whole turn."""

_INNER = re.compile(
    r"(?<!what )\b((?:can|could|would) you .+|is it possible .+|please .+)"
    r"|\b(?:so|that's why|because|think|guess|believe|\w ?,) (i(?:'d| would| want| need|'ll need| will need)\b .+)",
    re.IGNORECASE,
)
_SPLICE = re.compile(
    r",\s+(?=(?:i|we|you|y'all|they|it|he|she)(?:'\w+|"
    r" (?:have|has|had|am|is|are|was|were|will|would|can|do|did|don't|haven't|need|want))\b)",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"\b(?:never|no longer|cannot|can'?t|(?:won|doesn)'?t work"
    r"|(?:hasn|haven|didn)'?t (?:arrive|receive|get|work|show|been)\w*|wrong"
    r"|broken|missing|fail\w*|lost|stolen|damaged|defective|error|late|delay\w*|frustrat\w*|upset|declined|rejected|unknown|fraud\w*"
    r"|problems?|issues?|trouble|mistake\w*|accident\w*|incorrect|cancel\w*|refund\w*|unauthorized|unable|stuck"
    r"|somebody|someone|too (?:small|big|large|long|short|expensive|hard))\b",
    re.IGNORECASE,
)
_FORGOTTEN = re.compile(
    r"(?:n't|not|cannot|no) (?:\w+ )?(?:remember|recall|have|know|sure|certain)\b|forgot|no idea", re.IGNORECASE
)
_VERB = re.compile(
    r"\b(?:i'?m|i'll|we'll|am|is|are|was|were|it's|that's|there's|ha[sd]|have|do|does|did|will|would|can|could|should|got"
    r"|want|need|think|thought|said|says|keeps?|seems?|\w+ed|\w+n't|went|came|made|found|bought|sent|took|gave|told)\b",
    re.IGNORECASE,
)
_PROCEDURE = re.compile(
    r"the agent needs|asks to be told|to verify|look (?:it|me|them) up"
    r"|(?:use|try|under|at|is) (?:an email address|a phone number)|ZIP code|their name|user ?name|next steps?"
    r"|asks the agent to (?:confirm|double-check|check)(?: (?:that|it|this|again|everything|once \w+|if that's \w+))*$",
    re.IGNORECASE,
)
_GAP = re.compile(r"\b(?:an email address|a phone number|an address|a number|ZIP code)\b")
_AGREEMENT = re.compile(
    r"(?:wants|asks the agent) to (?:please )?(?:proceed|go ahead|continue|do (?:that|it|so))\b", re.IGNORECASE
)
_INVERTED = re.compile(
    r"(?:what|which|when|where|why|who|whose|how)\b|(?:have|has|had|did|does|do|is|are|was|were|will|can|could|should|would)"
    r" (?:i|we|you|they|it|the|my|there|this|that)\b",
    re.IGNORECASE,
)
_CONJUNCTIONS = ("because", "since", "so", "but", "as", "while", "and", "or")
_POINTING = re.compile(
    r"\b(?:it|its|this|them|those|these|there|he|she|that(?! (?:they|the|is|are|was|were|has|have|will|would|can)\b))\b"
    r"|(?<!another )(?<!different )(?<!a new )\bones?\b(?! of)"
)
_EMPTY_WORDS = """
a about agent ahead all also an and any are as ask asks at back be been by can change changes check could details
did do does doing done down else everything for from get go going good got has have he help here how if in
information into is it its just know let like look made make making me more my need needs no not now of off ok on
one ones option or order out over please possible proceed provide rather right same say says see she should show so
some something take tell that the their them then there these they thing things this those through to too try up use
user very want wanted wants was way we what when where whether which who why will with would yes you
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a user does with words."""

    told: str
    """In the third person, to follow "the user", such as `wants to exchange a jacket`."""
    weight: float
    """How much it says about what the user is after, 0..4; from `TELLING` on it can stand for a whole turn."""
    complete: bool = False
    """Whether what it points to is told with it."""

    @property
    def content(self) -> int:
        """How many of its words say what it is about."""
        return len(self._words - _EMPTY)

    @property
    def pointing(self) -> bool:
        """Whether it points to something said before ("that one")."""
        return bool(_POINTING.search(self._matter))

    @property
    def dependent(self) -> bool:
        """Whether it needs what was said before to be understood."""
        vague = self.content == 0 or (self.content < 6 and self.pointing)  # noqa: PLR2004 - words
        return self.weight < TELLING or (vague and not self.complete)

    @property
    def _words(self) -> set[str]:
        return set(re.findall(r"[a-z']+", self._matter))

    @property
    def _matter(self) -> str:
        return self.told.lower().removeprefix("says that")


def acts(turn: str) -> Iterator[Act]:
    """What a user does in one turn, in order; greetings and thanks are nothing.

    Args:
        turn: Scrubbed text.
    """
    for clause, question in clauses(turn):
        yield _weighed(_act(clause, question=question))


def shortened(text: str, most: int = LONGEST) -> str:
    """The text in at most so many words, cut at the end of a clause where that leaves a third of them."""
    words = text.split()
    if len(words) <= most:
        return text
    for place in range(most, most // 3, -1):
        if words[place - 1].endswith((",", ":")) or words[place] in _CONJUNCTIONS:
            return " ".join(words[:place]).rstrip(",:-")
    return " ".join(words[:most]).rstrip(",:-") + " …"


def _act(clause: str, *, question: bool, nested: bool = False) -> Act:
    if not nested and (parts := conditional(clause)):
        act = _act(parts[1], question=question, nested=True)
        if not act.told.startswith("says"):
            mark = "?" if act.told.endswith("?") else ""
            return replace(act, told=f"{act.told.removesuffix('?')} {_small(retold(parts[0]))}{mark}")
    for phrase, told in PHRASES:
        if found := phrase.fullmatch(_SPLICE.split(clause)[0]):
            caught = [_small(group) if group else "" for group in found.groups()]
            return Act(shortened(retold(told(*caught))), 4)
    inner = _INNER.search(clause)
    if inner and not nested and len(said := bare(inner[1] or inner[2])) < len(clause):
        return _act(said, question=question, nested=True)
    retelling = shortened(_small(retold(clause)))
    inverted = _INVERTED.match(clause)
    if inverted or (question and not _TROUBLE.search(clause)):
        return Act(f"asks: {retelling}?", 3 if _VERB.search(clause) else 1)
    if _VERB.search(clause):
        return Act(f"says that {retelling}", _weight(clause))
    return Act(f'says "{shortened(clause)}"', 0.5)


def _weight(statement: str) -> float:
    if _FORGOTTEN.search(statement):
        return 1.2
    return 3 if _TROUBLE.search(statement) else 1.5


def _weighed(act: Act) -> Act:
    if _AGREEMENT.match(act.told):
        return Act("agrees", 1.1)
    if act.content == 0:
        return replace(act, weight=0.4)
    if _PROCEDURE.search(act.told):
        return replace(act, weight=min(act.weight, 1.2))
    if act.told.startswith("says") and _GAP.search(act.told):
        return replace(act, weight=0.5)
    return replace(act, weight=act.weight - 0.5) if act.content == 1 and act.weight > TELLING else act


def _small(text: str) -> str:
    """The text with a small first letter, unless its first word is written in capitals."""
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if first[1:] == first[1:].lower() and first != "I" else text
