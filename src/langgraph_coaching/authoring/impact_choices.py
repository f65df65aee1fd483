"""Choices of an impact: what applies in recorded situations today, and what would with one more coaching or another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from langgraph_coaching.authoring.choices_today import choose_exactly
from langgraph_coaching.recall.many_choices import CLOSE
from langgraph_coaching.recall.many_searches import Ranked, rank_many
from langgraph_coaching.recall.scoring.one_coaching import Chances, chances_of
from langgraph_coaching.recall.scoring.probability import FittedHeads
from langgraph_coaching.recall.search import in_scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from langgraph_coaching.authoring.choices_today import ChoicesToday
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


def choose_both(
    rows: Sequence[int], labels: Labels, known: Known, comparison: Comparison, choices: ChoicesToday
) -> dict[int, Both]:
    """What applies in some situations, today and as supposed.

    Args:
        rows: The situations.
        labels: Where the calls come from.
        known: All situations.
        comparison: Of what with what.
        choices: What applies today, as far as it is known.

    Returns:
        By row; without those in which the coaching is likely enough neither today nor as supposed: there it is not
        chosen, and keeps no other one out.
    """
    if not covers(comparison, labels):
        return {}
    asked = np.array(rows, dtype=np.intp)
    near = choices.surroundings(known, comparison.supposed.traffic)
    chances = [_chances(one, known.places.take(asked), near and near.take(asked)) for one in comparison.alone]
    floor = comparison.limits.floor - CLOSE
    likely = np.any([(one.values >= floor) | one.unsure for one in chances], axis=0)
    parts: Any = (part[likely] for part in chances[0])
    asked, own = asked[likely], Chances(*parts)
    today = choices.today(comparison.today, known, asked, labels, comparison.limits, comparison.now)
    places, near = known.places.take(asked), near and near.take(asked)
    supposed = _choose_supposed(today.ranked, own, places, near, labels, comparison)
    pairs = zip(asked.tolist(), today.chosen, supposed, own.values.tolist(), strict=True)
    return {row: Both(before, after, chance) for row, before, after, chance in pairs}


def _chances(alone: Snapshot, places: Places, near: Surroundings | None) -> Chances:
    if alone.background is None:
        raise AssertionError  # there is a coaching in it
    return chances_of(places, FittedHeads(alone.heads, alone.fits, alone.background, alone.reserve), 0, near)


def _choose_supposed(
    today: Ranked, own: Chances, places: Places, near: Surroundings | None, labels: Labels, comparison: Comparison
) -> list[tuple[str, ...]]:
    """What would be in the prompt: the ranking of today, with the coaching in the place of its earlier revision."""
    snapshot, limits, now = comparison.supposed, comparison.limits, comparison.now
    if snapshot.rows.axes is not None or comparison.today.rows.axes is not None:  # then each shortlists by itself
        ranked = rank_many(snapshot, places, near, in_scope(snapshot, labels, now))
        return choose_exactly(snapshot, snapshot.heads, places, ranked, labels, limits, now)
    heads = (*comparison.today.heads, comparison.alone[0].heads[0])
    ranked = _without(today, [index for index, head in enumerate(heads[:-1]) if head.coaching.id == comparison.name])
    if in_scope(comparison.alone[0], labels, now)[0]:
        ranked = _with(ranked, own, len(heads) - 1)
    return choose_exactly(snapshot, heads, places, ranked, labels, limits, now)


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
