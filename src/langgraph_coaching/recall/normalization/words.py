"""Word lists: what people use with agents, English words, and the commonest slips with what is meant by them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

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

_ENDS = tuple(
    (end, stem)
    for end in ("es", "ed", "er", "en", "ly", "ing", "al", "able", "y", "n", "ee", "ment", "less")
    for stem in ("", "e")
)
"""Endings, and what a stem may have lost before one: "fiddling" is a word because "fiddle" is."""

_STEM = 4
"""Letters of a stem at least: "mony" is no "mon" with an ending."""


@cache
def vocabulary() -> dict[str, int]:
    """English words of the packaged tokenizer, the more frequent the smaller their number."""
    tokenizer = json.loads((Path(minilm.__file__).parent / "tokenizer.json").read_text(encoding="utf-8"))
    return {word: number for word, number in tokenizer["model"]["vocab"].items() if word.isalpha()}


@cache
def common_words() -> dict[str, int]:
    """The words of `WORDS`, with their ranks."""
    return {word: rank for rank, word in enumerate(WORDS.read_text(encoding="utf-8").split(), 1)}


@cache
def _slip_meanings() -> frozenset[str]:
    return frozenset(" ".join(SLIPS.values()).lower().split())


def is_word(word: str) -> bool:
    """Whether it is a word, with or without an ending."""
    if word in common_words() or word in SLIPS or word in _slip_meanings():
        return True
    stems = {
        word.removesuffix(end) + lost for end, lost in _ENDS if word.endswith(end) and len(word) - len(end) >= _STEM
    }
    stems |= {word} | ({word[:-1]} if word.endswith(("s", "ed", "er")) else set())
    return any(stem in known for known in (common_words(), vocabulary()) for stem in stems)
