"""What a judge brings on the first day, with a small real model, beside one that is always right.

    python tests/benchmarks/judge.py                                                # from the recording
    python tests/benchmarks/judge.py --record --base-url http://127.0.0.1:8088/v1   # from the model, recorded

The reported half of `first_day.json`, one example a coaching, every third turn. A judge is asked about candidates near
the floor only.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from data import CASSETTES, NOWHERE, options
from first_day import half_of, stores
from rich.console import Console
from rich.table import Table
from vectors import Vectors

from langgraph_coaching.demo.agent import chat_model
from langgraph_coaching.recall.judge import BAND, MOST, Judge
from langgraph_coaching.recall.limits import Limits
from langgraph_coaching.recall.select import select
from langgraph_coaching.recall.situation import Situation
from langgraph_coaching.testing.cassette import recorded

CASSETTE = CASSETTES / "first_day" / "judge.yaml"
AGAIN = "python tests/benchmarks/judge.py --record --base-url http://127.0.0.1:8088/v1"
EVERY = 3
"""Turns of which one is asked."""


def measure(base_url: str, vectors: Path) -> list[tuple[str, dict[str, float]]]:
    """Figures without a judge, with the model behind this address, and with one that is always right, percent."""
    half = half_of("report")
    store = stores(half, Vectors("minilm", vectors))["1 example"]
    asked = half.asked[::EVERY]
    limits, judge = Limits(), Judge(chat_model(base_url))
    found = store.candidates(store.vectors.places([said.text for said in asked]))
    answers: dict[str, list[dict[str, bool]]] = {"no judge": [], "small real model": [], "always right": []}
    agreed = []
    for said, candidates in zip(asked, found, strict=True):
        near = [one for one in candidates if abs(one.probability - limits.floor) <= BAND][:MOST]
        truth = {one.head.coaching.id: store.at[one.head.coaching.id] == said.right for one in near}
        told = judge.confirm(Situation(((said.text, True),)), candidates, limits.floor)
        agreed += [told[name] == is_right for name, is_right in truth.items()]
        for name, one in (("no judge", {}), ("small real model", told), ("always right", truth)):
            answers[name].append(one)
    right = np.array([said.right for said in asked])
    rows = []
    for name, judged in answers.items():
        applied = [
            {store.at[one.coaching_id] for one in select(candidates, limits, judged=told).applied}
            for candidates, told in zip(found, judged, strict=True)
        ]
        hit = np.array([index in on for on, index in zip(applied, right, strict=True)])
        fired = np.array([bool(on) for on in applied])
        figures = {"recall": 100 * hit[right >= 0].mean(), "false": 100 * fired[right < 0].mean()}
        figures["asked"] = 0.0 if name == "no judge" else 100 * np.mean([bool(told) for told in judged])
        figures["answers right"] = 100 * np.mean(agreed) if name == "small real model" else float("nan")
        rows.append((name, figures))
    return rows


def main() -> None:
    """Prints the table."""
    parser = options(__doc__, vectors=True)
    parser.add_argument("--base-url", help="an OpenAI-compatible endpoint that serves the model of the recording")
    parser.add_argument("--record", action="store_true", help="replace the recording")
    given = parser.parse_args()
    if given.record:
        if not given.base_url:
            sys.exit("to record, say with --base-url where the model is served")
        with tempfile.TemporaryDirectory() as folder:
            new = Path(folder) / "new.yaml"
            with recorded(new, again=AGAIN, record="rewrite"):
                rows = measure(given.base_url, given.vectors)
            CASSETTE.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(new, CASSETTE)
    else:
        with recorded(CASSETTE, again=AGAIN):
            rows = measure(NOWHERE, given.vectors)
    table = Table("", *rows[0][1], title="percent")
    for name, figures in rows:
        table.add_row(name, *(f"{value:.0f}" for value in figures.values()))
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
