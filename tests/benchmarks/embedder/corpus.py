"""What the embedder is trained on: families written for it, labelled utterances, and texts without a label."""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.append(str(Path(__file__).parents[1]))  # where the other benchmarks are

from data import OUT_OF_SCOPE, labelled, rows

from langgraph_coaching.recall.embedder import read
from langgraph_coaching.recall.scoring.background.texts import texts
from langgraph_coaching.recall.scoring.coaching_vectors import intent_text

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator

FAMILIES = Path(__file__).with_name("families.jsonl")
LABELLED = ("hwu64", "banking77", "dstc11_intents", "nlupp")
"""Data sets of labelled utterances that may be trained on; CLINC150 never is."""

INTENT = 0.5
"""How often a family comes with its intent: a coaching is known by that, where it has no example yet."""

CLOSE = 0.75
"""Share of the words of a text that is reported on from which a training text counts as the same, and is left out."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts of one step."""

    texts: list[str] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    """Equal where two texts mean the same; below 0 where nothing is known."""
    near: list[int] = field(default_factory=list)
    """Of a near miss, the label it must not be taken for; -1 else."""

    def add(self, text: str, label: int, near: int = -1) -> None:
        """One more text."""
        self.texts.append(text)
        self.labels.append(label)
        self.near.append(near)


@dataclass(frozen=True, slots=True)
class Family:
    """One wish in many people's words, and what is near to it but something else."""

    domain: str
    said: tuple[str, ...]
    near: tuple[str, ...]


class Corpus:
    """All texts, and batches of them.

    Args:
        data: The data folder.
        without: Data sets that are left out.
        reported: Texts that are reported on; what is the same in other words order is left out of the training.
    """

    def __init__(self, data: Path, without: Iterable[str] = (), reported: Iterable[str] = ()) -> None:
        kept = Unseen(reported)
        families = [
            Family(
                row["domain"],
                (intent_text(read(row["intent"])), *(read(text) for text in row["said"] if kept(text))),
                tuple(read(text) for text in row["near"] if kept(text)),
            )
            for row in rows(FAMILIES)
        ]
        self.families: dict[str, list[Family]] = {"written": families}
        for name in LABELLED:
            if name not in set(without):
                self.families[name] = list(_labelled(data, name))
        requests, talk = texts()
        self.free = [*map(read, requests), *map(read, _turns(data))]
        self.talk = list(talk)

    def texts(self) -> list[str]:
        """Every text once."""
        families = (family for found in self.families.values() for family in found)
        labelled = (text for family in families for text in (*family.said, *family.near))
        return list(dict.fromkeys((*labelled, *self.free, *self.talk)))

    def batch(self, rng: random.Random, groups: int, each: int, free: int) -> Batch:
        """So many families with so many texts each, half of them of one domain, and texts without a label beside them.

        Args:
            rng: Decides.
            groups: Families.
            each: Texts of one.
            free: Texts without a label.
        """
        names = list(self.families)
        weights = [1.5 if name == "written" else 0.3 for name in names]
        families = self.families[rng.choices(names, weights)[0]]
        batch = Batch()
        chosen = _chosen(families, groups, rng)
        label = 0
        for label, family in enumerate(chosen):
            intent, *said = family.said
            if rng.random() < INTENT:
                batch.add(intent, label)
            for text in rng.sample(said, min(each, len(said))):
                batch.add(text, label)
            for text in rng.sample(family.near, min(2, len(family.near))):
                batch.add(text, -1 - len(batch.texts), label)
        for _ in range(free):
            batch.add(rng.choice(self.talk if rng.random() < 0.25 else self.free), -1 - len(batch.texts))
        return batch


def _chosen(families: list[Family], groups: int, rng: random.Random) -> list[Family]:
    domain = rng.choice(families).domain
    same = [family for family in families if family.domain == domain]
    chosen = rng.sample(same, min(groups // 2, len(same)))
    others = [family for family in families if family not in chosen]
    return chosen + rng.sample(others, min(groups - len(chosen), len(others)))


def _labelled(data: Path, name: str) -> Iterator[Family]:
    found = defaultdict(list)
    for row in labelled(data, name):
        label = row["intent"] if isinstance(row["intent"], str) else " and ".join(row["intent"])
        found[row.get("domain", name), label].append(read(row["text"]))
    for (domain, label), said in sorted(found.items()):
        if len(said) > 1 and label != OUT_OF_SCOPE:
            yield Family(domain, (" ".join(label.replace("_", " ").split()).lower(), *said), ())


def _turns(data: Path) -> list[str]:
    """What users say in Taskmaster-4's conversations."""
    found: dict[str, None] = {}
    for row in rows(data / "step_rewards" / "tm4_reward_steps.jsonl"):
        for message in row["messages"]:
            if message["role"] == "user" and isinstance(message["content"], str) and message["content"].strip():
                found[message["content"].strip()] = None
    return list(found)


class Unseen:
    """Says of a text whether it is none of those that are reported on, in the same words."""

    def __init__(self, reported: Iterable[str]) -> None:
        self._by_word = defaultdict(list)
        for text in reported:
            words = frozenset(text.lower().split())
            for word in words:
                self._by_word[word].append(words)

    def __call__(self, text: str) -> bool:
        words = frozenset(text.lower().split())
        others = {one for word in words for one in self._by_word.get(word, ())}
        return not any(len(words & one) >= CLOSE * len(words | one) for one in others)
