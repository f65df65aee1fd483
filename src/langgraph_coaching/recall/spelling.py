"""Chat speak and slips of the fingers, written as they are meant: before a text is embedded, and before it is read.

"i wnat my mony bakc" is as near to nothing as any other letters are; the words it means are known.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from string import ascii_lowercase

from langgraph_coaching.recall import minilm

_PAIRS = """
i=I im=I'm ive=I've dont=don't doesnt=doesn't didnt=didn't cant=can't wont=won't isnt=isn't wasnt=wasn't arent=aren't
havent=haven't hasnt=hasn't couldnt=couldn't wouldnt=wouldn't shouldnt=shouldn't thats=that's whats=what's
wheres=where's hows=how's theres=there's lets=let's youre=you're theyre=they're u=you ur=your
pls=please plz=please plse=please
wanna=want_to gonna=going_to gotta=have_to gimme=give_me lemme=let_me cuz=because bc=because coz=because b4=before
2day=today 2morrow=tomorrow tmrw=tomorrow ppl=people msg=message acct=account pw=password pwd=password wat=what
wut=what abt=about thru=through recieve=receive recieved=received adress=address cancle=cancel canceling=cancelling
reciept=receipt acount=account accout=account pasword=password passwrod=password tommorow=tomorrow tommorrow=tomorrow
becuase=because becasue=because wich=which teh=the hte=the ot=to adn=and thier=their untill=until definately=definitely
seperate=separate occured=occurred refered=referred delievery=delivery delivary=delivery deliverd=delivered
shiping=shipping shipement=shipment purchace=purchase purchse=purchase retrun=return refun=refund reminer=reminder
resturant=restaurant restaraunt=restaurant reservaton=reservation resevation=reservation apointment=appointment
appoinment=appointment avaliable=available availible=available excercise=exercise wierd=weird tranfer=transfer
transfered=transferred balence=balance garantee=guarantee membershp=membership subscripton=subscription
subsciption=subscription emial=email webiste=website websit=website probelm=problem problm=problem issuse=issue
lattee=latte cappucino=cappuccino capuccino=cappuccino cappuchino=cappuccino expresso=espresso machiato=macchiato
macchito=macchiato helo=hello hii=hi thx=thanks tysm=thanks rly=really prob=probably nvm=never_mind idk=I_don't_know
gov=government wen=when wer=where ther=there wil=will stil=still ment=meant dosent=doesn't dosnt=doesn't dint=didn't
im=I'm oder=order ordr=order choclate=chocolate togo=to_go macha=matcha
"""
SLIPS = {slip: meant.replace("_", " ") for slip, _, meant in (pair.partition("=") for pair in _PAIRS.split())}
"""What is meant, by how it is typed."""

WORDS = Path(__file__).with_name("words.txt")
"""Words that people use with agents, the commonest first; made by `tests/benchmarks/embedder/texts.py`."""

_WORD = re.compile(r"(?<![\w'@/.-])[^\W_]+(?![\w'@/-]|\.\w)")
_LIKE = re.compile(r"\bid (?=(?:like|love|prefer|rather)\b)", re.IGNORECASE)
_LOUD = re.compile(r"\b(?:ALL|NOT|ANY|NO|ONLY|VERY|NEVER|PLEASE|NOW|EVERY|BOTH|EXACTLY|DO|DON'T|CAN'T|WHY|WHAT|HOW)\b")
_TAKEN_BACK = re.compile(
    r"\b(?:an?|the|one|two|\d) [^,.!?\n]{1,40}, (?:sorry|i mean|no wait|wait|no|or rather|actually),? "
    r"(?=(?:an?|the|one|two|\d) )",
    re.IGNORECASE,
)
_REPEATED = re.compile(r"([!?.,])\1+")
_DRAWN = re.compile(r"([a-z])\1{2,}")
_SMALL = re.compile("[a-z]{4,}")
_ENDS = tuple(
    (end, stem)
    for end in ("es", "ed", "er", "en", "ly", "ing", "al", "able", "y", "n", "ee", "ment", "less")
    for stem in ("", "e")
)
"""Endings, and what a stem may have lost before one: "fiddling" is a word because "fiddle" is."""

_STEM = 4
"""Letters of a stem at least: "mony" is no "mon" with an ending."""

_LEAST = 12
"""Letters from which a text without a small one is shouted."""

_LONG = 8
"""Letters from which two slips may be in one word."""

_UNLIKELY = 3
"""How much commoner a word must be to be meant where a letter is another or too many, rather than two exchanged, one
doubled or one missing."""

_STRANGE = 0.6
"""Share of words that are unknown from which a text is of another language, or none, and stays as it is."""


def spelled(text: str) -> str:
    """The text with its slips mended, and with what its speaker takes back ("a latte, sorry, a tea") left out.

    Args:
        text: Of any language; words that are no known slip, and no common word with one letter missing, doubled or
            exchanged with its neighbour, stay as they are.
    """
    text = _TAKEN_BACK.sub("", _LOUD.sub(lambda found: found[0].lower(), _quiet(text)))
    return mended(_LIKE.sub("I'd ", text))


def mended(text: str) -> str:
    """The text with its slips mended alone, where it is English; a text of another language stays as it is."""
    text = _REPEATED.sub(r"\1", _quiet(text))
    words = [found for found in _WORD.findall(text) if found.isalpha()]
    if not words:
        return text
    strange = sum(not _written(word.lower()) for word in words)
    if strange > max(1, _STRANGE * len(words)):
        return text
    return _WORD.sub(lambda found: _mended(found[0]), text)


def _quiet(text: str) -> str:
    if sum(letter.isupper() for letter in text) >= _LEAST and not any(letter.islower() for letter in text):
        return text.lower()
    return text


def _mended(word: str) -> str:
    meant = SLIPS.get(word.lower())
    if meant is None:
        return _corrected(word) if _SMALL.fullmatch(word) else word
    if word.isupper() and len(word) > 1:
        return word
    return meant[0].upper() + meant[1:] if word[0].isupper() else meant


@cache
def vocabulary() -> dict[str, int]:
    """English words of the packaged tokenizer, the more frequent the smaller their number."""
    tokenizer = json.loads((Path(minilm.__file__).parent / "tokenizer.json").read_text(encoding="utf-8"))
    return {word: number for word, number in tokenizer["model"]["vocab"].items() if word.isalpha()}


@cache
def common() -> dict[str, int]:
    """The words of `WORDS`, with their place in it."""
    return {word: place for place, word in enumerate(WORDS.read_text(encoding="utf-8").split(), 1)}


@cache
def _meant() -> frozenset[str]:
    return frozenset(" ".join(SLIPS.values()).lower().split())


def _written(word: str) -> bool:
    if word in common() or word in SLIPS or word in _meant():
        return True
    stems = {
        word.removesuffix(end) + lost for end, lost in _ENDS if word.endswith(end) and len(word) - len(end) >= _STEM
    }
    stems |= {word} | ({word[:-1]} if word.endswith(("s", "ed", "er")) else set())
    return any(stem in known for known in (common(), vocabulary()) for stem in stems)


@cache
def _corrected(word: str) -> str:
    if _written(word):
        return word
    # "sooo" is "so", "yesss" is "yes", "calll" is "call".
    drawn = {_DRAWN.sub(r"\1", word), _DRAWN.sub(r"\1\1", word)} & common().keys()
    if drawn and _DRAWN.search(word):
        return min(drawn, key=common().__getitem__)
    meant = _likeliest(word, near(word))
    if meant == word and len(word) >= _LONG:
        for other in _exchanged(word):
            meant = min(meant, _likeliest(word, near(other)), key=lambda found: common().get(found, len(common()) + 1))
    return meant


def _likeliest(word: str, candidates: dict[str, int]) -> str:
    known = common()
    likely = [other for other in candidates if other in known and other[0] == word[0] and len(other) > 2]  # noqa: PLR2004 - "is" is a slip of too much
    return min(likely, key=lambda other: known[other] * candidates[other], default=word)


def near(word: str) -> dict[str, int]:
    """Everything one slip away from a word, with how unlikely that slip is."""
    parts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    result = {a + letter + b[1:]: _UNLIKELY for a, b in parts if b for letter in ascii_lowercase}
    result |= {a + b[1:]: _UNLIKELY for a, b in parts if b}
    result |= dict.fromkeys(_exchanged(word), 1)
    result |= {a + letter + b: 1 for a, b in parts for letter in ascii_lowercase}
    result.pop(word, None)
    return result


def _exchanged(word: str) -> list[str]:
    """Two letters back in their order, or a doubled one once."""
    places = range(len(word) - 1)
    swapped = [word[:place] + word[place + 1] + word[place] + word[place + 2 :] for place in places]
    return swapped + [word[:place] + word[place + 1 :] for place in places if word[place] == word[place + 1]]
