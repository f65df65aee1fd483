"""Does the first stage change what is found? The same situations with it, and with every row read in full.

    python tests/benchmarks/first_stage.py --data ../shared/data [--vectors FOLDER] [--asked 1500] [--embedder minilm]

Large stores whose coachings are known by utterances of three intent data sets: by one text each, by three of the same
intent, and of one domain alone; each also beside a traffic of 2,000 others. Asked are utterances of the same data sets
that nothing else uses.
"""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from data import labelled, options, shuffled
from intents import Coached, numbered
from rich.console import Console
from rich.table import Table
from vectors import EMBEDDERS, Vectors

from langgraph_coaching.coaching.model import Example
from langgraph_coaching.recall.limits import Limits
from langgraph_coaching.recall.scoring.first_stage import Rows
from langgraph_coaching.recall.scoring.situation_vector import SituationVector
from langgraph_coaching.recall.scoring.traffic import MOST

if TYPE_CHECKING:
    from pathlib import Path

    from langgraph_coaching.recall.search import Candidate

SETS = ("banking77", "clinc150", "hwu64")
LARGE = 10_000
FIRST = 5


class Found(NamedTuple):
    """What one situation has found: probabilities in order of rank, and what is applied."""

    chances: dict[str, float]
    applied: list[int]


def found(coached: Coached, vectors: np.ndarray) -> list[Found]:
    """What a store applies in these situations; its background's own rows say with or without a first stage."""
    background = coached.vectors.background
    places = [SituationVector(vector, background.crowded(vector)) for vector in vectors]
    return [_found(coached, candidates) for candidates in coached.candidates(places)]


def _found(coached: Coached, candidates: list[Candidate]) -> Found:
    chances = {one.head.coaching.id: one.probability for one in candidates}
    return Found(chances, coached.applied(candidates, Limits()))


def in_full(coached: Coached) -> Coached:
    """The same store without any first stage."""
    other, vectors = copy(coached), copy(coached.vectors)
    # Without axes, every row is read.
    vectors.__dict__["background"] = replace(vectors.background, axes=None)
    other.vectors = vectors
    if coached.traffic:
        other.traffic = replace(coached.traffic, rows=Rows.of(coached.traffic.vectors))
    return other


def stores(data: Path, vectors: Vectors, asked: int) -> tuple[dict[str, Coached], list[str]]:
    """Stores by what they are, and texts to ask."""
    said = [(name, row["intent"], row["text"]) for name in SETS for row in labelled(data, name)]
    said = shuffled(said, 0)
    texts = [text for _, _, text in said[:asked]]
    met, rest = said[asked : asked + MOST], said[asked + MOST :]
    groups = defaultdict(list)
    for name, intent, text in rest:
        groups[name, intent].append(text)
    threes = [found[i : i + 3] for found in groups.values() for i in range(0, len(found) - 2, 3)]
    plain = {
        "one text each": [[text] for _, _, text in rest[:LARGE]],
        "three texts each": threes,
        "one domain": [[text] for name, _, text in rest if name == SETS[0]],
    }
    made = {name: _coached(vectors, coachings) for name, coachings in plain.items()}
    places = vectors.places([text for _, _, text in met])
    return made | {f"{name}, with traffic": coached.beside(places) for name, coached in made.items()}, texts


def _coached(vectors: Vectors, known: list[list[str]]) -> Coached:
    vectors([text for texts in known for text in texts])  # in one go
    examples = [[Example(text=text) for text in texts[1:]] for texts in known]
    pairs = enumerate(zip(known, examples, strict=True))
    return Coached(vectors, (numbered(index, texts[0], more) for index, (texts, more) in pairs))


def main() -> None:
    """Prints the table."""
    asked = options(__doc__, data=True, vectors=True)
    asked.add_argument("--asked", type=int, default=1_500)
    asked.add_argument("--embedder", choices=EMBEDDERS, default="minilm")
    given = asked.parse_args()
    vectors = Vectors(given.embedder, given.vectors)
    made, texts = stores(given.data, vectors, given.asked)
    live = vectors(texts)
    vectors.save()
    table = Table(
        "store",
        "coachings",
        "applied the same",
        "applied, most it moves",
        "first five the same",
        "all candidates the same",
        "probability moves: mean, most",
        title=f"with the first stage, against every row read in full; {len(texts):,} situations",
    )
    for name, coached in made.items():
        pairs = list(zip(found(coached, live), found(in_full(coached), live), strict=True))
        moves = [abs(one.chances[i] - p) for one, full in pairs for i, p in full.chances.items() if i in one.chances]
        ids = [(one, full, [coached.heads[i].coaching.id for i in full.applied]) for one, full in pairs]
        moved = [abs(one.chances.get(i, 0.0) - full.chances[i]) for one, full, applied in ids for i in applied]
        same = [
            np.mean([one.applied == full.applied for one, full in pairs]),
            np.mean([list(one.chances)[:FIRST] == list(full.chances)[:FIRST] for one, full in pairs]),
            np.mean([one.chances.keys() == full.chances.keys() for one, full in pairs]),
        ]
        table.add_row(
            name,
            f"{len(coached.heads):,}",
            f"{same[0]:.2%}",
            f"{max(moved, default=0.0):.4f}",
            f"{same[1]:.2%}",
            f"{same[2]:.2%}",
            f"{np.mean(moves):.5f}, {np.max(moves):.3f}",
        )
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
