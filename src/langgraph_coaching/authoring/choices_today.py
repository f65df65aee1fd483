"""Choices of today: what applies at recorded situations as the coachings are, kept from one impact to the next.

It is the same for every draft, and takes most of the time: so a draft whose words are being written is held against
what is known already.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from langgraph_coaching.authoring.choices_kept import find_changes, rows_that_stay
from langgraph_coaching.recall.many_choices import choose_many
from langgraph_coaching.recall.many_searches import KEPT, Ranked, rank_many
from langgraph_coaching.recall.scoring.places import surroundings_of
from langgraph_coaching.recall.search import CANDIDATES, in_scope, search
from langgraph_coaching.recall.select import select

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from langgraph_coaching.authoring.choices_kept import Changes
    from langgraph_coaching.authoring.known_places import Known
    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.recall.scoring.head import Head
    from langgraph_coaching.recall.scoring.places import Places, Surroundings
    from langgraph_coaching.recall.scoring.traffic import Traffic
    from langgraph_coaching.recall.snapshot import Snapshot

SCOPES = 16
"""Kinds of calls, by which coachings may speak there, whose choices are kept; 30 MB each at 60,000 situations."""


class Today(NamedTuple):
    """What applies in some situations as the coachings are."""

    ranked: Ranked
    chosen: list[tuple[str, ...]]
    """Ids of what is in the prompt, in its order."""


@dataclass(slots=True)
class _Held:
    """What is known of the situations so far, `[n]`."""

    done: NDArray[np.bool_]
    ranked: Ranked
    chosen: list[tuple[str, ...]]

    @classmethod
    def of(cls, count: int, width: int) -> _Held:
        shape = (count, width)
        ranked = Ranked(
            np.zeros(shape, dtype=np.int32),
            np.zeros(shape, dtype=np.float32),
            np.zeros(shape),
            np.zeros(count, dtype=np.bool_),
        )
        return cls(np.zeros(count, dtype=np.bool_), ranked, [()] * count)

    def keep(self, rows: NDArray[np.intp], ranked: Ranked, chosen: Sequence[tuple[str, ...]]) -> None:
        """Takes note of some situations."""
        pairs: Any = zip(self.ranked, ranked, strict=True)
        for held, made in pairs:
            held[rows] = made
        for row, ids in zip(rows.tolist(), chosen, strict=True):
            self.chosen[row] = ids
        self.done[rows] = True

    def keep_over(self, changes: Changes, vectors: NDArray[np.float32]) -> _Held:
        """What is known of the situations in which other coachings change nothing."""
        rows = np.flatnonzero(self.done)
        of: Any = (one[rows] for one in self.ranked)
        ranked = Ranked(*of)
        stay = rows_that_stay(changes, ranked, vectors[rows])
        of = (one[stay] for one in ranked)
        ranked, rows = Ranked(*of), rows[stay]
        places = np.where(ranked.indices < 0, -1, changes.moved[ranked.indices])
        held = _Held.of(len(self.done), ranked.indices.shape[1])
        held.keep(rows, ranked._replace(indices=places), [self.chosen[row] for row in rows.tolist()])
        return held

    def grow(self, count: int) -> None:
        """Makes room for situations that have become known since."""
        more = count - len(self.done)
        if more > 0:
            other = _Held.of(more, self.ranked.indices.shape[1])
            self.done = np.concatenate([self.done, other.done])
            pairs: Any = zip(self.ranked, other.ranked, strict=True)
            self.ranked = Ranked(*(np.concatenate(pair) for pair in pairs))
            self.chosen += other.chosen


class ChoicesToday:
    """Holds it for one snapshot; of another one what has not changed by that, or nothing where it is held otherwise."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._near_of: tuple[int, Traffic] | None = None
        self._surroundings: Surroundings | None = None
        self._of: tuple[int, Snapshot, Limits] | None = None
        self._held: dict[bytes, _Held] = {}
        self._before: tuple[Snapshot, dict[bytes, _Held]] | None = None
        """Of the coachings as they were until the last change."""

    def surroundings(self, known: Known, traffic: Traffic | None) -> Surroundings | None:
        """What of the traffic is near each situation; None where there is no traffic."""
        if traffic is None:
            return None
        with self._lock:
            of = self._near_of
            if of is None or of[0] != known.generation or of[1] is not traffic:
                self._near_of, self._surroundings = (known.generation, traffic), None
            held = self._surroundings
            done = 0 if held is None else len(held.cosines)
            if done < len(known.places):
                new = surroundings_of(known.places.take(slice(done, None)), traffic)
                self._surroundings = held = new if held is None else held.with_more(new)
            return held and held.take(slice(len(known.places)))

    def today(
        self, snapshot: Snapshot, known: Known, rows: NDArray[np.intp], labels: Labels, limits: Limits, now: datetime
    ) -> Today:
        """What applies in some situations.

        Args:
            snapshot: The coachings as they are.
            known: The situations.
            rows: Which of them.
            labels: Where the calls come from.
            limits: Of a call.
            now: For expiry.
        """
        with self._lock:
            self._begin(known, snapshot, limits)
            eligible = in_scope(snapshot, labels, now)
            scope = eligible.tobytes()
            if scope not in self._held:
                self._held = {} if len(self._held) >= SCOPES else self._held
                kept = self._keep_over(snapshot, known, eligible)
                self._held[scope] = kept or _Held.of(0, min(KEPT, int(eligible.sum())))
            held = self._held[scope]
            held.grow(len(known.places))
            new = rows[~held.done[rows]]
            if len(new):
                surroundings = self.surroundings(known, snapshot.traffic)
                places, near = known.places.take(new), surroundings and surroundings.take(new)
                found = rank_many(snapshot, places, near, eligible)
                chosen = choose_exactly(snapshot, snapshot.heads, places, found, labels, limits, now)
                held.keep(new, found, chosen)
            ranked: Any = (one[rows] for one in held.ranked)
            return Today(Ranked(*ranked), [held.chosen[row] for row in rows.tolist()])

    def _begin(self, known: Known, snapshot: Snapshot, limits: Limits) -> None:
        """Begins with another snapshot, where it is one."""
        of, self._of = self._of, (known.generation, snapshot, limits)
        if of is None:
            return
        before = of[1]
        same = before.traffic is snapshot.traffic and before.reserve == snapshot.reserve
        if not same or (of[0], of[2]) != (known.generation, limits):
            self._before, self._held = None, {}
        elif before.rows is not snapshot.rows:
            self._before, self._held = (before, self._held), {}

    def _keep_over(self, snapshot: Snapshot, known: Known, eligible: NDArray[np.bool_]) -> _Held | None:
        """Of what was known with the coachings as they were, what stays; None for nothing."""
        before, held = self._before or (snapshot, {})
        found = [
            (changes, one)
            for scope, one in held.items()
            if (changes := find_changes(before, snapshot, np.frombuffer(scope, dtype=np.bool_), eligible))
        ]
        if not found:
            return None
        changes, one = min(found, key=lambda pair: len(pair[0].gone) + len(pair[0].come))
        return one.keep_over(changes, known.places.vectors)


def choose_exactly(
    snapshot: Snapshot,
    heads: Sequence[Head],
    places: Places,
    ranked: Ranked,
    labels: Labels,
    limits: Limits,
    now: datetime,
) -> list[tuple[str, ...]]:
    """Ids of what is in the prompt in each situation; where rounding may decide, a search and a choice are made.

    Args:
        snapshot: The coachings.
        heads: Those that `ranked` has indices of.
        places: The situations.
        ranked: As `rank_many` gives them.
        labels: Where the calls come from.
        limits: Of a call.
        now: For expiry.
    """
    choices = choose_many(heads, ranked.candidates(), limits)
    found = [tuple(heads[index].coaching.id for index in some) for some in choices.chosen]
    unsure = np.flatnonzero(choices.unsure).tolist()
    for row, advice in zip(unsure, advise_places(snapshot, places, unsure, labels, limits, now), strict=True):
        found[row] = tuple(one.coaching_id or "" for one in advice.applied)
    return found


def advise_places(
    snapshot: Snapshot, places: Places, rows: Sequence[int], labels: Labels, limits: Limits, now: datetime
) -> list[Advice]:
    """What a search and a choice say in some situations: a thousandth of a second each."""
    ranked = search(snapshot, [places.situation(row) for row in rows], labels, now, CANDIDATES)
    few = replace(limits, considered=1)  # receipts of what is not chosen cost more than the choice
    return [select(some, few) for some in ranked]
