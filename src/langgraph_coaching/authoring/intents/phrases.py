"""English phrases of wishes and requests, each with the predicate it becomes."""

from __future__ import annotations

import re
from collections.abc import Callable

Predicate = Callable[..., str | None]
"""Makes the words that follow "the user" out of a phrase's groups, still in the first person; None where it cannot."""

_ADVERBS = (
    r"(?:(?:really|just|also|still|only|actually|now|then|currently|definitely|please|possibly|kindly|perhaps|maybe|first"
    r"|probably|again|simply|instead|quickly)\b ?)*"
)


def _speaker(auxiliary: str) -> str:
    return rf"(?:i|we){auxiliary} {_ADVERBS}"


_WH = r"(?:what|which|when|where|why|who|whose|how)\b"
_BE = r"(?:'s| is| are| was| were)"
_WOULD = _speaker(r"(?:'d| would)")
_WISH = (
    _speaker(r"(?:'d| would| will|'ll|'m going to| am going to)?")
    + r"(?:like|love|prefer|want(?:ed)?|need(?:ed)?|wish|hope|ha(?:ve|d)|got)"
)
_TRY = (
    _speaker(r"(?:'?m| am|'re| are| was| were|'ve been)?")
    + r"(?:looking|trying|hoping|planning|going to need|calling|here|writing|ready|hope|plan|reaching out"
    r"|contacting you)"
)
_WONDER = (
    rf"(?:{_WISH} to (?:know|find out|ask|check|see|confirm)|{_speaker(r'(?: was| am|.?m)?')}"
    r"(?:wondering|curious)(?: (?:on|about|as to|to know))?|curious"
    r"|wondering|any idea|do you (?:happen to )?know)"
)
IMPERATIVE = (
    "activate add adjust answer apply approve arrange ask assign attach block book bring build calculate call cancel"
    " change charge check choose clarify clear close compare complete compute confirm connect contact continue convert"
    " copy correct create credit deactivate debug decrease delete deliver deploy describe disable disconnect"
    " double-check"
    " download downgrade draft edit email enable enter escalate estimate exchange expedite explain export extend"
    " extract"
    " fetch file fill find finish fix forward generate get give go hold implement import include increase inform"
    " install"
    " issue keep leave list locate lock log look lower make mark merge modify move mute name note notify offer"
    " open order"
    " pause pay pick play plan post prepare print proceed process provide publish pull push put rate read rebook"
    " recommend"
    " recover redo reduce refund register remind remove rename renew rent repair repeat replace reply report reschedule"
    " resend reserve reset resolve restart restore resume retry return review revoke rewrite roll run save say schedule"
    " search select sell send set share ship show skip solve sort split start stop submit subscribe suggest summarise"
    " summarize swap switch take tell test track transcribe transfer translate try turn undo uninstall unlock"
    " unsubscribe"
    " update upgrade upload use validate verify view void waive withdraw write"
).replace(" ", "|")
"""What agents are told to do, as the alternatives of a pattern."""

_NO_OBJECT = (
    "of|is|are|was|were|has|please|bar|status|policy|number|box|page|button|issues?|problems?|history|date|time|fee|code|id"
    "|details|options?|price|center|centre"
)
_OBTAIN = r"(?:get|have|order|grab|buy|receive|obtain)(?: (?:me|us))?"


def _compile_table(*rows: tuple[str, Predicate]) -> tuple[tuple[re.Pattern[str], Predicate], ...]:
    return tuple((re.compile(phrase, re.IGNORECASE | re.DOTALL), predicate) for phrase, predicate in rows)


_ASKED = _compile_table(
    (r"(?:do not|don't|not) (.+)", "asks the agent not to {}".format),
    (r"(?:tell|let) (?:me|us) (?:know )?(?:if|whether) (.+)", "asks whether {}".format),
    (
        (
            rf"(?:tell|let|remind|explain to) (?:me|us) (?:know )?({_WH}.+)|explain ({_WH}.+)|(?:check|confirm"
            rf"|see) ({_WH}.+)"
        ),
        lambda told, explained, checked: f"asks {told or explained or checked}",
    ),
    (r"(?:check|confirm|see|verify|double-check) (?:if|whether|that) (.+)", "asks whether {}".format),
    (
        (
            r"(?:tell|give|send|show|provide|get|bring|make|pour|fix) (?:me|us) (?:up )?(?:with |about )?(?!to\b"
            r"|know\b)(.+)"
            r"|share (?:with me )?(.+)|provide (.+)"
        ),
        lambda told, shared, provided: f"asks for {told or shared or provided}",
    ),
    (r"let (?:me|us) know ((?:once|as soon as) .+)", "asks to be told {}".format),
    (r"let (?:me|us) know (?:about )?(.+)", "asks about {}".format),
    (r"(?:help|assist)(?: (?:me|us))?(?: out)? (with .+|\w+ing .+)", "wants help {}".format),
    (r"(?:please )?help (?:me|us)(?: to)? (?!out\b)(.+)", "wants to {}".format),
    (rf"(?:{_OBTAIN}) (?:me|us) (.+)", "asks for {}".format),
)


def request_predicate(agent_to: str) -> str | None:
    """What is asked of the agent, from the words after "can you" or "please"."""
    agent_to = re.sub(
        r"^(?:please )?(?:go ahead and|also|just|now|then|be so kind as to) ", "", agent_to, flags=re.IGNORECASE
    )
    for phrase, predicate in _ASKED:
        if found := phrase.fullmatch(agent_to):
            return predicate(*found.groups())
    return f"asks the agent to {agent_to}"


PHRASES = _compile_table(
    (rf"{_WONDER} (?:if|whether) (?:you (?:can|could) )(.+)", request_predicate),
    (rf"{_WONDER} (?:if|whether) (.+)", "asks whether {}".format),
    (rf"{_WONDER} ({_WH}.+)", "asks {}".format),
    (rf"{_WOULD}(?:prefer|rather) (?:not to|not) (.+)", "would rather not {}".format),
    (rf"{_WOULD}(?:prefer to|rather) (.+)", "would rather {}".format),
    (rf"{_WOULD}prefer (.+)", "would prefer {}".format),
    (
        (
            rf"{_speaker(r'(?: was| were|.m| am)')}(?:hoping|wondering)(?: if)? you (?:could|can|would|might) "
            rf"{_ADVERBS}(.+)"
        ),
        request_predicate,
    ),
    (r"you can (?:go ahead and )?(.+)", request_predicate),
    (rf"(?:can|could|would|will) you {_ADVERBS}(?:be able to |mind )?(.+)", request_predicate),
    (
        r"is there (?:a|any) (?:chance|way|possibility)(?: that)? (?:you|we|i) (?:can|could|might) (?:still )?(.+)",
        request_predicate,
    ),
    (r"is there (?:a|any) way (?:for (?:me|us|you) )?to (.+)", "asks for a way to {}".format),
    (rf"{_WISH} you to (.+)|(?:please|kindly) (.+)", lambda wished, said: request_predicate(wished or said)),
    (
        (
            rf"(?:can|could|may|might) (?:i|we) {_ADVERBS}{_OBTAIN} {_ADVERBS}(?!(?:in|to|through|back|into|out)\b)(.+)"
            rf"|let (?:me|us) {_OBTAIN} (.+)|(?:i|we)(?:'ll| will|'d| would) {_ADVERBS}(?:take|have|go with|do) (.+)"
            rf"|{_WISH} to (?:order|get|buy|purchase) {_ADVERBS}(an?|one|two|some|\d+) (.+)"
        ),
        lambda one, two, three, article, four: f"asks for {one or two or three or f'{article} {four}'}",
    ),
    (
        (
            rf"(?:i|we)(?:'m| am|'re| are)? {_ADVERBS}having (?:some |a )?"
            r"(?:trouble|problems?|issues?|difficult(?:y|ies)) (?:(with )?)(.+)"
        ),
        lambda _, what: f"has trouble {what if re.match(r'[a-z]+ing ', what) else f'with {what}'}",
    ),
    (
        (
            rf"{_speaker('')}(?:have|had|got)(?: a| some| another| one more)?(?: quick)? (?:questions?|inquiry|query)"
            r" (?:about|regarding|on|concerning|with|for) (.+)"
        ),
        "has a question about {}".format,
    ),
    (
        rf"{_speaker('')}(?:have|got)(?: a| some| an)? (problems?|issues?|trouble) (?:with|regarding) (.+)",
        lambda _, what: f"has a problem with {what}",
    ),
    (rf"(?:{_WISH}|{_TRY}) to {_ADVERBS}(.+)|let's {_ADVERBS}(.+)", lambda one, all_: f"wants to {one or all_}"),
    (rf"{_WISH} (?:some |your |a little |a bit of )?(?:help|assistance) (.+)", "wants help {}".format),
    (rf"{_speaker(r'(?:.?m| am)')}(looking for|interested in|searching for) (.+)", "is {} {}".format),
    (
        rf"{_speaker('')}(?:do not|don't) {_ADVERBS}(want|need|like) (.+)",
        lambda verb, what: f"does not {verb} {what}",
    ),
    (rf"{_speaker('')}no longer {_ADVERBS}(?:want|need)(?: to have)? (.+)", "no longer wants {}".format),
    (rf"{_speaker(r'(?:.d| would| will|.ll)?')}(?:like|love|want|need) (?!not\b)(.+)", "wants {}".format),
    (
        r"is it (?:possible|ok|okay|fine|alright|too late) (?:to|for me to|for us to|if i) (.+)",
        "asks whether they can {}".format,
    ),
    (rf"(can|could|may|should|will|would) (?:i|we) {_ADVERBS}(.+)", "asks whether they {} {}".format),
    (r"how (?:do|can|could|should|would|may|might) (?:i|we|one|you) (?:go about )?(.+)", "asks how to {}".format),
    (r"any (update|news|information|word|progress|luck) ?(.*)", "asks for any {} {}".format),
    (
        (
            rf"what{_BE} ((?:my|your|the|our) (?!.*\b(?:going|supposed|like)\b)(?:[\w'-]+ ){{4,}}.+)|(?:what"
            rf"|how) about (.+)"
        ),
        lambda what, else_: f"asks about {what or else_}",
    ),
    (rf"((?:{IMPERATIVE}|let (?:me|us) know|don't|do not)\b(?! (?:{_NO_OBJECT})\b) .+)", request_predicate),
)
