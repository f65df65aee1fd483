"""The speech acts of a turn: each clause matched against phrases, questions and statements, in the third person."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.intents.act import TELLING, SpeechAct
from langgraph_coaching.authoring.intents.clauses import split_clauses, split_condition, strip_politeness
from langgraph_coaching.authoring.intents.phrases import IMPERATIVE, PHRASES
from langgraph_coaching.authoring.intents.questions import indirect_question
from langgraph_coaching.authoring.intents.third_person import to_third_person

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 22
"""Words of one act; what comes after is cut off, at a clause where there is one."""

_INNER = re.compile(
    r"(?<!what )\b((?:can|could|would) you .+|(?<=so )you can .+|is it possible .+|please .+)"
    r"|\b(?:so|that's why|because|think|guess|believe|\w ?,) (i(?:'d| would| want| need|'ll need| will need)\b .+)",
    re.IGNORECASE,
)
_SPLICE = re.compile(
    r",\s+(?=(?:i|we|you|y'all|they|it|he|she)(?:'\w+|"
    r" (?:have|has|had|am|is|are|was|were|will|would|can|do|did|don't|haven't|need|want))\b"
    r"|(?:my|the|our|your|this|that)(?: \w+){1,2} (?:is|are|was|were|has|have|won't|can't|doesn't|keeps)\b)",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"\b(?:never|no longer|cannot(?! believe| wait)|can'?t(?! believe| wait)|(?:won|doesn)'?t work"
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
    r"|want|need|think|thought|said|says|keeps?|seems?|\w+ed|\w+n't|went|came|made|found|bought|sent|took|gave|told|lost|broke|left|paid|kept"
    r"|felt|fell|forgot|stole|ran|saw|heard|chose|wrote|met|meant|won)\b",
    re.IGNORECASE,
)
_FINITE = re.compile(
    r"\b(?:i|it|they|is|are|was|were|has|have|had|do|does|did|will|would|can|could|should|\w+n't|came|got|keeps?|went)\b",
    re.IGNORECASE,
)
_REMARK = re.compile(r"(?:that|this|it)(?:'s| is| was| sounds?| looks?| seems?)(?: \w+){1,3}$", re.IGNORECASE)
_PERSON = re.compile(
    r"\b(?:i|i'm|i've|i'll|we|it|it's|they|he|she|my|our|the|this|that|is|are|was|won't|isn't|not|never)\b",
    re.IGNORECASE,
)
_FEW = 3
"""Words in which a statement needs somebody whom it is about."""

_PROCEDURE = re.compile(
    r"rings? a bell|asks the agent to check once|makes? sense|should work|the agent needs|asks to be told"
    r"|to verify|look (?:it|me|them) up"
    r"|(?:use|try|under|at|is) (?:an email address|a phone number)|ZIP code|their name|user ?name|next steps?"
    r"|asks the agent to (?:confirm|double-check|check)(?: (?:that|it|this|again|everything|once \w+|if that's \w+))*$",
    re.IGNORECASE,
)
_GAP = re.compile(
    r"\b(?:an email address|a phone number|an address|a number|a name|a certain time|an account number"
    r"|a card number|ZIP code)\b"
)
_HOLE = re.compile(
    r"\b(?:then|to|of|for|with|from|and|or|the|a|an|my|their|apply|use|is|are|under|via|at)\s*[,;:)]|,\s*,"
    r"|\b(?:(?:email|number|name|id|code|zip|phone|address|it|dob|birth)(?: is|'s)|to|the|their|my|of|from|with)$",
    re.IGNORECASE,
)
"""Where a specific was taken out and left no sentence."""
_AGREEMENT = re.compile(
    r"(?:wants|asks the agent) to (?:please )?(?:proceed|go ahead|continue|do (?:that|it|so))\b", re.IGNORECASE
)
_INVERTED = re.compile(
    r"(?:what|which|when|where|why|who|whose|how)(?:'s)?\b(?! (?:a|an)\b)|(?:have|has|had|did|does|do|is|are|was"
    r"|were|will|can"
    r"|could|should|would|isn't|aren't|don't|doesn't|didn't|won't|can't) (?:i|we|you|they|it|the|my|your|our|there|this"
    r"|that|these|those|he|she|any|anyone|someone)\b",
    re.IGNORECASE,
)
_WITHOUT_I = re.compile(
    r"(?:(?:just|only|really|still|also) )?((?:want|need)(?:ed|s)?|hoping|looking|trying|wondering|having|calling"
    r"|wishing"
    r"|got|received|bought|ordered|forgot|lost|can't|cannot|couldn't|didn't|haven't|would (?:like|love)|(?:was"
    r"|have been)"
    r"(?! (?:i|we|you|it|my|your|the|this|that|there|he|she|they)\b))\b"
    r"(?! (?:is|was|are)\b)",
    re.IGNORECASE,
)
_BARE_NOUN = re.compile(
    r"(?:website|site|app|page|login|search bar|order|package|parcel|card|account|internet|system|button|delivery"
    r"|payment"
    r"|device|screen|server|build|printer|phone|item|product|flight|refund|password|code|link)\b (?!number|status)",
    re.IGNORECASE,
)
_NAMED_ONLY = re.compile(
    r"(?:(?:yes|no|ok),? )?(?:just |only )?(?!.* (?:ago|later|from now|years? old)$)((?:an?|more|one|two|three"
    r"|four|some|another|\d{1,2}|large|medium|small|tall|"
    r"grande|short|single|double|iced|hot) .+)",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:jan|febr)uary|march|april|june|july|august|\w+ber\b", re.IGNORECASE
)
_CAPITALS = re.compile(r"[A-Z]\w+ (?!I\b)[A-Z]")
_COMMON = re.compile(
    r"(?:A|An|The|My|Your|Our|This|That|In|On|At|For|If|When|What|Where|Why|How|Is|Are|Do|Does|Can|It|To|With|From|And|But"
    r"|One|Two|Some|Any|Get|Send|Check|Find|Add|Cancel|Change|Tell|Show|Give|Book|Make|Set|Let|Take|Ask|Call)\b"
)
_MUCH = 6
"""Words about something from which a statement can stand for a turn."""

_EXCUSE = 1.2
"""The weight of "I don't remember"."""

_THEN = re.compile(r"(?<=^asks for )(.+?),? and (?:make|put|can|could|please|also)\b.*", re.DOTALL)
"""What is asked to be done with the thing asked for."""

_AND_DO = re.compile(
    rf"((?:wants to|asks the agent to) \w+ \w+ \w+.*?),? and (?:also |then )?(?:{IMPERATIVE})\b (?!of\b|in\b).+",
    re.DOTALL | re.IGNORECASE,
)

_CONJUNCTIONS = ("because", "since", "so", "but", "as", "while", "and", "or", "if", "when", "that", "which", "who")
_PREPOSITIONS = frozenset(
    {"for", "with", "from", "on", "in", "at", "by", "about", "after", "before", "to", "of", "without", "using"}
)
_BEGUN = re.compile(
    r"(?<=\w),? (?:(?:and|but) )?(?:before|after|when|while|once|if|because|since|as|so|that|which"
    r"|who)(?: [\w']+){0,4}$"
    r"|(?<=\w),? (?:and|but|so) (?:they|it|the agent)(?: [\w']+)?$",
    re.IGNORECASE,
)
_OPEN_END = re.compile(
    r"(?:[\s,:;-]|\b(?:the|an?|my|their|your|our|its|this|that|these|to|of|for|with|from|on|in|at|by|and|or|but|so|if|as|is"
    r"|are|was|were|which|who|because|they|it|not|very|really|also|has|have|will|would))+$",
    re.IGNORECASE,
)


def speech_acts(turn: str) -> Iterator[SpeechAct]:
    """What a user does in one turn, in order; greetings and thanks are nothing.

    Args:
        turn: Text without specifics.
    """
    for clause, question in split_clauses(turn):
        yield _weigh_act(_read_act(clause, question=question))


def shorten(text: str, most: int = LONGEST) -> str:
    """The text in at most so many words, cut at the end of a clause or a phrase where that leaves a third of them."""
    words = text.split()
    if len(words) <= most:
        return text
    for ends in (_CONJUNCTIONS, _PREPOSITIONS):
        for count in range(most, most // 3, -1):
            if words[count - 1].endswith((",", ":", ";")) or words[count].lower() in ends:
                return _drop_open_clause(" ".join(words[:count]))
    return _OPEN_END.sub("", " ".join(words[:most])) or " ".join(words[:most])


def _drop_open_clause(text: str) -> str:
    """A text that was cut, without a clause that has only begun: "… and before they could cancel"."""
    return _OPEN_END.sub("", _BEGUN.sub("", _OPEN_END.sub("", text)))


def _read_act(clause: str, *, question: bool, nested: bool = False) -> SpeechAct:
    if not nested and (parts := split_condition(clause)):
        act = _read_act(parts[1], question=question, nested=True)
        if not act.predicate.startswith(("says", "asks:")):
            return replace(act, predicate=shorten(f"{act.predicate} {lower_first(to_third_person(parts[0]))}"))
    clause = _add_subject(clause)
    first = _SPLICE.split(clause)[0]
    if predicate := _match_phrase(first) or _match_phrase(clause):
        return SpeechAct(shorten(to_third_person(_first_wish(predicate))), 4)
    inner = _INNER.search(clause)
    if inner and not nested and len(said := strip_politeness(inner[1] or inner[2])) < len(clause):
        return _read_act(said, question=question, nested=True)
    return _read_question(clause, first, marked=question) or _read_statement(clause)


def _read_question(clause: str, first: str, *, marked: bool) -> SpeechAct | None:
    """What is asked; None where nothing is."""
    inverted = bool(_INVERTED.match(clause))
    if (inverted or marked) and (indirectly := indirect_question(clause) or indirect_question(first)):
        return SpeechAct(f"asks {shorten(lower_first(to_third_person(lower_first(indirectly))))}", 4)
    if inverted or (marked and not _TROUBLE.search(clause)):
        return SpeechAct(f"asks: {shorten(lower_first(to_third_person(clause)))}?", 2.6 if _VERB.search(clause) else 1)
    return None


def _read_statement(clause: str) -> SpeechAct:
    named = _NAMED_ONLY.fullmatch(clause)
    if named and not _FINITE.search(clause) and not _TROUBLE.search(clause):
        return SpeechAct(f"asks for {shorten(lower_first(to_third_person(named[1])))}", 1.12)
    remark = _REMARK.match(clause) or (len(clause.split()) <= _FEW and not _PERSON.search(clause))
    if remark or not _VERB.search(clause):
        return SpeechAct(f'says "{shorten(clause)}"', 0.5)
    article = "the " if _BARE_NOUN.match(clause) else ""
    predicate = re.sub(r"^that (?=[a-z]+(?:s|ed)\b)", "it ", lower_first(to_third_person(clause)))
    return SpeechAct(f"says that {article}{shorten(predicate)}", _statement_weight(clause))


def _first_wish(predicate: str) -> str:
    """The first of several things that are asked for at once."""
    predicate = _THEN.sub(r"\1", predicate)
    found = _AND_DO.match(predicate)
    return found[1] if found else predicate


def _match_phrase(clause: str) -> str | None:
    for phrase, predicate in PHRASES:
        if found := phrase.fullmatch(clause):
            return predicate(*(lower_first(group) if group else "" for group in found.groups()))
    return None


def _add_subject(clause: str) -> str:
    """A clause with the "I" that its speaker left out, as in "trying to log in"."""
    found = _WITHOUT_I.match(clause)
    if found is None:
        return clause
    going = found[1].lower().endswith("ing")
    return f"I{chr(39) + 'm' if going else ''} {lower_first(clause)}"


def _statement_weight(statement: str) -> float:
    if _FORGOTTEN.search(statement):
        return _EXCUSE
    if statement[:3].lower() == "if ":
        return 1.0
    return 3 if _TROUBLE.search(statement) else 1.5


def _weigh_act(act: SpeechAct) -> SpeechAct:
    if _AGREEMENT.match(act.predicate):
        return SpeechAct("agrees", 1.1, answer=True)
    return replace(act, weight=_weight_by_topic(act))


def _weight_by_topic(act: SpeechAct) -> float:
    """The weight of an act by what it is about."""
    most = act.weight
    if act.content_count == 0:
        most = 0.4
    elif _PROCEDURE.search(act.predicate):
        most = 1.2
    elif act.predicate.startswith("says") and _GAP.search(act.predicate):
        most = 0.5
    elif _HOLE.search(act.predicate):
        most = act.weight - 1
    elif act.predicate.startswith("says that") and act.content_count >= _MUCH and act.weight > _EXCUSE:
        return max(act.weight, TELLING)
    elif act.content_count == 1 and act.weight > TELLING:
        most = act.weight - 0.5
    return min(act.weight, most)


def lower_first(text: str) -> str:
    """The text with a small first letter, unless its first words are a name, a day or written in capitals."""
    first = text.split(" ", 1)[0]
    kept = first == "I" or first[1:] != first[1:].lower() or _DAY.match(first) or _CAPITALS.match(text)
    return text if kept and not _COMMON.match(text) else text[:1].lower() + text[1:]
