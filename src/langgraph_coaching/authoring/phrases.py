"""How people ask for things and say what they want in English, and how each way is told of them."""

from __future__ import annotations

import re
from collections.abc import Callable

Told = Callable[..., str]
"""Makes the words that follow "the user" out of what a phrase caught; still in the first person."""

_ADVERBS = (
    r"(?:(?:really|just|also|still|only|actually|now|then|currently|definitely|please|possibly|kindly|perhaps|maybe|first"
    r"|probably|again)\b ?)*"
)


def _i(auxiliary: str) -> str:
    return rf"(?:i|we){auxiliary} {_ADVERBS}"


_AUXILIARY = r"can|could|will|would|should|might|must|is|are|was"
_BE = r"(?:'s| is| are| was| were)"
_WH = r"(?:what|which|when|where|why|who|whose|how)\b"
_WOULD = _i(r"(?:'d| would)")
_WISH = _i(r"(?:'d| would)?") + r"(?:like|love|prefer|want(?:ed)?|need(?:ed)?|wish|hope|ha(?:ve|d)|got)"
_TRY = (
    _i(r"(?:'?m| am|'re| are| was| were)?")
    + r"(?:looking|trying|hoping|planning|going to need|calling|here|writing|ready|hope|plan)"
)
_WONDER = (
    rf"(?:{_WISH} to (?:know|find out|ask)|{_i(r'(?: was| am|.?m)?')}(?:wondering|curious)|curious|wondering|any idea"
    r"|do you (?:happen to )?know)"
)
_IMPERATIVE = (
    "add apply arrange ask book bring call cancel change check choose clarify confirm connect contact continue"
    " correct create delete deliver describe double-check downgrade email exchange expedite explain extend find"
    " fix forward get give hold include inform issue keep leave list locate look make mark modify move note offer"
    " open order pause pay play proceed process provide pull put rebook reduce refund register remind remove"
    " replace reply reschedule resend reserve reset resolve retry return schedule search select send set share"
    " ship show start stop submit suggest swap switch take tell track transfer try turn undo update upgrade use"
    " verify view waive"
).replace(" ", "|")


def _table(*rows: tuple[str, Told]) -> tuple[tuple[re.Pattern[str], Told], ...]:
    return tuple((re.compile(phrase, re.IGNORECASE | re.DOTALL), told) for phrase, told in rows)


_ASKED = _table(
    (r"(?:do not|don't|not) (.+)", "asks the agent not to {}".format),
    (r"(?:tell|let) (?:me|us) (?:know )?(?:if|whether) (.+)", "asks whether {}".format),
    (
        rf"(?:tell|let|remind|explain to) (?:me|us) (?:know )?({_WH}.+)|explain ({_WH}.+)",
        lambda told, explained: f"asks {told or explained}",
    ),
    (
        r"(?:tell|give|send|show|provide|get) (?:me|us) (?:with |about )?(.+)|share (?:with me )?(.+)",
        lambda told, shared: f"asks for {told or shared}",
    ),
    (r"let (?:me|us) know ((?:once|as soon as) .+)", "asks to be told {}".format),
    (r"let (?:me|us) know (?:about )?(.+)", "asks about {}".format),
    (r"(?:help|assist)(?: (?:me|us))?(?: out)? (with .+|\w+ing .+)", "wants help {}".format),
    (r"help (?:me|us)(?: to)? (.+)", "wants to {}".format),
)


def _asks(agent_to: str) -> str:
    """What is asked of the agent, from the words after "can you" or "please"."""
    agent_to = re.sub(r"^go ahead and ", "", agent_to, flags=re.IGNORECASE)
    for phrase, told in _ASKED:
        if found := phrase.fullmatch(agent_to):
            return told(*found.groups())
    return f"asks the agent to {agent_to}"


PHRASES = _table(
    (rf"{_WONDER} (?:if|whether) (.+)", "asks whether {}".format),
    (rf"{_WONDER} ({_WH}.+)", "asks {}".format),
    (rf"{_WOULD}(?:prefer|rather) (?:not to|not) (.+)", "would rather not {}".format),
    (rf"{_WOULD}(?:prefer to|rather) (.+)", "would rather {}".format),
    (rf"{_WOULD}prefer (.+)", "would prefer {}".format),
    (
        rf"{_i(r'(?: was| were|.m| am)')}(?:hoping|wondering)(?: if)? you (?:could|can|would|might) {_ADVERBS}(.+)",
        _asks,
    ),
    (rf"(?:can|could|would|will) you {_ADVERBS}(?:mind )?(.+)", _asks),
    (rf"{_WISH} you to (.+)|(?:please|kindly) (.+)", lambda wished, asked: _asks(wished or asked)),
    (rf"(?:{_WISH}|{_TRY}) to {_ADVERBS}(.+)|let's {_ADVERBS}(.+)", lambda one, all_: f"wants to {one or all_}"),
    (rf"{_WISH} (?:some |your |a little |a bit of )?(?:help|assistance) (.+)", "wants help {}".format),
    (rf"{_i(r'(?:.?m| am)')}(looking for|interested in|searching for) (.+)", "is {} {}".format),
    (rf"{_i(r'(?:.d| would)?')}(?:like|love|want|need) (?!not\b)(.+)", "wants {}".format),
    (
        r"is it (?:possible|ok|okay|fine|alright) (?:to|for me to|for us to|if i) (.+)",
        "asks whether they can {}".format,
    ),
    (rf"(can|could|may|should|will|would) (?:i|we) {_ADVERBS}(.+)", "asks whether they {} {}".format),
    (
        r"(is|are|was|were|will|can|could|would|should) (it|this|that|there|they|these|those) (.+)",
        lambda verb, who, rest: f"asks whether {who} {verb} {rest}",
    ),
    (r"do (you|i|we|they) (.+)", "asks whether {} {}".format),
    (r"how (?:do|can|could|should|would|may) (?:i|we|one|you) (.+)", "asks how to {}".format),
    (rf"({_WH}(?: \w+){{0,4}}?) do (i|we|you|they) (.+)", "asks {} {} {}".format),
    (
        rf"({_WH}(?: \w+){{0,4}}?) ({_AUXILIARY}) (i|we|you|it|they|this|that|these|there)\b(.*)",
        lambda wh, verb, who, rest: f"asks {wh} {who} {verb}{rest}",
    ),
    (
        r"(what|who|where)('s| is| are) ((?:my|your|the|our)(?: [\w'-]+){1,3})",
        lambda wh, be, what: f"asks {wh} {what} {_be(be)}",
    ),
    (
        rf"(?:what|who){_BE} ((?:my|your|the|our) (?!.*\b(?:going|supposed|like)\b).+)|(?:what|how) about (.+)",
        lambda what, else_: f"asks about {what or else_}",
    ),
    (rf"((?:{_IMPERATIVE}|let (?:me|us) know|don't|do not)\b(?! of\b) .+)", _asks),
)


def _be(verb: str) -> str:
    return "are" if verb.strip().lower() == "are" else "is"
