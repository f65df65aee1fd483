"""How people type: slips, missing letters, chat speak, no punctuation."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")

CHAT = {
    "you": "u", "your": "ur", "are": "r", "please": "pls", "thanks": "thx", "thank you": "ty", "because": "cuz",
    "what": "wat", "with": "w/", "without": "w/o", "people": "ppl", "tomorrow": "tmrw", "message": "msg",
    "before": "b4", "to": "2", "for": "4", "okay": "k", "i do not": "i dont", "cannot": "cant", "can not": "cant",
    "going to": "gonna", "want to": "wanna", "got to": "gotta", "i am": "im", "i have": "ive", "it is": "its",
    "do not": "dont", "does not": "doesnt", "is not": "isnt", "account": "acct", "information": "info",
    "as soon as possible": "asap", "right now": "rn", "i do not know": "idk", "by the way": "btw", "probably": "prob",
    "really": "rly", "about": "abt", "someone": "sb", "number": "nr", "minutes": "mins", "password": "pw",
}  # fmt: skip
_CHAT = re.compile(rf"\b({'|'.join(sorted(map(re.escape, CHAT), key=len, reverse=True))})\b", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[,.;:!?'\u2019\"]")
OPENERS = ("hi, ", "hello, ", "hey ", "um ", "so ", "ok so ", "hi there, ", "quick question: ", "sorry, ", "listen, ")
CLOSERS = (" please", " thanks", " thx", "??", "!!", " asap", " :(", " please help", " any idea?", " ...")


def noisy(text: str, rng: random.Random) -> str:
    """The text as somebody else might have typed it; half of the time as it is."""
    if rng.random() < 0.5:
        return text
    if rng.random() < 0.3:
        text = _CHAT.sub(lambda found: CHAT[found[0].lower()] if rng.random() < 0.7 else found[0], text)
    if rng.random() < 0.4:
        text = _PUNCTUATION.sub("", text.lower())
    if rng.random() < 0.4:
        words = text.split(" ")
        for _ in range(max(1, round(len(words) * rng.uniform(0.05, 0.3)))):
            place = rng.randrange(len(words))
            words[place] = slipped(words[place], rng)
        text = " ".join(words)
    if rng.random() < 0.15:
        text = rng.choice(OPENERS) + text
    if rng.random() < 0.15:
        text += rng.choice(CLOSERS)
    return text.upper() if rng.random() < 0.02 else text


def slipped(word: str, rng: random.Random) -> str:
    """One slip of the fingers: two letters swapped, one left out, doubled, or its neighbour on the keyboard."""
    if len(word) < 4:
        return word
    at = rng.randrange(len(word) - 1)
    kind = rng.randrange(5)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        return word[:at] + word[at] + word[at:]
    if kind == 3:
        return word[:at] + neighbour(word[at], rng) + word[at + 1 :]
    vowels = [place for place, letter in enumerate(word) if place and letter.lower() in "aeiou"]
    return word if not vowels else word[: vowels[-1]] + word[vowels[-1] + 1 :]


def neighbour(letter: str, rng: random.Random) -> str:
    """A key beside this one."""
    if letter.lower() not in string.ascii_lowercase:
        return letter
    row = next(one for one in KEYS if letter.lower() in one)
    place = row.index(letter.lower())
    return row[max(0, min(len(row) - 1, place + rng.choice((-1, 1))))]
