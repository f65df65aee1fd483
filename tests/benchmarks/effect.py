"""What coaching changes in the answers of a real model: 100 coachings, 24 situations that fit one, 24 unrelated turns.

    python tests/benchmarks/effect.py [--json FILE]                                          # from the recording
    python tests/benchmarks/effect.py --record --base-url http://127.0.0.1:8088/v1           # from the model, recorded

The situations and the unrelated turns were worded by somebody who has not seen how the coachings are worded, and each
coaching is known by its intent and one message. Each of the 24 holds an instruction that an expression can check.
Everything is as in an agent: a store, the default limits, the block where `insert_block` puts it. The cases are in
`effect_cases.json`, the wordings compared before in `wordings.py`. Where the prompt is the same with and without
coaching, the answer is the same and not asked for twice.
"""

from __future__ import annotations

import functools
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from data import CASSETTES, NOWHERE, cases, options
from langchain_core.messages import HumanMessage, SystemMessage
from rich.console import Console
from rich.table import Table

from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.agent.system_message import insert_block
from langgraph_coaching.demo.agent import chat_model
from langgraph_coaching.recall.embedder import unit_vectors
from langgraph_coaching.recall.prompt import block, entry
from langgraph_coaching.testing.cassette import recorded

CASES = cases("effect_cases.json")
CASSETTE = CASSETTES / "effect" / "effect.yaml"
AGAIN = "python tests/benchmarks/effect.py --record --base-url http://127.0.0.1:8088/v1"
LONGEST = 80
"""Tokens of an answer."""

LEAK = re.compile(r"supervisor|instructed|instructions? (?:from|given|says?)|guidance|coaching", re.IGNORECASE)
"""What no user should read."""

Ask = Callable[[str, str], str]
"""The answer to a turn, asked with a prompt block."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One situation that fits a checkable coaching."""

    id: str
    applied: list[str]
    """Ids of the coachings in the prompt, in order."""
    coached: str
    uncoached: str
    alone: str
    """The answer with the right coaching alone in the prompt, as if recall never erred."""
    followed: bool
    followed_without: bool
    followed_alone: bool


@dataclass(frozen=True, slots=True)
class Unrelated:
    """One turn that no coaching fits."""

    turn: str
    applied: list[str]
    changed: bool
    """Whether the answer is another one because of what was applied."""


@contextmanager
def stocked() -> Iterator[Coach]:
    """A coach on a store of its own with the 100 coachings, each with its intent and one example."""
    checked = [(case["id"], case["intent"], case["example"], case["reply"]) for case in CASES["checked"]]
    others = [(f"other-{number}", *fields) for number, fields in enumerate(CASES["others"], 1)]
    # The deadline is for an agent's user; here a busy machine may take as long as it likes.
    with tempfile.TemporaryDirectory() as folder, Coach(folder, limits=Limits(deadline=60)) as coach:
        coach.add_many(
            {"id": name, "intent": intent, "examples": [example], "behavior": Reply(reply)}
            for name, intent, example, reply in (*checked, *others)
        )
        yield coach


def asking(base_url: str) -> Ask:
    """Asks the model behind this address, each prompt once."""
    model = chat_model(base_url).bind(max_completion_tokens=LONGEST)

    @functools.cache
    def ask(told: str, turn: str) -> str:
        messages = [SystemMessage(CASES["system"]), HumanMessage(turn)]
        return str(model.invoke(insert_block(messages, told) if told else messages).text)

    return ask


def checked(case: dict[str, str], coach: Coach, ask: Ask) -> Checked:
    """Asks with the advice, without it, and with the right coaching alone."""
    turn, advice = case["situation"], coach.advise(case["situation"])
    answers = {
        "coached": ask(advice.prompt, turn),
        "uncoached": ask("", turn),
        "alone": ask(block([entry(coach.get(case["id"]))]), turn),
    }
    coached, uncoached, alone = (bool(re.search(case["followed"], answer)) for answer in answers.values())
    applied = [receipt.coaching_id for receipt in advice.applied]
    return Checked(case["id"], applied, **answers, followed=coached, followed_without=uncoached, followed_alone=alone)


def unrelated(turn: str, coach: Coach, ask: Ask) -> Unrelated:
    """Asks with the advice and without it, unless there is none."""
    advice = coach.advise(turn)
    changed = bool(advice.prompt) and ask(advice.prompt, turn) != ask("", turn)
    return Unrelated(turn, [receipt.coaching_id for receipt in advice.applied], changed)


def measure(base_url: str) -> tuple[list[Checked], list[Unrelated]]:
    """All cases, with the model behind this address."""
    ask = asking(base_url)
    with stocked() as coach:
        return (
            [checked(case, coach, ask) for case in CASES["checked"]],
            [unrelated(turn, coach, ask) for turn in CASES["unrelated"]],
        )


def replayed() -> tuple[list[Checked], list[Unrelated]]:
    """All cases, answered from the recording.

    Raises:
        RecordingError: A prompt is not in it.
    """
    with recorded(CASSETTE, again=AGAIN):
        return measure(NOWHERE)


def record(base_url: str) -> tuple[list[Checked], list[Unrelated]]:
    """All cases, answered by the model and recorded; the recording is replaced only when all are answered."""
    with tempfile.TemporaryDirectory() as folder:
        new = Path(folder) / CASSETTE.name
        with recorded(new, again=AGAIN, record="rewrite"):
            found = measure(base_url)
        CASSETTE.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(new, CASSETTE)
    return found


def cosine(coach: Coach) -> tuple[float, int, int]:
    """Plain cosine to the mean of intent and example, at the threshold that is best here, had anybody known it.

    Returns:
        The threshold, how many situations it recalls, and on how many unrelated turns it fires.
    """

    def vectors(texts: list[str]) -> np.ndarray:
        return unit_vectors(coach.embeddings.embed_documents(texts), len(texts))

    known = [(case["id"], case["intent"], case["example"]) for case in CASES["checked"]]
    known += [(f"other-{number}", intent, example) for number, (intent, example, _) in enumerate(CASES["others"], 1)]
    means = unit_vectors(vectors([one[1] for one in known]) + vectors([one[2] for one in known]), len(known))
    similar = vectors([case["situation"] for case in CASES["checked"]]) @ means.T
    own = np.array([row[index] for index, row in enumerate(similar)])
    first = similar.argmax(axis=1) == np.arange(len(own))
    outside = (vectors(CASES["unrelated"]) @ means.T).max(axis=1)
    levels = np.unique(np.concatenate([own, outside]))
    best = max(levels, key=lambda level: int((first & (own >= level)).sum()) - int((outside >= level).sum()))
    return float(best), int((first & (own >= best)).sum()), int((outside >= best).sum())


def figures(situations: list[Checked], turns: list[Unrelated]) -> dict[str, int]:
    """The counts that are reported."""
    return {
        "situations": len(situations),
        "recalled": sum(row.id in row.applied for row in situations),
        "followed": sum(row.followed for row in situations),
        "followed, of those recalled": sum(row.followed for row in situations if row.id in row.applied),
        "followed without coaching": sum(row.followed_without for row in situations),
        "followed with the right coaching alone": sum(row.followed_alone for row in situations),
        "answers that speak of it": sum(bool(LEAK.search(row.coached)) for row in situations),
        "other coachings in these prompts": sum(len({*row.applied} - {row.id}) for row in situations),
        "unrelated turns": len(turns),
        "unrelated turns with coaching": sum(bool(row.applied) for row in turns),
        "unrelated answers that changed": sum(row.changed for row in turns),
    }


def show(situations: list[Checked], turns: list[Unrelated]) -> None:
    """Prints a line for each situation, and the counts for the chosen half, the other half and all."""
    lines = Table("coaching", "in the prompt", "followed", "without", "answer")
    for row in situations:
        said = row.coached.replace("\n", " ⏎ ")
        lines.add_row(
            row.id,
            ", ".join(row.applied),
            *("yes" if is_so else "" for is_so in (row.followed, row.followed_without)),
            said,
        )
    counts = Table("", "wording chosen on", "held out", "all", title="coaching and a real model")
    halves = [figures(situations[half::2], turns[half::2]) for half in (0, 1)]
    for name, count in figures(situations, turns).items():
        counts.add_row(name, *(str(half[name]) for half in halves), str(count))
    console = Console(width=160)
    console.print(lines, counts)
    with stocked() as coach:
        level, recalled, fired = cosine(coach)
    console.print(f"plain cosine at its best threshold, {level:.2f}: {recalled} recalled, {fired} unrelated fired on")


def main() -> None:
    """Prints the tables."""
    asked = options(__doc__)
    asked.add_argument("--base-url", help="an OpenAI-compatible endpoint that serves the model of the recording")
    asked.add_argument("--record", action="store_true", help="replace the recording")
    asked.add_argument("--json", type=Path)
    given = asked.parse_args()
    if given.record and not given.base_url:
        sys.exit("to record, say with --base-url where the model is served")
    measuring = record if given.record else measure
    found = measuring(given.base_url) if given.base_url else replayed()
    show(*found)
    if given.json:
        rows: dict[str, Any] = {
            name: [asdict(row) for row in part] for name, part in zip(("situations", "unrelated"), found, strict=True)
        }
        given.json.write_text(
            json.dumps({"figures": figures(*found), **rows}, indent=2, ensure_ascii=False), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
