"""How people really write: changes of topic, negations, slips, chat speak and pastes. A table and a JSON.

    python tests/benchmarks/field.py [--half report] [--embedders minilm hashed] [--out field.json]

`field.json` was written for this before anything was tuned on it, by somebody who knew nothing of how it works: half of
each part is for tuning, the other half is reported. One store for each part and half holds all of its coachings, known
by the intent and one example. Only public calls are used, so that an earlier version is measured by the same command.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from data import cases, options
from rich.console import Console
from rich.table import Table

from langgraph_coaching import Coach, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from langchain_core.embeddings import Embeddings


class Asked(NamedTuple):
    """One situation."""

    row: str
    messages: list[dict[str, str]]
    coaching: str
    """The intent that the row is about."""
    wanted: bool
    """Whether it shall apply; where not, it must not."""
    anything: bool = False
    """Nothing at all may apply, whichever coaching."""


def user(text: str) -> dict[str, str]:
    """A user's message."""
    return {"role": "user", "content": text}


def changes(item: dict[str, Any]) -> Iterator[Asked]:
    """From one matter to another, in both directions, and what comes after."""
    for old, new in (("a", "b"), ("b", "a")):
        talk, wish = item[f"talk_{old}"], user(item[f"wish_{new}"])
        mine, theirs = item[old]["intent"], item[new]["intent"]
        yield Asked("a wish alone", [wish], theirs, wanted=True)
        yield Asked("a new wish after another topic", [*talk, wish], theirs, wanted=True)
        yield Asked("the old topic then", [*talk, wish], mine, wanted=False)
        yield Asked("an uncoached wish after a topic", [*talk, user(item["other"])], mine, wanted=False, anything=True)
        yield Asked("goodbye after a topic", [*talk, user(item["farewell"])], mine, wanted=False, anything=True)
    for text in item["dependent"]:
        yield Asked("an answer within the topic", [*item["talk_a"], user(text)], item["a"]["intent"], wanted=True)


def negations(item: dict[str, Any]) -> Iterator[Asked]:
    """A wish with a negation in it, and a negated wish."""
    for text in item["wanted"]:
        yield Asked("wish with a negation in it", [user(text)], item["intent"], wanted=True)
    for text in item["unwanted"]:
        yield Asked("negated wish", [user(text)], item["intent"], wanted=False)


def typos(item: dict[str, Any]) -> Iterator[Asked]:
    """Slips of the fingers and chat speak."""
    *slips, chat = item["said"]
    for text in slips:
        yield Asked("slips", [user(text)], item["intent"], wanted=True)
    yield Asked("chat speak", [user(chat)], item["intent"], wanted=True)
    yield Asked("slips, something else", [user(item["unrelated"])], item["intent"], wanted=False, anything=True)


def pastes(item: dict[str, Any]) -> Iterator[Asked]:
    """A wish beside a long pasted block."""
    yield Asked("wish beside a paste", [user(item["said"])], item["intent"], wanted=True)
    yield Asked("another wish beside a paste", [user(item["silent"])], item["intent"], wanted=False)


PARTS = {"changes": changes, "negations": negations, "typos": typos, "pastes": pastes}


def rates(half: str, embeddings: Embeddings | str | None) -> dict[str, tuple[float, int, bool]]:
    """Per row: percent that applied, of how many, and whether that is wanted."""
    written = cases("field.json")
    found: dict[str, list[bool]] = {}
    wanted: dict[str, bool] = {}
    for part, read in PARTS.items():
        items = [item for item in written[part] if item["half"] == half]
        asked = [one for item in items for one in read(item)]
        for one, on in zip(asked, _applied(part, items, asked, embeddings), strict=True):
            found.setdefault(one.row, []).append(bool(on) if one.anything else one.coaching in on)
            wanted[one.row] = one.wanted
    return {row: (100 * sum(hits) / len(hits), len(hits), wanted[row]) for row, hits in found.items()}


def _applied(
    part: str, items: Sequence[dict[str, Any]], asked: Sequence[Asked], embeddings: Embeddings | str | None
) -> list[set[str]]:
    """The intents that apply in each situation."""
    known = [one for item in items for one in ((item["a"], item["b"]) if part == "changes" else (item,))]
    with tempfile.TemporaryDirectory() as folder, Coach(folder, embeddings=embeddings) as coach:
        told = [{"intent": o["intent"], "behavior": Reply("Do so."), "examples": [o["example"]]} for o in known]
        intents = {one.id: one.intent for one in coach.add_many(told)}
        advice = coach.advise_batch([one.messages for one in asked])
    return [{intents[receipt.coaching_id] for receipt in one.applied} for one in advice]


def main() -> None:
    """Prints a table for each embedder."""
    from vectors import EMBEDDERS

    parser = options(__doc__)
    parser.add_argument("--half", choices=["tune", "report"], default="report")
    parser.add_argument("--embedders", nargs="+", default=["minilm", "hashed"], choices=list(EMBEDDERS))
    parser.add_argument("--out", type=Path, help="JSON")
    given = parser.parse_args()
    result = {name: rates(given.half, EMBEDDERS[name]()) for name in given.embedders}
    table = Table("percent that applied", *given.embedders, "of", "wanted", title=f"how people write, {given.half}")
    for row, (_, count, wanted) in next(iter(result.values())).items():
        table.add_row(row, *(f"{found[row][0]:.0f}" for found in result.values()), str(count), "100" if wanted else "0")
    Console(width=120).print(table)
    if given.out:
        given.out.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
