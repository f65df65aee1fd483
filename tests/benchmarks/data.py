"""What the benchmarks read, in one place: data sets, the cases written for them, splits, and their common options.

Everything under `../shared/data` is read-only and downloaded apart; the cases (`first_day.json`, `field.json`,
`languages.json`, `effect_cases.json`) and the recordings of small real models are in the repository.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from langgraph_coaching import import_traces
from langgraph_coaching.recall.scoring.phrasings import wishes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langgraph_coaching import Trace

T = TypeVar("T")

HERE = Path(__file__).parent
CASSETTES = HERE.parents[1] / "cassettes"
SPEAKERS = ("user", "assistant", "tool")
"""Whose messages a dialogue is made of."""

NOWHERE = "http://127.0.0.1:9/v1"
"""An address for what is answered from a recording."""

OUT_OF_SCOPE = "oos"
WRITTEN = "written"
"""The packaged phrasings as a data set; train alone."""


def options(said: str | None, *, data: bool = False, vectors: bool = False) -> argparse.ArgumentParser:
    """Options of a benchmark, with its docstring as the help.

    Args:
        said: The docstring.
        data: It reads data sets: `--data FOLDER`.
        vectors: It keeps the vectors of texts for the next run: `--vectors FOLDER`.
    """
    parser = argparse.ArgumentParser(description=said, formatter_class=argparse.RawDescriptionHelpFormatter)
    if data:
        parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder of data sets")
    if vectors:
        kept = Path(tempfile.gettempdir()) / "coaching-vectors"
        parser.add_argument("--vectors", type=Path, default=kept, help="a folder that keeps vectors for the next run")
    return parser


def shuffled(found: Sequence[T], rng: np.random.Generator | int) -> list[T]:
    """The same in another order, that of a generator or of a seed."""
    generator = np.random.default_rng(rng) if isinstance(rng, int) else rng
    return [found[i] for i in generator.permutation(len(found))]


@cache
def rows(path: Path) -> list[dict]:
    """The objects of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def cases(name: str) -> Any:
    """The cases of a file beside this one, such as `first_day.json`."""
    return json.loads((HERE / name).read_text(encoding="utf-8"))


# ── labelled utterances ──


class Said(NamedTuple):
    """A text, and the index of the coaching that is right there; -1 for none."""

    text: str
    right: int


class Split(NamedTuple):
    """What is coached and what is asked."""

    names: list[str]
    examples: list[list[str]]
    stream: list[Said]
    """Traffic a reviewer sees; never asked."""
    asked: list[Said]


def in_words(name: str) -> str:
    """An intent's label as words."""
    return " ".join(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").split()).lower()


def labelled(data: Path, name: str) -> list[dict]:
    """Every row of a data set of labelled utterances."""
    return rows(data / "intents" / f"{name}.jsonl")


def halves(data: Path, name: str) -> tuple[list[dict], list[dict]]:
    """Train and test rows; DSTC11 and ABCD have no split of their own, so every other row is test."""
    if name == WRITTEN:
        return _phrasings(), []
    if name == "abcd":
        return _reasons(data)[0::2], _reasons(data)[1::2]
    found = labelled(data, name)
    if name == "dstc11_intents":
        return found[0::2], found[1::2]
    train = ("train", "oos_train", "oos_val")
    return [r for r in found if r["orig_split"] in train], [r for r in found if r["orig_split"] in ("test", "oos_test")]


def _phrasings() -> list[dict]:
    """The packaged phrasings; near misses are out of scope."""
    said = [{"text": text, "intent": wish.intent} for wish in wishes() for text in wish.said]
    return said + [{"text": text, "intent": OUT_OF_SCOPE} for wish in wishes() for text in wish.near]


def _reasons(data: Path) -> list[dict]:
    """ABCD's one-line reasons for a call; the intent is the title of the guideline for it."""
    guidelines = {row["subflow"]: row for row in rows(data / "abcd" / "guidelines.jsonl")}
    known = [row for row in rows(data / "abcd" / "contact_reasons.jsonl") if row["base_subflow"] in guidelines]
    titles = {name: f"{row['title']}: {row['flow_description']}" for name, row in guidelines.items()}
    return [{"text": row["issue_summary"], "intent": titles[row["base_subflow"]]} for row in known]


def split(data: Path, name: str, coached: int, examples: int, seed: int, *, tuning: bool = False) -> Split:
    """Coaches some intents, each with its name in words and a few train utterances.

    Args:
        data: The data folder.
        name: Of the data set.
        coached: How many intents; 0 for all.
        examples: Of each.
        seed: Of the choice.
        tuning: Ask the second half of the train split, and leave the test split alone.
    """
    rng = np.random.default_rng(seed)
    train, test = halves(data, name)
    by_intent = defaultdict(list)
    for row in train:
        by_intent[row["intent"]].append(row["text"])
    names = shuffled(sorted(by_intent.keys() - {OUT_OF_SCOPE}), rng)[: coached or None]
    at = {intent: index for index, intent in enumerate(names)}
    drawn = {intent: shuffled(found, rng) for intent, found in sorted(by_intent.items())}
    kept = {intent: found[examples:] if intent in at else found for intent, found in drawn.items()}
    stream = [
        Said(text, at.get(intent, -1)) for intent, found in kept.items() for text in found[: _half(found, tuning)]
    ]
    if tuning:
        most = {OUT_OF_SCOPE: 400} if name == WRITTEN else {}
        later = ((intent, found[_half(found, tuning) :][: most.get(intent, 25)]) for intent, found in kept.items())
        asked = [Said(text, at.get(intent, -1)) for intent, found in later for text in found]
    else:
        asked = [Said(row["text"], at.get(row["intent"], -1)) for row in test]
    return Split(
        [in_words(intent) for intent in names],
        [drawn[intent][:examples] for intent in names],
        shuffled(stream, rng),
        shuffled(asked, rng),
    )


def _half(found: list[str], tuning: bool) -> int:
    return len(found) // 2 if tuning else len(found)


# ── conversations and recorded runs ──


def star(data: Path) -> list[dict]:
    """STAR's dialogues of one task; `messages` are what user, assistant and tools said."""
    found = [row for row in rows(data / "star" / "star_dialogues.jsonl") if row["task"] and not row["multi_task"]]
    return [row | {"messages": [m for m in row["messages"] if m["role"] in SPEAKERS]} for row in found]


def several_intents(data: Path, domain: str) -> list[dict]:
    """NLU++'s rows of one domain, `banking` or `hotels`; folds 0 to 9 are for examples, 10 to 19 are asked."""
    return [row for row in labelled(data, "nlupp") if row["domain"] == domain]


def trajectories(data: Path) -> list[Path]:
    """The files of recorded runs, as OpenAI messages."""
    return sorted((data / "trajectories").glob("*.jsonl"))


def airline(data: Path) -> list[Trace]:
    """The recorded runs of tau-bench's airline."""
    path = data / "trajectories" / "tau1_airline_gpt4o.jsonl"
    return list(import_traces(path, format="openai", origin="simulated"))


# ── the first day ──


def first_day(half: str | None = None) -> tuple[list[dict], list[dict]]:
    """Intents and silent turns of the first day.

    Args:
        half: `tune` or `report`; None for both.
    """
    agents = cases("first_day.json")["agents"]
    parts = ([one for agent in agents for one in agent[part]] for part in ("intents", "silent"))
    intents, silent = ([one for one in part if half in (None, one["half"])] for part in parts)
    return intents, silent
