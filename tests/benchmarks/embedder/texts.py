"""Writes what the package takes from the families: the words people use with agents, and short wishes.

    python tests/benchmarks/embedder/texts.py       # writes words.txt and wishes.txt

The words are the commonest first, for mending slips before a text is embedded. What is a letter away from a word that
is said far more often, and is no word of the tokenizer's, is a slip itself and is left out. The wishes are a short
message of every other family, for telling what opens a matter from what answers a question.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from corpus import FAMILIES
from data import rows

from langgraph_coaching.recall.normalization import correction, spelling, words
from langgraph_coaching.recall.scoring import background
from langgraph_coaching.recall.scoring.background.texts import texts

LEAST, OFTENER, FREQUENT = 3, 5, 8_000
"""Texts a word is in at least; how much oftener another is said whose slip it then is; number in the tokenizer's
vocabulary, which is ordered by how common a word is, up to which a word is taken besides."""

WISHES = Path(background.__file__).with_name("wishes.txt")


def main() -> None:
    """Writes both."""
    said: Counter[str] = Counter()
    families = rows(FAMILIES)
    short = [min((one for one in row["said"] if " " in one), key=len) for row in families[::2]]
    WISHES.write_text("\n".join(dict.fromkeys(map(spelling.mended, short))) + "\n", encoding="utf-8")
    for row in families:
        for text in (row["intent"], *row["said"], *row["near"]):
            said.update(set(re.findall(r"(?<![\w'])[a-z]+(?![\w'])", text.lower())))
    for part in texts():
        for text in part:
            said.update(set(re.findall(r"(?<![\w'])[a-z]+(?![\w'])", text.lower())))
    written = words.vocabulary()
    found = {word: count for word, count in said.items() if count >= LEAST and not _slip(word, said, written)}
    common = [word for word, number in written.items() if number < FREQUENT and word.isascii() and len(word) > 1]
    ordered = sorted(found, key=lambda word: (-found[word], word))
    ordered += [word for word in sorted(common, key=written.__getitem__) if word not in found]
    words.WORDS.write_text("\n".join(ordered) + "\n", encoding="utf-8")
    print(f"{len(ordered)} words, {len(short)} wishes")


def _slip(word: str, said: Counter[str], written: dict[str, int]) -> bool:
    if word in words.SLIPS:
        return True
    return word not in written and any(said[near] > OFTENER * said[word] for near in correction.near(word))


if __name__ == "__main__":
    main()
