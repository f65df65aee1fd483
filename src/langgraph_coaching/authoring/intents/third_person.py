"""First person to third: "I'd like my money back" becomes "they would like their money back"."""

from __future__ import annotations

import re

from langgraph_coaching.authoring.intents.verbs import third_person_form

_YOU = r"\byou(?: guys| folks| all)?"
_HELPING = r"(?:can|could|will|would|should|might|may|must|did|let|make|help)(?:n't|'t)?"
_VERBS = (
    "accept allow ask carry charge expect find get give keep know list make mention need offer provide pull recommend"
    " require say see sell send ship show suggest support take tell think use want"
).replace(" ", "|")

_NO_VERB = (
    "can|could|will|would|should|may|might|must|cannot|did|was|had|is|are|and|or|to|for|not|never|also|just|really|already"
    "|still|always|ever|then|in|on|at|with|as|\\w+ed|\\w+ly|said|told|sent|made|gave|got|found|took"
)
_QUOTED = re.compile(r"(\"[^\"]*\"|(?<!\w)'[^']+'(?!\w))")

_RULES = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        (r"\bI'?m\b|\bI am\b|\bwe're\b|\bwe are\b", "they are"),
        (r"\bI was\b", "they were"),
        (r"\bI wasn't\b", "they were not"),
        (r"\b(?:am) I\b", "are they"),
        (r"\bI am\b|\bI'm\b", "they are"),
        (r"\b(I|we) (have|had|do|don't|want|need)\b", r"they \2"),
        (r"\bare you\b", "is the agent"),
        (r"\byou guys\b|\byou folks\b|\by'all\b", "you"),
        (r"\bwas I\b", "were they"),
        (r"\bI've\b|\bwe've\b", "they have"),
        (r"\b(?:I|we)'d(?= better\b)", "they had"),
        (r"\b(?:I|we)'d\b", "they would"),
        (r"\b(?:I|we)'ll\b", "they will"),
        (r"\bcan'?t\b", "cannot"),
        (r"\b(?:my|our) own\b", "their own"),
        (r"\bmyself\b|\bourselves\b", "themselves"),
        (r"\bmy\b|\bour\b", "their"),
        (r"\bmine\b|\bours\b", "theirs"),
        (r"\b(?:I|we)\b", "they"),
        (r"\bme\b|(?<!the )\b(?-i:us)\b", "them"),
        # The other side of the conversation.
        (r"\bdo(n't)? you\b(?: guys| folks| all)?", r"does\1 the agent"),
        (rf"\b({_HELPING}) you\b(?: guys| folks| all)?", r"\1 the agent"),
        (rf"{_YOU}(?:'re| are)\b", "the agent is"),
        (rf"{_YOU}(?:'ve| have)\b", "the agent has"),
        (rf"{_YOU}'d\b", "the agent would"),
        (rf"{_YOU}'ll\b", "the agent will"),
        (rf"{_YOU} were\b", "the agent was"),
        (rf"{_YOU} do(n't| not)?\b", r"the agent does\1"),
        (rf"{_YOU} ({_VERBS})\b", r"the agent \1s"),
        (
            rf"\b(once|when|if|after|before|until|as|what|how|which|that|where) {_YOU} (?!{_NO_VERB}\b)([a-z]+)\b",
            lambda found: f"{found[1]} the agent {third_person_form(found[2])}",
        ),
        (rf"\byourself\b|{_YOU}\b", "the agent"),
        (r"\byours\b", "the agent's"),
        (r"\byour\b", "the"),
    )
)


def to_third_person(text: str) -> str:
    """The text in the third person.

    Args:
        text: What somebody says.

    Returns:
        The same with "they" for the speaker and "the agent" for whoever is spoken to; quotations stay as they are.
    """
    parts = _QUOTED.split(text)
    for pattern, replacement in _RULES:
        parts[::2] = [pattern.sub(replacement, part) for part in parts[::2]]
    return "".join(parts)
