"""The first day: coachings as people write them, asked in other people's natural words. A table and a JSON.

    python tests/benchmarks/first_day.py [--half report] [--embedders minilm hashed] [--out first_day.json]

`first_day.json` was written before anything was tuned on it: 32 intents of four kinds of agent, each with ten phrasings
by different people (short, typos, indirect, emotional, two in one, negated), and 128 turns on which nothing may fire,
half of them near misses. Half of the intents, with their near misses, are for tuning (`--half tune`), the other half is
reported. A store holds all coachings of a half. Rows: what is known of each coaching. "cosine" is the plain cosine to
the mean of what is known, at the threshold that fires on as many silent turns as the package does.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from data import Said, cases, options
from data import first_day as read_first_day
from intents import Coached, Given, numbered
from measure import calibration_error, scores
from proposals import intents, replayed
from rich.console import Console
from rich.table import Table
from vectors import EMBEDDERS, Vectors

from langgraph_coaching.coaching.model import Example
from langgraph_coaching.recall.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Sequence

PROPOSED = "first_day_proposed.json"
"""Twelve phrasings and eight near misses for each reported coaching, worded by somebody who has seen nothing of it but
intent, reply and source, as a capable model would."""

ANSWERS = 10
"""Recorded situations that are answered yes or no, a coaching."""

FLOORS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7)
AIMS = {"intent alone": 50, "1 example": 70, "3 examples": 85, "1 + proposals": 90}

console = Console(width=170)


class Half(NamedTuple):
    """The coachings of one half, and what is asked."""

    intents: list[dict]
    asked: list[Said]
    """Phrasings, with the index of their coaching; silent turns with -1."""
    styles: list[str]
    """Of each: the style of a phrasing, `near miss` or `unrelated`."""


def half_of(name: str) -> Half:
    """Reads one half, `tune` or `report`."""
    intents, silent = read_first_day(name)
    asked, styles = [], []
    for index, one in enumerate(intents):
        for phrasing in one["phrasings"]:
            asked.append(Said(phrasing["text"], index))
            styles.append(phrasing["style"])
    for one in silent:
        asked.append(Said(one["text"], -1))
        styles.append("near miss" if one["near"] else "unrelated")
    return Half(intents, asked, styles)


def stores(half: Half, vectors: Vectors) -> dict[str, Coached]:
    """One store for each row of the table, by its name."""

    def store(known: Sequence[Sequence[Example]]) -> Coached:
        said = enumerate(zip(half.intents, known, strict=True))
        return Coached(vectors, (numbered(index, one["intent"], told) for index, (one, told) in said))

    one = [[Example(text=intent["source"])] for intent in half.intents]
    three = [[Example(text=text) for text in (intent["source"], *intent["examples"])] for intent in half.intents]
    result = {
        "intent alone": store([[] for _ in half.intents]),
        "1 example": store(one),
        "3 examples": store(three),
        "1 + answers": answered(store(one), half),
    }
    if half.intents == intents():
        proposed = replayed(half.intents)
        told = [[proposal.example for proposal in proposed[intent["id"]].proposals] for intent in half.intents]
        result["1 + a small model's proposals"] = store([[*a, *b] for a, b in zip(one, told, strict=True)])
        good = cases(PROPOSED)
        told = [_examples(good[intent["id"]]) for intent in half.intents]
        result["1 + proposals"] = store([[*a, *b] for a, b in zip(one, told, strict=True)])
    return result


def _examples(proposed: dict[str, list[str]]) -> list[Example]:
    also = [Example(text=text, origin="proposed") for text in proposed["phrasings"]]
    return also + [Example(text=text, applies=False, origin="proposed") for text in proposed["near_misses"]]


def answered(store: Coached, half: Half) -> Coached:
    """The same after a person said yes or no to recorded situations, those nearest to each coaching's floor.

    What was recorded are the phrasings of the even numbers and the silent turns; a phrasing that was answered is one of
    those asked, so that recall is counted over the others (`fresh`).
    """
    recorded = [said for index, said in enumerate(half.asked) if index % 2 == 0]
    found = store.candidates(store.vectors.places([said.text for said in recorded]))
    chance = scores(found, store.at)
    floor = Limits().floor
    given: dict[int, list[Given]] = defaultdict(list)
    for index in range(len(store.heads)):
        undecided = np.argsort(np.abs(_logit(chance[:, index]) - _logit(np.array(floor))))[:ANSWERS]
        given[index] = [Given(recorded[i].text, recorded[i].right == index, None) for i in undecided]
    return store.taught(given)


def _logit(chance: np.ndarray) -> np.ndarray:
    inside = np.clip(chance, 1e-4, 1 - 1e-4)
    return np.log(inside / (1 - inside))


def figures(name: str, store: Coached, half: Half) -> dict:
    """What one store does, percent."""
    right = np.array([said.right for said in half.asked])
    styles = np.array(half.styles)
    found = store.candidates(store.vectors.places([said.text for said in half.asked]))
    chance = scores(found, store.at)
    # What was answered in `1 + answers` is half of what is asked; the other half is what counts there.
    kept = np.arange(len(right)) % 2 == 1 if name == "1 + answers" else np.ones(len(right), dtype=bool)
    inside, outside = (right >= 0) & kept, (right < 0) & kept

    def at(floor: float) -> tuple[float, float, float]:
        applied = [set(store.applied(one, Limits(floor=floor))) for one in found]
        hit = np.array([index in on for on, index in zip(applied, right, strict=True)])
        fired = np.array([bool(on) for on in applied])
        wrong = np.array([bool(on - {index}) for on, index in zip(applied, right, strict=True)])
        return 100 * hit[inside].mean(), 100 * fired[outside].mean(), 100 * wrong[inside].mean()

    applied = [set(store.applied(one, Limits())) for one in found]
    hit = np.array([index in on for on, index in zip(applied, right, strict=True)])
    fired = np.array([bool(on) for on in applied])
    recall, false, wrong = at(Limits().floor)
    own = chance[np.arange(len(right)), np.maximum(right, 0)]
    allowed = _threshold(chance.max(axis=1)[outside], 0.1)
    texts = store.vectors([said.text for said in half.asked])
    similar = texts @ store.fits.prototypes.T
    level = _threshold(similar.max(axis=1)[outside], max(false / 100, 0.1))
    best = chance.argmax(axis=1)
    return {
        "recall": recall,
        "false": false,
        "wrong": wrong,
        "near misses": 100 * fired[outside & (styles == "near miss")].mean(),
        "unrelated": 100 * fired[outside & (styles == "unrelated")].mean(),
        "first": 100 * (best == right)[inside].mean(),
        "recall at 10 % false": 100 * (own >= allowed)[inside].mean(),
        "cosine there": 100 * (similar[np.arange(len(right)), np.maximum(right, 0)] >= level)[inside].mean(),
        "ECE": calibration_error(chance.max(axis=1)[kept], (best == right)[kept]),
        "best floor": max(FLOORS, key=lambda floor: at(floor)[0] - at(floor)[1]),
        "floors": {str(floor): at(floor)[:2] for floor in FLOORS},
        "styles": {style: 100 * hit[inside & (styles == style)].mean() for style in sorted(set(styles[inside]))},
    }


def _threshold(scores_: np.ndarray, share: float) -> float:
    """Above it lies at most this share."""
    allowed = min(int(share * len(scores_)), len(scores_) - 1)
    return float(np.sort(scores_)[::-1][allowed]) + 1e-9


def main() -> None:
    """Prints the tables."""
    parser = options(__doc__, vectors=True)
    parser.add_argument("--half", choices=["tune", "report"], default="report")
    parser.add_argument("--embedders", nargs="+", default=["minilm", "hashed"], choices=list(EMBEDDERS))
    parser.add_argument("--out", type=Path, help="JSON")
    given = parser.parse_args()
    half, result = half_of(given.half), {}
    silent = sum(said.right < 0 for said in half.asked)
    for name in given.embedders:
        vectors = Vectors(name, given.vectors)
        rows = {row: figures(row, store, half) for row, store in stores(half, vectors).items()}
        vectors.save()
        result[name] = rows
        columns = [column for column in next(iter(rows.values())) if column not in ("styles", "floors")]
        told = f"{len(half.intents)} coachings, {len(half.asked) - silent} phrasings, {silent} silent turns"
        title = f"{name}, {given.half}: {told}, floor {Limits().floor}"
        table = Table("known of each", *columns, "aim: recall", title=title)
        for row, found in rows.items():
            shown = (f"{found[column]:.{3 if column in ('ECE', 'best floor') else 0}f}" for column in columns)
            table.add_row(row, *shown, str(AIMS.get(row, "")))
        console.print(table)
        styles = Table("known of each", *next(iter(rows.values()))["styles"], title="recall by style, percent")
        for row, found in rows.items():
            styles.add_row(row, *(f"{value:.0f}" for value in found["styles"].values()))
        console.print(styles)
        floors = Table("known of each", *map(str, FLOORS), title="recall / false by floor, percent")
        for row, found in rows.items():
            floors.add_row(row, *(f"{recall:.0f} / {false:.0f}" for recall, false in found["floors"].values()))
        console.print(floors)
    if given.out:
        given.out.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
