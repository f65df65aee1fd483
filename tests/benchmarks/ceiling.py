"""How far a frozen embedder goes: a logistic classifier that is told the truth of traffic, beside coaching that is not.

    pip install scikit-learn
    python tests/benchmarks/ceiling.py --data ../shared/data [--seeds 3] [--embedder minilm] [--json FILE]

The same stores and test utterances as in `recall.py`. "Told of 2,000" knows the intent of each situation that the store
with traffic has merely met, some thirteen of each intent of the data set, coached or not; "told of all" that of every
train utterance. Whatever such a classifier cannot do is not to be had from a few examples and ten verdicts a coaching.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from data import halves, in_words, options, split
from intents import Coached, Reviewer, first
from measure import at_recall, scores
from rich.console import Console
from rich.table import Table
from vectors import EMBEDDERS, Vectors

from langgraph_coaching.recall.scoring.traffic import MOST

if TYPE_CHECKING:
    from data import Split

CASES = (
    ("clinc150", 50, 3, 0, 0.90, "6"),
    ("clinc150", 50, 1, 0, 0.90, "12"),
    ("clinc150", 50, 3, 10, 0.93, "2"),
    ("clinc150", 10, 3, 0, 0.92, "1"),
    ("banking77", 15, 3, 10, 0.80, "15"),
)
"""Data, intents coached, examples and verdicts each, recall, and the false application aimed at, percent."""

ASKED = 2_000
COMPLEXITY = 3.0
"""Inverse regularisation of the classifier; 1 to 30 are alike."""


def told(found: Split, vectors: Vectors, texts: list[str], intents: list[str]) -> np.ndarray:
    """Probability of each coached intent at each asked text, by a classifier that knows these intents."""
    from sklearn.linear_model import LogisticRegression

    known = [(text, name) for name, some in zip(found.names, found.examples, strict=True) for text in (name, *some)]
    labels = np.array([*intents, *(name for _, name in known)])
    model = LogisticRegression(C=COMPLEXITY, max_iter=300)
    model.fit(vectors([*texts, *(text for text, _ in known)]), labels)
    chance = model.predict_proba(vectors([said.text for said in found.asked[:ASKED]]))
    place = {name: index for index, name in enumerate(model.classes_)}
    return chance[:, [place[name] for name in found.names]]


def one_seed(data: Path, case: tuple, vectors: Vectors, seed: int) -> dict[str, float]:
    """False application of each at the recall of the case."""
    name, coached, examples, verdicts, recall, _ = case
    found = split(data, name, coached, examples, seed)
    asked = found.asked[:ASKED]
    right = np.array([said.right for said in asked])
    store = Coached.of(vectors, found.names, found.examples)
    if verdicts:
        store = store.taught(first(Reviewer(verdicts).verdicts(store, found.stream), verdicts))
    places = vectors.places([said.text for said in asked])
    train, _ = halves(data, name)
    intent = {row["text"]: in_words(row["intent"]) for row in train}
    met = [said.text for said in found.stream[:MOST]]
    result = {
        "cosine": vectors([said.text for said in asked]) @ store.fits.prototypes.T,
        "coaching": scores(store.candidates(places), store.at),
        "coaching with traffic": scores(store.beside(vectors.places(met)).candidates(places), store.at),
        "told of 2,000": told(found, vectors, met, [intent[text] for text in met]),
        "told of all": told(found, vectors, list(intent), list(intent.values())),
    }
    return {method: at_recall(found_, right, recall)["false_at"] for method, found_ in result.items()}


def main() -> None:
    """Prints the table."""
    parser = options(__doc__, data=True, vectors=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--embedder", default="minilm", choices=list(EMBEDDERS))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    vectors, rows = Vectors(given.embedder, given.vectors), []
    for case in CASES:
        figures = defaultdict(list)
        for seed in range(given.seeds):
            for method, value in one_seed(given.data, case, vectors, seed).items():
                figures[method].append(value)
        rows.append({"case": case, **{method: float(np.mean(some)) for method, some in figures.items()}})
    vectors.save()
    methods = list(rows[0])[1:]
    table = Table(
        *("data", "coached", "examples", "verdicts", "at recall", *methods, "aim"),
        title=f"{given.embedder}: false application, percent, test split, {given.seeds} seeds",
    )
    for row in rows:
        *case, aim = row["case"]
        table.add_row(*map(str, case), *(f"{100 * row[method]:.1f}" for method in methods), aim)
    Console(width=150).print(table)
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
