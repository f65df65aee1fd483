"""Phrasings: wishes in many people's words, with near misses; they put embedders' probabilities on one scale.

Written for this package, about all kinds of agents: short, with slips, indirect, rambling, formal. The embedded
embedder was not trained on them (`tests/benchmarks/embedder`), so that it is measured as it will be used.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish."""

    intent: str
    """As an author would word it."""
    said: tuple[str, ...]
    """As so many people would."""
    near: tuple[str, ...]
    """What is close to it and something else."""


@cache
def wishes() -> tuple[Wish, ...]:
    """All of them, in the order of the file."""
    lines = Path(__file__).with_name("phrasings.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(Wish(row["intent"], tuple(row["said"]), tuple(row["near"])) for row in map(json.loads, lines))


@cache
def texts() -> tuple[str, ...]:
    """Every text of them once, intents as they are embedded."""
    from langgraph_coaching.recall.scoring.coaching_vectors import intent_text

    said = (text for wish in wishes() for text in (intent_text(wish.intent), *wish.said, *wish.near))
    return tuple(dict.fromkeys(said))
