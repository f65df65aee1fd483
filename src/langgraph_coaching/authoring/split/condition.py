"""Conditions: the situation that a passage says it holds in, and what is to be done then; by rules for English.

What depends on the agent itself ("if you are not sure", "when calling a tool") holds in every conversation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PERSON = (
    r"(?:users?|customers?|clients?|guests?|callers?|visitors?|members?|travell?ers?|passengers?|patients?|students?"
    r"|shoppers?|buyers?|subscribers?|policyholders?|tenants?|employees?|people|persons?|someone|somebody|anyone|anybody"
    r"|they|he|she|those|caller)"
)
_THING = (
    r"(?:orders?|claims?|accounts?|invoices?|requests?|questions?|bookings?|reservations?|payments?|groups?|returns?)"
)
_ARTICLE = r"(?:an?|the|any|their|his|her|some|every|our|no)"
_OPENING = (
    r"(?:if(?! and only)|when(?:ever)?|in case(?: that| of)?|in the (?:event|case)(?: that| of)?|as soon as|once|unless"
    r"|where(?=\s+(?:an?|the)\b)|whenever|wherever|provided(?: that)?|wenn|falls|sobald|sollte|si|lorsque|quand|cuando)"
)
_START = re.compile(
    rf"(?i)(?P<word>{_OPENING})\s+(?P<condition>.+?)"
    r"(?:,\s*(?:then\s+)?|:\s+|\s+[\u2013\u2014-]\s+|\s+then\s+)(?P<then>\S.*)"
)
_INTRO = re.compile(rf"(?i)(?P<word>{_OPENING})\s+(?P<condition>[^:]+?):?$")
_SHOULD = re.compile(
    rf"(?i)should\s+(?P<condition>(?:{_ARTICLE}\s+)?(?:\w+\s+){{0,2}}?{PERSON}\s+[^,]+),\s*(?P<then>\S.*)"
)
_FOR = re.compile(
    rf"(?i)(?:for|with|to)\s+(?P<condition>(?:(?:{_ARTICLE}|all)\s+)?(?:[\w-]+\s+){{0,3}}?"
    rf"(?:{PERSON}|{_THING}|policies|purchases)\b[^,:]*)[,:]\s*(?P<then>\S.*)"
)
_RELATIVE = (
    r"(?:who|that|which|whose|with|without|asking|wanting|requesting|reporting|above|over|below|under|older|placed|from"
    r"|for)"
)
_WHO = re.compile(
    rf"(?i)(?P<condition>(?:{_ARTICLE}\s+)?(?:[\w-]+\s+){{0,3}}?(?:{PERSON}|{_THING}|purchases|items|products)\s+"
    rf"{_RELATIVE}\s+.+?)\s+(?:must|should|can|cannot|can't|may|will|have\s+to|has\s+to|need(?:s)?\s+to|go(?:es)?\s+to|gets?"
    r"|receives?|(?:are|is)\s+(?:not\s+)?(?:\w+-)?\w+|pays?)\b"
)
_MIDDLE = re.compile(
    r"(?i)(?P<then>.{8,}?)[,;]?\s+(?P<word>(?:only |except |but only |even )?"
    r"(?:if|when|whenever|unless|in case(?: of)?|as soon as|until))\s+"
    rf"(?P<condition>(?:(?:{_ARTICLE}\s+)?(?:[\w-]+\s+){{0,2}}?{PERSON}|{_ARTICLE}\s+\w+|there)\b.+)"
)
_ARROW = re.compile(r"(?P<condition>[^.!?]{3,90}?)\s*(?:->|=>|\u2192|\u21d2)\s*(?P<then>\S.*)")
_ASKED = re.compile(r"(?P<condition>[^.!?]{3,90})\?\s+(?P<then>[A-Z]\S*\s.*)")
_LABELLED = re.compile(
    r"(?:\*\*|__)?(?P<condition>[A-Za-z][^.!?:,*_]{2,60}?)(?:\*\*|__)?:(?:\*\*|__)?\s+(?P<then>[A-Za-z\"'].*)"
)

_OWN = re.compile(
    r"(?i)^(?:you(?!\s+(?:are|get|were)\s+asked|\s+(?:see|hear|receive|get)\b)|i\b|we\b|in doubt|unsure|uncertain"
    r"|not sure"
    r"|(?:necessary|possible|needed|required|applicable|appropriate|relevant|available|unclear|helpful|useful)\b"
    r"|(?:anything|something|nothing|it|this|that|these)\b"
    r"|(?:an?|the|any|no|your|all)\s+(?:agent|assistant|bot|model|answer|information|knowledge|tools?|functions?|api"
    r"|response"
    r"|documents?|context|search|result|instructions?|details?|policy|rules?|data|question|request|issue|message|problem"
    r"|system)\b"
    r"|(?:replying|answering|responding|writing|speaking|using|calling|referring|mentioning|providing|giving|quoting"
    r"|talking|formatting|listing|asking|handling|making|in use|dealing)\b"
    r"|(?:an?\s+|the\s+)?tools?\b|there\s+(?:is|are)\s+(?:no|any|an?)\s+(?:doubt|information|tool|answer|result))"
)
"""Conditions that are the agent's own."""

_VERIFIED = re.compile(r"(?i)\b(?:authenticat|verif(?:y|ied)|identif(?:y|ied)|logged in)")
_ALWAYS = re.compile(
    r"(?i)^(?:role|tone|style|voice|name|persona|language|format|output|note|notes|important|warning|remember|reminder"
    r"|example"
    r"|examples|rules?|goals?|tasks?|system|date|time|today|contact|company|address|identity|audience|length|context|scope"
    r"|limits?|caution|tip|hint|e\.g|for example|first|second|third|finally|step \d+|dos?|don'?ts?|info|input|facts?"
    r"|hours|opening hours|privacy|safety|security|personality|constraints?|principles?|priority|general|overview"
    r"|summary)\b"
)
_DIRECTIVE = re.compile(
    r"(?i)^(?:please\s+)?(?:do not|don't|never|always|first|only|ask|say|tell|offer|send|give|call|use|check|confirm"
    r"|explain"
    r"|apologi[sz]e|acknowledge|transfer|hand|escalate|refer|get|set|show|open|close|refund|cancel|suggest|refuse|direct"
    r"|provide|inform|let|make|stop|pass|block|verify|advise|recommend|invite|point|remind|collect|request|state|quote)\b"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a passage depends on."""

    words: str
    """The situation, as it is written, without `if`."""
    then: str
    """What is to be done; the whole passage where the two cannot be told apart."""
    opening: str
    """The word that it begins with, such as `if`; "" where there is none."""
    why: str
    sure: bool = True


def condition_of(text: str) -> Condition | None:
    """The condition that a sentence or an item begins with, or has in it; None where it has none of a user's.

    Args:
        text: On one line, without a bullet.
    """
    said = text.replace("**", "").replace("__", "").strip()
    if found := (_START.match(said) or _INTRO.match(said)):
        word, then = found["word"].lower(), found.groupdict().get("then") or ""
        return (
            None
            if _is_own(found["condition"])
            else Condition(found["condition"], then, word, f'it begins with "{word}"')
        )
    return _about_some(said) or _told_shortly(said) or _further_on(said)


def _about_some(said: str) -> Condition | None:
    """Such as "Should a customer …", "for wholesale customers, …", "guests who … must …"."""
    if found := _SHOULD.match(said):
        return Condition(found["condition"], found["then"], "should", 'it begins with "should"')
    why = "it is about some people or things only"
    if found := _FOR.match(said):
        every = re.match(r"(?i)(?:each|every|all|example)\b", found["condition"])
        return None if every or _is_own(found["condition"]) else Condition(found["condition"], found["then"], "", why)
    found = _WHO.match(said)
    return Condition(found["condition"], said, "", why, sure=False) if found else None


def _told_shortly(said: str) -> Condition | None:
    """Such as "Water damage: ask …", "a customer withdraws -> …", "bill higher than usual? Check …"."""
    if found := _ARROW.match(said):
        return Condition(found["condition"], found["then"], "", "it has an arrow from a situation to what to do")
    if found := _ASKED.match(said):
        return Condition(found["condition"], found["then"], "", "it names a situation as a question")
    if (found := _LABELLED.match(said)) and not _ALWAYS.match(found["condition"]) and _DIRECTIVE.match(found["then"]):
        return Condition(found["condition"], found["then"], "", "it names a situation before a colon", sure=False)
    return None


def _further_on(said: str) -> Condition | None:
    """Such as "Cancel it only if the customer …"."""
    found = _MIDDLE.match(said)
    if found is None or _is_own(found["condition"]):
        return None
    word = found["word"].lower()
    sure = word != "unless"
    return Condition(found["condition"].rstrip("."), said, word, f'it holds "{word}" something is so', sure=sure)


def _is_own(condition: str) -> bool:
    return bool(_OWN.match(condition) or _VERIFIED.search(condition))
