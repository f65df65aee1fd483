"""A store's coachings in memory, and a reviewer who gives verdicts; recall is the package's own."""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from langgraph_coaching import Reply
from langgraph_coaching.coaching.model import Coaching, Example, Labels
from langgraph_coaching.recall.adviser import CANDIDATES
from langgraph_coaching.recall.limits import Limits
from langgraph_coaching.recall.scoring.coaching_vectors import intent_text
from langgraph_coaching.recall.scoring.head import Head, fit, join, taken
from langgraph_coaching.recall.scoring.reserve import reserve_of
from langgraph_coaching.recall.scoring.traffic import MOST, Traffic
from langgraph_coaching.recall.search import search
from langgraph_coaching.recall.select import select
from langgraph_coaching.recall.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from data import Said
    from vectors import Vectors

    from langgraph_coaching.recall.scoring.situation_vector import SituationVector
    from langgraph_coaching.recall.search import Candidate

BLOCK = 100
"""Situations a reviewer works through before the coachings are fitted again."""

NOW = datetime.now(UTC)


class Given(NamedTuple):
    """A verdict: whether a coaching applies at a text, and its probability there where it was applied."""

    text: str
    right: bool
    chance: float | None


class Coached:
    """A store's live coachings, in memory: fitted, searched and selected by the package."""

    def __init__(self, vectors: Vectors, coachings: Iterable[Coaching]) -> None:
        self.vectors = vectors
        self.heads = [self._head(coaching) for coaching in coachings]
        self.fits = fit(self.heads, vectors.background)
        self.traffic: Traffic | None = None
        self.reserve = 0.0
        self.at = {head.coaching.id: index for index, head in enumerate(self.heads)}

    @classmethod
    def of(cls, vectors: Vectors, names: Sequence[str], examples: Sequence[Sequence[str]]) -> Coached:
        """One coaching for each name, with its examples."""
        said = enumerate(zip(names, examples, strict=True))
        return cls(vectors, (numbered(i, name, [Example(text=text) for text in found]) for i, (name, found) in said))

    def _head(self, coaching: Coaching) -> Head:
        return Head(
            coaching, self.vectors([intent_text(coaching.intent), *(example.text for example in coaching.examples)])
        )

    def beside(self, places: Sequence[SituationVector]) -> Coached:
        """The same in a store that has met these situations, unlabelled."""
        other = copy(self)
        other.traffic = Traffic.of(places[:MOST], self.vectors.background)
        return other

    def calibrated(self, given: dict[int, list[Given]]) -> Coached:
        """The same with the reserve that these verdicts on applied coachings call for."""
        judged = [(one.chance, 0.0, one.right) for found in given.values() for one in found if one.chance is not None]
        other = copy(self)
        other.reserve = reserve_of(judged)
        return other

    def taught(self, verdicts: dict[int, list[Given]]) -> Coached:
        """The same with these texts as further examples of where each applies and where it never does."""
        changed = [i for i, found in verdicts.items() if found]
        fresh = []
        for index in changed:
            coaching = self.heads[index].coaching
            added = [Example(text=one.text, applies=one.right, origin="verdict") for one in verdicts[index]]
            fresh.append(self._head(numbered(index, coaching.intent, [*coaching.examples, *added])))
        other = copy(self)
        other.heads = list(self.heads)
        for index, head in zip(changed, fresh, strict=True):
            other.heads[index] = head
        if fresh:
            rows_ = {i: len(self.heads) + place for place, i in enumerate(changed)}
            pool = join(self.fits, fit(fresh, self.vectors.background))
            other.fits = taken(pool, [rows_.get(i, i) for i in range(len(self.heads))])
        return other

    def candidates(self, places: Sequence[SituationVector]) -> list[list[Candidate]]:
        """What the package considers in each of these situations."""
        snapshot = Snapshot.of(1, self.heads, self.fits, self.vectors.background, self.traffic, self.reserve)
        return search(snapshot, places, Labels(), NOW, CANDIDATES)

    def applied(self, candidates: list[Candidate], limits: Limits) -> list[int]:
        """Which of them it puts into the prompt."""
        likely = [candidate for candidate in candidates if candidate.probability >= limits.floor]
        return [self.at[receipt.coaching_id] for receipt in select(likely, limits).applied] if likely else []


def numbered(index: int, intent: str, examples: Sequence[Example]) -> Coaching:
    # One behavior for each, or the choice would leave out all but one as duplicates.
    said = Reply(f"Answer as described in article {index}.")
    return Coaching(id=f"c-{index:04}", intent=intent, behavior=said, examples=tuple(examples))


@dataclass
class Reviewer:
    """Goes through traffic: applied ones are right or wrong, a missed one should have fired; so many a coaching."""

    most: int
    limits: Limits = Limits()  # noqa: RUF009 - frozen

    def verdicts(self, coached: Coached, stream: Sequence[Said]) -> dict[int, list[Given]]:
        """Verdicts for each coaching, in the order they came; the store learns from them as it goes."""
        given: dict[int, list[Given]] = {index: [] for index in range(len(coached.heads))}
        current = coached
        for start in range(0, len(stream), BLOCK):
            block = stream[start : start + BLOCK]
            fresh = defaultdict(list)
            found = current.candidates(coached.vectors.places([said.text for said in block]))
            for said, candidates in zip(block, found, strict=True):
                for index, one in self._said(current, said, candidates):
                    if len(given[index]) < self.most:
                        given[index].append(one)
                        fresh[index].append(one)
            if min(map(len, given.values())) >= self.most:
                break
            current = current.taught(fresh)
        return given

    def _said(self, coached: Coached, said: Said, candidates: list[Candidate]) -> Iterator[tuple[int, Given]]:
        applied = coached.applied(candidates, self.limits)
        chances = {coached.at[one.head.coaching.id]: one.probability for one in candidates}
        for index in applied:
            yield index, Given(said.text, index == said.right, chances[index])
        if said.right >= 0 and said.right not in applied:
            yield said.right, Given(said.text, right=True, chance=None)


def first(verdicts: dict[int, list[Given]], count: int) -> dict[int, list[Given]]:
    """The first so many verdicts of each coaching."""
    return {index: found[:count] for index, found in verdicts.items()}
