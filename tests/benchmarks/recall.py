"""Does coaching fire where it should, and is it silent otherwise? A table, a plot and a JSON.

    python tests/benchmarks/recall.py --data ../shared/data [--seeds 5] [--quick] [--out recall]

Intents: some of a data set's intents are coached, each with its name in words and 0 to 3 train utterances. Test
utterances of the others, and what is out of scope, must stay without coaching. Then a simulated reviewer gives 5, 10
and 20 verdicts a coaching on train utterances as they come. "With traffic" is a store that has met train utterances of
all intents before, as they come and unlabelled; "calibrated" one that `calibrate` has made as reserved as its verdicts
call for. Everything is measured with the package's own search and
choice at default settings; its constants come from train splits (`tune.py`). Then dialogues, several coachings at once,
and recorded runs. `--quick` takes one seed and a part of it.

The embedded embedder has read BANKING77, HWU64, DSTC11 and NLU++. Their figures are those of models that have not:
made by `embedder/train.py --without …`, exported `--into` a folder, and asked with `--embedders another --sets …`, the
folder in COACHING_MODEL.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import baselines
import dialogues
import numpy as np
from data import options, split
from intents import Coached, Reviewer, first
from measure import at_recall, calibration_error, chosen, scores
from rich.console import Console
from rich.table import Table
from vectors import EMBEDDERS, Vectors

from langgraph_coaching.recall.judge import BAND
from langgraph_coaching.recall.judge import MOST as NEAR
from langgraph_coaching.recall.limits import Limits
from langgraph_coaching.recall.scoring.traffic import MOST
from langgraph_coaching.recall.select import select

if TYPE_CHECKING:
    import argparse

    from data import Said

    from langgraph_coaching.recall.search import Candidate

VERDICTS = (0, 5, 10, 20)
FLOORS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
ASKED = 2_000
"""Test utterances asked in one case and seed."""
FULL_TEXT = 400
"""Of them those that the full-text search is asked."""

MET = 250
"""STAR dialogues that a store with traffic has met; even ones, while odd ones are asked."""

console = Console(width=200)


class Case(NamedTuple):
    """One store and what it is asked."""

    data: str
    coached: int
    """Intents; 0 for all."""
    examples: int
    recall: float
    """At which the thresholds of others are compared."""
    aims: dict[int, str] = {}  # noqa: RUF012 - never changed
    """What the project set itself, by number of verdicts."""


CASES = (
    Case("clinc150", 10, 0, 0.9),
    Case("clinc150", 10, 1, 0.9),
    Case("clinc150", 10, 3, 0.92, {0: "<= 1 % at >= 92 %"}),
    Case("clinc150", 50, 0, 0.9),
    Case("clinc150", 50, 1, 0.9, {0: "<= 12 % at >= 90 %"}),
    Case("clinc150", 50, 3, 0.9, {0: "<= 6 % at >= 90 %", 10: "<= 2 % at >= 93 %"}),
    Case("clinc150", 0, 3, 0.9),
    Case("banking77", 15, 1, 0.8),
    Case("banking77", 15, 3, 0.8, {10: "<= 15 % at >= 80 %"}),
    Case("hwu64", 20, 3, 0.8),
    Case("dstc11_intents", 20, 3, 0.8),
    Case("abcd", 20, 0, 0.8),
)
MAIN = Case("clinc150", 50, 3, 0.9)
"""The one with all baselines and embedders, and on the plot."""


def one_seed(data: Path, case: Case, vectors: Vectors, seed: int, verdicts: tuple[int, ...], most: int):
    """Figures by method for one choice of coachings."""
    found = split(data, case.data, case.coached, case.examples, seed)
    asked = found.asked[:most]
    right = np.array([said.right for said in asked])
    coached = Coached.of(vectors, found.names, found.examples)
    given = Reviewer(max(verdicts)).verdicts(coached, found.stream) if max(verdicts) else {}
    result = {}
    for count in verdicts:
        taught = coached.taught(first(given, count))
        result[f"coaching, v={count}"] = _figures(taught, asked, right, case.recall)
        met = vectors.places([said.text for said in found.stream[:MOST]])
        beside = taught.beside(met)
        result[f"coaching with traffic, v={count}"] = _figures(beside, asked, right, case.recall)
        if count:
            calibrated = beside.calibrated(first(given, count))
            result[f"coaching with traffic, calibrated, v={count}"] = _figures(calibrated, asked, right, case.recall)
        if count == 0 and case.aims:
            result |= {f"coaching, {name}": row for name, row in _judged(taught, asked, right, seed).items()}
        similar = baselines.cosine(taught, asked)
        result[f"cosine, v={count}"] = at_recall(similar, right, case.recall)
        if count == 0:
            over = [np.flatnonzero(row >= 0.8) for row in similar]
            result["cosine 0.8"] = chosen([row.tolist() for row in over], right)
    if case == MAIN._replace(aims=case.aims) and vectors.name == "minilm":
        part, known = asked[:FULL_TEXT], right[:FULL_TEXT]
        words = baselines.full_text(coached, part)
        result["full text"] = at_recall(words, known, case.recall)
        fused = baselines.fused(baselines.cosine(coached, part), words)
        result["full text and cosine fused"] = at_recall(fused, known, case.recall)
    return result


def _figures(store: Coached, asked: list[Said], right: np.ndarray, recall: float) -> dict:
    candidates = store.candidates(store.vectors.places([said.text for said in asked]))
    chance = scores(candidates, store.at)
    return {
        **chosen([store.applied(one, Limits()) for one in candidates], right),
        "ECE": calibration_error(chance.max(axis=1), chance.argmax(axis=1) == right),
        **at_recall(chance, right, recall),
        "curve": [
            list(chosen([store.applied(one, Limits(floor=floor)) for one in candidates], right).values())
            for floor in FLOORS
        ],
    }


def _judged(store: Coached, asked: list[Said], right: np.ndarray, seed: int) -> dict[str, dict]:
    """With a simulated judge that is always right, and one that errs in one answer of ten."""
    rng = np.random.default_rng(seed)
    limits = Limits()
    found = store.candidates(store.vectors.places([said.text for said in asked]))
    result = {}
    for name, errs in (("exact judge", 0.0), ("judge 90 % right", 0.1)):
        applied, questions = [], 0
        for candidates, index in zip(found, right, strict=True):
            near = asked_about(candidates, limits.floor)
            questions += bool(near)
            said = {
                one.head.coaching.id: bool((store.at[one.head.coaching.id] == index) ^ (rng.random() < errs))
                for one in near
            }
            applied.append([store.at[one.coaching_id] for one in select(candidates, limits, judged=said).applied])
        result[name] = {**chosen(applied, right), "asked": questions / len(asked)}
    return result


def asked_about(candidates: list[Candidate], floor: float) -> list[Candidate]:
    """The candidates a judge is asked about, as `recall/judge.py` has it."""
    return [one for one in candidates if abs(one.probability - floor) <= BAND][:NEAR]


def summary(seeds: list[dict]) -> dict:
    """Mean and spread of each figure over the seeds."""
    result = {}
    for name in seeds[0]:
        values = np.array([seed[name] for seed in seeds], dtype=float)
        result[name] = {"mean": values.mean(axis=0).tolist(), "sd": values.std(axis=0).tolist()}
    return result


def percent(figures: dict, name: str) -> str:
    """As the table has it."""
    if name not in figures:
        return "-"
    mean, spread = figures[name]["mean"], figures[name]["sd"]
    return f"{100 * mean:.1f} ± {100 * spread:.1f}"


def intents(given: argparse.Namespace, name: str, cases: tuple[Case, ...], verdicts: tuple[int, ...]) -> list[dict]:
    """The protocol on labelled utterances, with one embedder."""
    vectors = Vectors(name, given.vectors)
    limits = Limits()
    table = Table(
        "data",
        "coached",
        "examples",
        "method",
        "recall",
        "false",
        "wrong",
        "ECE",
        "judge asked",
        "false at recall",
        "… if first",
        "aim",
        title=f"{name}: percent, at floor {limits.floor}, margin {limits.margin}; {given.seeds} seeds",
    )
    result = []
    for case in cases:
        seeds = defaultdict(list)
        for seed in range(given.seeds):
            for method, figures in one_seed(given.data, case, vectors, seed, verdicts, given.asked).items():
                seeds[method].append(figures)
        for method, found in seeds.items():
            figures = summary(found)
            result.append({"embedder": name, **case._asdict(), "method": method, "seeds": given.seeds, **figures})
            at = f"{percent(figures, 'false_at')} at {100 * case.recall:.0f}" if "false_at" in figures else "-"
            mine = method.startswith("coaching") and "v=" in method
            aim = case.aims.get(int(method.rpartition("=")[2]), "") if mine else ""
            shown = (percent(figures, column) for column in ("recall", "false", "wrong", "ECE", "asked"))
            first_ = percent(figures, "false_at_first")
            table.add_row(case.data, str(case.coached or "all"), str(case.examples), method, *shown, at, first_, aim)
        table.add_section()
        console.log(f"{name} {case.data} k={case.coached or 'all'} n={case.examples}")
    vectors.save()
    console.print(table)
    return result


def conversations(given: argparse.Namespace) -> dict[str, list[dict]]:
    """STAR, NLU++ and the recorded runs, with the first of the embedders."""
    vectors = Vectors(given.embedders[0], given.vectors)
    star, several = defaultdict(list), defaultdict(list)
    for seed in range(given.seeds):
        found = dialogues.Star(given.data, vectors, seed, given.dialogues)
        for how in (dialogues.AS_IT_IS, dialogues.LAST, dialogues.JOINED):
            star[how].append(found.turns(how) | found.change(how))
        found.meet(dialogues.Star(given.data, vectors, seed, MET, tuning=True))
        star[f"{dialogues.AS_IT_IS}, with traffic"].append(
            found.turns(dialogues.AS_IT_IS) | found.change(dialogues.AS_IT_IS)
        )
        for domain in ("banking", "hotels"):
            for examples in (3, 10, 1_000):
                one = dialogues.several(given.data, vectors, domain, examples, seed)
                several[f"{domain}, {examples if examples < 1_000 else 'all'} examples"].append(one)
        console.log(f"dialogues, seed {seed}")
    vectors.save()
    result = {}
    for title, found in (("STAR: share of user turns, percent", star), ("NLU++, percent", several)):
        rows = [{"what": name, **summary(seeds)} for name, seeds in found.items()]
        table = Table("", *list(rows[0])[1:], title=title)
        for row in rows:
            table.add_row(row["what"], *(percent(row, column) for column in list(row)[1:]))
        console.print(table)
        result[title.split(":")[0].split(",")[0]] = rows
    return result


def recorded(given: argparse.Namespace) -> list[dict]:
    """The corrections of recorded runs."""
    rows = [*dialogues.recorded(given.data), *dialogues.recorded(given.data, traffic=True)]
    table = Table(*rows[0], title="tau airline, three failed runs coached: percent")
    for row in rows:
        table.add_row(row["task"], *(f"{100 * value:.1f}" for value in list(row.values())[1:]))
    console.print(table)
    return rows


def plot(found: list[dict], path: Path) -> None:
    """Recall against false application over the floors, the default marked."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        console.print("no plot: pip install matplotlib")
        return
    figure = Figure(figsize=(10, 5), layout="constrained")
    for axes, data in zip(figure.subplots(1, 2, sharey=True), ("clinc150", "banking77"), strict=True):
        for row in found:
            shown = row["data"] == data and row["coached"] in (50, 15) and row["examples"] == 3
            if not shown or row["embedder"] != "minilm" or "curve" not in row:
                continue
            curve = 100 * np.array(row["curve"]["mean"])
            (line,) = axes.plot(curve[:, 1], curve[:, 0], marker=".", label=row["method"])
            at = FLOORS.index(Limits().floor)
            axes.plot(curve[at, 1], curve[at, 0], marker="o", markersize=9, color=line.get_color())
        axes.set(
            xlabel="false application, %", title=f"{data}, 3 examples, minilm; circle: default floor", xlim=(0, 40)
        )
        axes.grid(alpha=0.3)
        if axes.lines:
            axes.legend(loc="lower right")
    figure.supylabel("recall, %")
    figure.savefig(path, dpi=120)


def main() -> None:
    """Runs the benchmark."""
    parser = options(__doc__, data=True, vectors=True)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one seed, a part, under a minute")
    parser.add_argument("--embedders", nargs="+", default=["minilm", "hashed"], choices=list(EMBEDDERS))
    parser.add_argument("--sets", nargs="+", help="of the labelled utterances these data sets alone, such as banking77")
    parser.add_argument("--only", choices=["intents", "dialogues", "runs"])
    parser.add_argument("--asked", type=int, default=ASKED, help="test utterances in one case and seed")
    parser.add_argument("--dialogues", type=int, default=150, help="STAR dialogues of one seed")
    parser.add_argument("--out", type=Path, default=Path("recall"), help="PNG and JSON, without the ending")
    given = parser.parse_args()
    cases, verdicts = CASES, VERDICTS
    if given.quick:
        given.seeds, given.asked, given.dialogues, given.embedders = 1, 500, 20, ["minilm"]
        cases, verdicts = (next(case for case in CASES if case[:3] == MAIN[:3]),), (0, 10)
    result = {"floor": Limits().floor, "margin": Limits().margin, "floors": FLOORS, "intents": []}
    if given.only in (None, "intents"):
        for name in given.embedders:
            several = [case for case in cases if name == "minilm" or given.sets or case[:3] == MAIN[:3]]
            several = [case for case in several if case.data in (given.sets or [case.data])]
            result["intents"] += intents(given, name, tuple(several), verdicts)
        plot(result["intents"], given.out.with_suffix(".png"))
    if given.only in (None, "dialogues"):
        result |= conversations(given)
    if given.only == "runs" or (given.only is None and not given.quick):
        result["runs"] = recorded(given)
    given.out.with_suffix(".json").write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
