"""The user as the subject of a sentence, by one of their acts: "a user who wants to return a kettle"."""

from __future__ import annotations

import re

from langgraph_coaching.authoring.intents.verbs import third_person_form

_ONE = {"are": "is", "have": "has", "were": "was", "do": "does", "don't": "doesn't", "haven't": "hasn't"}
_PLURAL = ("need", "want", "keep", "live", "see", "get", "like", "think", "use", "work", "feel", "hope", "seem", "own")
_AS_IT_IS = (
    r"(?:\w+ed|\w+n't|never|cannot|can|could|will|would|should|may|might|had|got|bought|lost|found|made|took|sent|gave|told"
    r"|went|came|paid|saw|left|forgot|did|no longer|just|recently|already|accidentally)"
)
_ENOUGH = 5
"""Words that tell a user apart; what follows after a comma is left out."""


def user_by_act(predicate: str) -> str | None:
    """A user by one of their acts; None where that would be no sentence.

    Args:
        predicate: What follows "the user", such as `says that they got the wrong shoes`.
    """
    if predicate.startswith(('says "', "asks:")):
        return None
    head, comma, _ = predicate.partition(", ")
    if comma and len(head.split()) >= _ENOUGH:
        predicate = head
    if found := re.match(r"says that they (\S+)\b(.*)", predicate):
        verb, rest = found.groups()
        if verb in _ONE:
            return f"a user who {_ONE[verb]}{rest}"
        if verb in _PLURAL:
            return f"a user who {third_person_form(verb)}{rest}"
        if re.fullmatch(_AS_IT_IS, verb) and not re.match(r" (?:\w+ )?(?:are|have|were|do)\b", rest):
            return f"a user who {verb}{rest}"
    if predicate.startswith("says that their "):
        return f"a user whose {predicate.removeprefix('says that their ')}"
    return f"a user who {predicate}"
