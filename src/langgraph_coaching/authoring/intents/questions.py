"""Direct questions to indirect ones: "what time is the appointment" becomes "what time the appointment is"."""

from __future__ import annotations

import re

from langgraph_coaching.authoring.intents.verbs import past_tense, third_person_form

_WH = (
    r"(?:how (?:much|many|long|often|soon|far|big|old|late|early|fast)(?: \w+){0,3}?|(?:what|which"
    r"|whose)(?: [\w'-]+){0,4}?"
    r"|when|where|why|who|how)"
)
_PRONOUN = (
    r"(?:i|you|we|they|he|she|it|this|that|these|those|there|someone|somebody|anyone|anybody|everything|everyone|nothing"
    r"|one)"
)
_OWNED = r"(?:my|your|the|our|their|his|her|its|this|that|these|those|an?|any|all|some|both|each)"
_NOUN = (
    r"(?!(?:not|been|being|still|already|going|so|to|too|in|on|at|from|with|for|by|out|back|here|there|now)\b)[\w'-]+"
)
_SUBJECT = rf"(?:{_PRONOUN}(?:'s)?|{_OWNED}(?: {_NOUN}){{1,4}}(?: of {_OWNED}(?: {_NOUN}){{1,3}})?)"
_SHORT_SUBJECT = rf"(?:{_PRONOUN}|{_OWNED}(?: {_NOUN}){{1,3}}?)"
_BE = r"(?:is|are|was|were|isn't|aren't|wasn't|weren't|am)"
_AUXILIARY = rf"(?:{_BE}|can|could|will|would|should|might|must|may|has|have|had|can't|won't|hasn't|haven't|shouldn't)"
_MODALS = r"(?:can|could|will|would|should|might|must|may|has|have|had|can't|won't|hasn't|haven't|shouldn't)"
_DO = r"(?:do|does|did|don't|doesn't|didn't)"
_VERBS = (
    "accept affect allow apply arrive ask become begin bring buy call cancel change charge check close come"
    " contain cost"
    " count cover deliver do end expire fall find fit get give go happen have help hold include keep know last"
    " leave let"
    " look lose make match matter mean need offer open own pay process provide reach receive refund remain require"
    " return"
    " run say see seem sell send serve ship show sound start stay stop support take think treat turn use wait want work"
    " cause compare compete differ earn enter exist fail fly fulfil land qualify sit stand state stock visit weigh"
).replace(" ", "|")
_PREDICATE = (
    r"(?:not|been|being|still|already|going|so|to|too|in|on|at|from|with|for|by|out|back|here|there|now|like|available|free"
    r"|open|closed|late|ready|wrong|different|better|due|possible|supposed|only|cheaper|safe|good|worth|able|\w+ed|\w+ing"
    r"|sent|made|done|found|paid|taken|given|shown|stolen|lost|left|gone|broken|sold|put|set|held)"
)

_FAR = 7
"""Words of a subject after which a verb is lost."""


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


_YES_OR_NO = _compile(
    rf"({_AUXILIARY}) ({_PRONOUN}) (.+)|({_BE}|has|have) ({_SHORT_SUBJECT}) (.+)"
    rf"|({_MODALS}) ({_SHORT_SUBJECT}) ((?:be|{_VERBS})\b.*)|({_MODALS}) ({_OWNED} {_NOUN}) (.+)"
)
_BE_PREDICATE = _compile(rf"({_WH}) ({_BE}|has|have) ({_OWNED}(?: {_NOUN}){{1,3}}?)( {_PREDICATE}\b.*)")
_BE_ALONE = _compile(rf"({_WH})(?:'s| ({_BE})) ({_SUBJECT})")
_BE_PRONOUN = _compile(rf"({_WH})(?:'s| ({_BE})) ({_PRONOUN})\b(.*)")
_MODAL = _compile(rf"({_WH}) ({_MODALS}) ({_SHORT_SUBJECT})( .+)")
_DONE = _compile(rf"(?:({_WH}) )?({_DO}) ({_PRONOUN}|(?:{_OWNED} )?(?:{_NOUN} ?){{1,4}}?) ?\b({_VERBS})\b(.*)")
_DONE_BY = _compile(rf"(?:({_WH}) )?({_DO}) ({_PRONOUN}) ([a-z]+)(.*)")
_AS_SAID = _compile(
    rf"(?:who|what|which(?: [\w'-]+){{0,3}}?|how many(?: [\w'-]+){{0,3}}?)(?:'s)? (?!{_DO}\b)[a-z'-]+\b.*"
)
_WHAT_BE = _compile(r"(what)(?:'s| (is|are|was|were)) ((?!going\b|wrong\b|up\b)[\w'-]+(?: [\w'-]+)?)")
_STARTS_INVERTED = _compile(rf"(?:.*? )?(?:{_AUXILIARY}|{_DO}) (?:{_PRONOUN}|{_OWNED})\b.*")


def indirect_question(question: str) -> str | None:
    """The question as it follows "asks", still in the first person; None where its parts are not clear.

    Args:
        question: One clause without its question mark.
    """
    if found := _DONE_BY.fullmatch(question) or _DONE.fullmatch(question):
        return _tell_do_question(*found.groups())
    if found := _YES_OR_NO.fullmatch(question):
        verb, subject, rest = (part for part in found.groups() if part)
        return f"whether {subject} {verb.lower()} {rest}"
    if (found := _BE_ALONE.fullmatch(question)) and len(found[3].split()) > _FAR:
        return None
    for turned in (_BE_PREDICATE, _BE_ALONE, _BE_PRONOUN, _WHAT_BE, _MODAL):
        if found := turned.fullmatch(question):
            wh, verb, subject, *rest = found.groups()
            return f"{wh} {subject} {verb or 'is'}{''.join(rest)}"
    return question if _AS_SAID.fullmatch(question) and not _STARTS_INVERTED.fullmatch(question) else None


def _tell_do_question(wh: str | None, helping: str, subject: str, verb: str, rest: str) -> str:
    helping, subject, verb = helping.lower(), subject.strip(), verb.lower()
    lead = wh or "whether"
    many = subject.lower() in ("i", "we", "they", "these", "those")
    if helping.endswith("n't"):
        return f"{lead} {subject} {helping} {verb}{rest}"
    if helping == "did":
        return f"{lead} {subject} {past_tense(verb)}{rest}"
    if subject.lower() == "you":
        return f"{lead} the agent {third_person_form(verb)}{rest}"
    return f"{lead} {subject} {verb if many or helping == 'do' else third_person_form(verb)}{rest}"
