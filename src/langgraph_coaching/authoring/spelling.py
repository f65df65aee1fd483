"""Chat speak and the commonest slips, written as they are meant, before a turn is read."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from string import ascii_lowercase

from langgraph_coaching.recall import background, minilm

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
macchito=macchiato choclate=chocolate togo=to_go macha=matcha
"""
_MEANT = {slip: meant.replace("_", " ") for slip, _, meant in (pair.partition("=") for pair in _PAIRS.split())}
_WORD = re.compile(r"(?<![\w'-])[^\W_]+(?![\w'-])")
_LIKE = re.compile(r"\bid (?=(?:like|love|prefer|rather)\b)", re.IGNORECASE)
_LOUD = re.compile(r"\b(?:ALL|NOT|ANY|NO|ONLY|VERY|NEVER|PLEASE|NOW|EVERY|BOTH|EXACTLY|DO|DON'T|CAN'T|WHY|WHAT|HOW)\b")
_TAKEN_BACK = re.compile(
    r"\b(?:an?|the|one|two|\d) [^,.!?\n]{1,40}, (?:sorry|i mean|no wait|wait|no|or rather|actually),? "
    r"(?=(?:an?|the|one|two|\d) )",
    re.IGNORECASE,
)
_SIX = re.compile("[a-z]{6,}")
_LETTERS = re.compile("[a-z]+")
_FREQUENT = 12_000
"""Number in the vocabulary up to which a word is common enough to be meant."""

_LEAST = 12
"""Letters from which a text without a small one is shouted."""


def spelled(text: str) -> str:
    """The text with its slips mended, and with what its speaker takes back ("a latte, sorry, a tea") left out.

    Args:
        text: Of any language; words that are no known slip, and no common word with one letter missing, doubled or
            exchanged with its neighbour, stay as they are.
    """
    if sum(letter.isupper() for letter in text) >= _LEAST and not any(letter.islower() for letter in text):
        text = text.lower()
    text = _TAKEN_BACK.sub("", _LOUD.sub(lambda found: found[0].lower(), text))
    return _WORD.sub(lambda found: _mended(found[0]), _LIKE.sub("I'd ", text))


def _mended(word: str) -> str:
    meant = _MEANT.get(word.lower())
    if meant is None:
        return _corrected(word) if _SIX.fullmatch(word) else word
    if word.isupper() and len(word) > 1:
        return word
    return meant[0].upper() + meant[1:] if word[0].isupper() else meant


@cache
def _known() -> dict[str, int]:
    """English words, the more frequent the smaller their number: the vocabulary of the packaged embedder."""
    tokenizer = json.loads((Path(minilm.__file__).parent / "tokenizer.json").read_text(encoding="utf-8"))
    words = {word: number for word, number in tokenizer["model"]["vocab"].items() if word.isalpha()}
    requests, talk = background.texts()
    for text in (*requests, *talk):
        for word in _LETTERS.findall(text.lower()):
            words.setdefault(word, _FREQUENT)
    return words


@cache
def _corrected(word: str) -> str:
    known = _known()
    if any(word.removesuffix(end) in known for end in ("", "s", "es", "d", "ed", "r", "er", "ly", "ing", "al", "able")):
        return word
    parts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    near = {a + b[1:] for a, b in parts if b and a[-1:] == b[0]}
    near |= {a + b[1] + b[0] + b[2:] for a, b in parts if len(b) > 1}
    near |= {a + letter + b for a, b in parts for letter in ascii_lowercase}
    common = [other for other in near if known.get(other, _FREQUENT) < _FREQUENT and other[0] == word[0]]
    return min(common, key=known.__getitem__, default=word)
