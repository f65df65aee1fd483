"""Speech act: one thing a user does with words (wants, asks, says), as a predicate in the third person."""

from __future__ import annotations

import re
from dataclasses import dataclass

TELLING = 2.5
"""Acts of this weight can stand for a whole turn."""

DECIDING = 5.0
"""The weight of an answer that settles what a turn is, whatever else is said in it."""

_POINTING = re.compile(
    r"\b(?:it|its|this|them|those|these|he|she|that(?! (?:they|the|is|are|was|were|has|have|will|would|can)\b))\b"
    r"|(?<!there )\bthere\b(?! (?:is|are|was|were|a|any)\b)"
    r"|(?<!another )(?<!different )(?<!new )(?<!better )(?<!bigger )(?<!smaller )(?<!larger )(?<!cheaper )(?<!newer )"
    r"\bones?\b(?! of)|\boption \w+\b|\bthe (?:first|second|third|last|other) option\b"
)
_EMPTY_WORDS = """
a about agent ahead all also an and any anything are as ask asks at back be been by can change changes check could
details did do does doing done down else everything for from get go going good got has have he help here how if in
information into is it its just know let like look made make making me more my need needs next no not now of off ok on
one ones option or out over please possible proceed provide rather right same say says see she should show so
some something take tell that the their them then there these they thing things this those through to too try up use
user very want wanted wants was way we what when where whether which who why will with would yes you
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())


@dataclass(frozen=True, slots=True)
class SpeechAct:
    """One thing a user does with words, and how much it says about what they are after."""

    predicate: str
    """In the third person, to follow the subject, such as `wants to exchange a jacket`."""
    weight: float
    """How much it says about what the user is after, 0..5; from `TELLING` on it can stand for a whole turn."""
    subject: str = "the user"
    """Who does it; "a user who …" where what was said before is needed to understand it."""
    answer: bool = False
    """Whether it only answers the agent."""

    @property
    def sentence(self) -> str:
        """The whole sentence."""
        return f"{self.subject} {self.predicate}"

    @property
    def content_count(self) -> int:
        """How many of its words say what it is about."""
        return len(self._words - _EMPTY)

    @property
    def points_back(self) -> bool:
        """Whether it points to something said before ("that one")."""
        return bool(_POINTING.search(self._topic))

    @property
    def needs_context(self) -> bool:
        """Whether it needs what was said before to be understood."""
        if self.subject != "the user":
            return False
        vague = self.content_count == 0 or (self.content_count < 6 and self.points_back)  # noqa: PLR2004 - words
        return self.answer or self.weight < TELLING or vague

    @property
    def _words(self) -> set[str]:
        return set(re.findall(r"[\w']+", self._topic))

    @property
    def _topic(self) -> str:
        return self.predicate.lower().removeprefix("says that")
