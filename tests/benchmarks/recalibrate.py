"""How long fitting every coaching anew takes, with real texts: 1,000 coachings of 3 examples and 20 verdicts each.

    python tests/benchmarks/recalibrate.py --data ../shared/data [--coachings 1000] [--json FILE]

Each coaching has utterances of one intent of CLINC150, BANKING77 or HWU64 as where it applies, and of others as where
it never does. Vectors are known, as in a store.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from data import halves, in_words, options
from intents import numbered
from vectors import Vectors

from langgraph_coaching.coaching.model import Example
from langgraph_coaching.recall.scoring.head import Head, fit

APPLIES, NEVER = 13, 10
"""Texts beside the intent: 3 examples, and 20 verdicts half of which say never."""


def main() -> None:
    """Prints the seconds."""
    parser = options(__doc__, data=True, vectors=True)
    parser.add_argument("--coachings", type=int, default=1_000)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    vectors, rng = Vectors("minilm", given.vectors), np.random.default_rng(0)
    rows = [row for name in ("clinc150", "banking77", "hwu64") for row in halves(given.data, name)[0]]
    by_intent = defaultdict(list)
    for row in rows:
        by_intent[row["intent"]].append(row["text"])
    names = sorted(name for name, found in by_intent.items() if len(found) >= APPLIES)
    heads = []
    for index in range(given.coachings):
        name = names[index % len(names)]
        yes = rng.permutation(by_intent[name])[:APPLIES].tolist()
        no = [rows[i]["text"] for i in rng.integers(len(rows), size=NEVER)]
        examples = [*(Example(text=text) for text in yes), *(Example(text=text, applies=False) for text in no)]
        heads.append(Head(numbered(index, in_words(name), examples), vectors([in_words(name), *yes, *no])))
    background = vectors.background
    started = time.perf_counter()
    fit(heads, background)
    found = {"coachings": len(heads), "seconds": time.perf_counter() - started}
    vectors.save()
    print(f"{found['coachings']:,} coachings fitted in {found['seconds']:.2f} s")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
