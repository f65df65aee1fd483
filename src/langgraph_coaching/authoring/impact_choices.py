"""Choices of an impact: what applies in recorded situations today, and what would with one more coaching or another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from langgraph_coaching.authoring.choices_decided import stays_as_today
from langgraph_coaching.authoring.choices_today import choose_exactly
from langgraph_coaching.authoring.impact_shortlist import leave_out_of_shortlist
from langgraph_coaching.recall.many_choices import CLOSE
from langgraph_coaching.recall.many_searches import Ranked, rank_many
from langgraph_coaching.recall.scoring.one_coaching import Chances, chances_of
from langgraph_coaching.recall.scoring.probability import FittedHeads
from langgraph_coaching.recall.search import in_scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from langgraph_coaching.authoring.choices_today import ChoicesToday, Today
    from langgraph_coaching.authoring.known_places import Known
    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.recall.scoring.places import Places, Surroundings
    from langgraph_coaching.recall.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The coachings of today, and those that are supposed instead."""

    name: str
    """Id of the one that differs."""
    today: Snapshot
    supposed: Snapshot
    alone: tuple[Snapshot, ...]
    """Of that one only: as it is supposed, and as it is today where it is active."""
    limits: Limits
    now: datetime
    """For expiry."""


class Both(NamedTuple):
    """What applies in one situation; ids in the order of the prompt."""

    today: tuple[str, ...]
    supposed: tuple[str, ...]
    probability: float
    """0..1: of the coaching as it is supposed."""


def covers(comparison: Comparison, labels: Labels) -> bool:
    """Whether the coaching may speak at such a call, today or as supposed."""
    scopes = [one.heads[0].coaching.scope for one in comparison.alone]
    return any(one.covers(agent=labels.agent, node=labels.node, tags=labels.tags) for one in scopes)


def likely_chances(known: Known, comparison: Comparison, choices: ChoicesToday) -> tuple[Chances, ...]:
    """How likely the coaching is in every situation, as it is supposed, and as it is today where it is active.

    Args:
        known: All situations.
        comparison: Of what with what.
        choices: What of the traffic is near them.
    """
    near = choices.surroundings(known, comparison.supposed.traffic)
    return tuple(_chances(one, known.places, near) for one in comparison.alone)


def choose_both(
    rows: Sequence[int] | NDArray[np.intp],
    labels: Labels,
    known: Known,
    comparison: Comparison,
    choices: ChoicesToday,
    chances: Sequence[Chances] | None = None,
) -> dict[int, Both]:
    """What applies in some situations, today and as supposed.

    Args:
        rows: The situations.
        labels: Where the calls come from.
        known: All situations.
        comparison: Of what with what.
        choices: What applies today, as far as it is known.
        chances: As `likely_chances` gives them.

    Returns:
        By row; without those in which the coaching is likely enough neither today nor as supposed: there it is not
        chosen, and keeps no other one out.
    """
    if not covers(comparison, labels):
        return {}
    chances = likely_chances(known, comparison, choices) if chances is None else chances
    asked, floor = np.asarray(rows, dtype=np.intp), comparison.limits.floor - CLOSE
    likely = np.any([(one.values >= floor) | one.unsure for one in chances], axis=0)
    asked = asked[likely[asked]]
    parts: Any = (part[asked] for part in chances[0])
    own = Chances(*parts)
    today = choices.today(comparison.today, known, asked, labels, comparison.limits, comparison.now)
    near = choices.surroundings(known, comparison.supposed.traffic)
    places, near = known.places.take(asked), near and near.take(asked)
    supposed = _choose_supposed(today, own, places, near, labels, comparison)
    pairs = zip(asked.tolist(), today.chosen, supposed, own.values.tolist(), strict=True)
    return {row: Both(before, after, chance) for row, before, after, chance in pairs}


def _chances(alone: Snapshot, places: Places, near: Surroundings | None) -> Chances:
    if alone.background is None:
        raise AssertionError  # there is a coaching in it
    return chances_of(places, FittedHeads(alone.heads, alone.fits, alone.background, alone.reserve), 0, near)


def _choose_supposed(
    today: Today, own: Chances, places: Places, near: Surroundings | None, labels: Labels, comparison: Comparison
) -> list[tuple[str, ...]]:
    """What would be in the prompt: the ranking of today, with the coaching in the place of its earlier revision."""
    snapshot, limits, now = comparison.supposed, comparison.limits, comparison.now
    earlier = [row for row, head in enumerate(comparison.today.heads) if head.coaching.id == comparison.name]
    coaching = comparison.alone[0].heads[0].coaching
    if any(comparison.today.heads[row].coaching == coaching for row in earlier):  # nothing is supposed to change
        return today.chosen
    staged = [one.rows.axes is not None for one in (snapshot, comparison.today)]
    if any(staged) and (earlier or not all(staged)):  # then each shortlists by itself
        ranked = rank_many(snapshot, places, near, in_scope(snapshot, labels, now))
        return choose_exactly(snapshot, snapshot.heads, places, ranked, labels, limits, now)
    heads = (*comparison.today.heads, comparison.alone[0].heads[0])
    ranked, decided = _without(today.ranked, earlier), np.zeros(len(places), dtype=np.bool_)
    if in_scope(comparison.alone[0], labels, now)[0]:
        if not earlier:
            decided = stays_as_today(today, own, comparison.today.heads, coaching.priority, limits)
        ranked = _with(ranked, own, len(heads) - 1)
        if all(staged):
            eligible = in_scope(comparison.today, labels, now)
            ranked = leave_out_of_shortlist(ranked, places.vectors, comparison, eligible)
            decided &= ~ranked.unsure
    found, open_ones = list(today.chosen), np.flatnonzero(~decided)
    parts: Any = (part[open_ones] for part in ranked)
    made = choose_exactly(snapshot, heads, places.take(open_ones), Ranked(*parts), labels, limits, now)
    for row, chosen in zip(open_ones.tolist(), made, strict=True):
        found[row] = chosen
    return found


def _without(ranked: Ranked, indices: Sequence[int]) -> Ranked:
    gone = np.isin(ranked.indices, indices)
    return Ranked(
        np.where(gone, -1, ranked.indices).astype(np.int32),
        np.where(gone, -np.inf, ranked.ranks).astype(np.float32),
        np.where(gone, -1.0, ranked.chances),
        ranked.unsure,
    )


def _with(ranked: Ranked, own: Chances, index: int) -> Ranked:
    return Ranked(
        np.column_stack([ranked.indices, np.full(len(own.values), index, dtype=np.int32)]),
        np.column_stack([ranked.ranks, own.ranks]),
        np.column_stack([ranked.chances, own.values]),
        ranked.unsure | own.unsure,
    )
